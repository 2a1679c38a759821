/* The configuration: its defaults, and whether it is sound.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/config.h"

#include "base/span.h"
#include "core/context.h"

static uint32_t or_default(uint32_t given, uint32_t standard) {
  return given == 0 ? standard : given;
}

static dm_span name_or_default(dm_span given, dm_span standard) {
  return given.ptr == NULL && given.len == 0 ? standard : given;
}

void dmi_config_fill_limits(dm_config *config) {
  config->max_connections = or_default(config->max_connections, DM_UNLIMITED);
  config->max_waiting = or_default(config->max_waiting, 1000000);
  config->max_unacknowledged = or_default(config->max_unacknowledged, 100);
  config->sends_per_second = or_default(config->sends_per_second, 20000);
  config->publishes_per_second = or_default(config->publishes_per_second, 100);
  config->max_payload = or_default(config->max_payload, 131072);
  config->max_content_type = or_default(config->max_content_type, 256);
  config->max_correlation_data = or_default(config->max_correlation_data, 8192);
  config->max_user_properties = or_default(config->max_user_properties, 8192);
  config->queries_per_second = or_default(config->queries_per_second, 100);
  config->client_queries_per_second = or_default(config->client_queries_per_second, 1);
  config->max_remembered = or_default(config->max_remembered, 100000);
  if (config->remembered_for == 0)
    config->remembered_for = 1800000;
  if (config->max_timeout == 0)
    config->max_timeout = 15000;
  if (config->default_timeout == 0)
    config->default_timeout = config->max_timeout < 5000 ? config->max_timeout : 5000;
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

bool dmi_config_limits_sound(const dm_config *config) {
  return config->max_correlation_data <= UINT16_MAX &&
         config->default_timeout <= config->max_timeout;
}

bool dmi_config_sound(const dm_config *config) {
  return config->deliver != NULL && config->policies != NULL && seed_sound(config->seed) &&
         name_sound(config->partition) && name_sound(config->region) &&
         name_sound(config->account) && dmi_config_limits_sound(config);
}

void dmi_config_copy_limits(dm_config *to, const dm_config *from) {
  to->max_connections = from->max_connections;
  to->max_waiting = from->max_waiting;
  to->max_unacknowledged = from->max_unacknowledged;
  to->sends_per_second = from->sends_per_second;
  to->publishes_per_second = from->publishes_per_second;
  to->max_payload = from->max_payload;
  to->max_content_type = from->max_content_type;
  to->max_correlation_data = from->max_correlation_data;
  to->max_user_properties = from->max_user_properties;
  to->default_timeout = from->default_timeout;
  to->max_timeout = from->max_timeout;
  to->queries_per_second = from->queries_per_second;
  to->client_queries_per_second = from->client_queries_per_second;
  to->max_remembered = from->max_remembered;
  to->remembered_for = from->remembered_for;
}
