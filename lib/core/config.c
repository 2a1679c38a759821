/* The configuration: its defaults, and whether it is sound.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/config.h"

#include "base/span.h"
#include "core/context.h"

static dm_span name_or_default(dm_span given, dm_span standard) {
  return given.ptr == NULL && given.len == 0 ? standard : given;
}

void dmi_config_fill_names(dm_config *config) {
  config->partition = name_or_default(config->partition, SPAN("aws"));
  config->region = name_or_default(config->region, SPAN("local"));
  config->account = name_or_default(config->account, SPAN("000000000000"));
}

/* A name stands between colons in an ARN, where a pattern must not be smuggled in. */
static bool name_sound(dm_span name) {
  if (!dmi_span_sound(name) || name.len == 0 || name.len > NAME_MAX_LEN)
    return false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
      return false;
  }
  return true;
}

static bool seed_sound(const uint8_t seed[32]) {
  uint8_t any = 0;
  for (size_t i = 0; i < 32; i++)
    any |= seed[i];
  return any != 0;
}

bool dmi_config_sound(const dm_config *config) {
  return config->deliver != NULL && config->policies != NULL && seed_sound(config->seed) &&
         name_sound(config->partition) && name_sound(config->region) && name_sound(config->account);
}
