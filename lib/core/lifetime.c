/* Making a context, stopping it, ending it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "base/structure.h"
#include "base/writer.h"
#include "core/config.h"
#include "core/context.h"
#include "core/limits.h"
#include "core/settle.h"

#define CONFIG_FIRST_SIZE sizeof(dm_config)

static dmi_kept_name arn_prefix(const dm_config *config, dm_span kind) {
  dmi_kept_name prefix;
  dmi_writer w = {.out = prefix.bytes, .capacity = sizeof prefix.bytes};
  dmi_writer_bytes(&w, SPAN("arn:"));
  dmi_writer_bytes(&w, config->partition);
  dmi_writer_bytes(&w, SPAN(":iot:"));
  dmi_writer_bytes(&w, config->region);
  dmi_writer_byte(&w, ':');
  dmi_writer_bytes(&w, config->account);
  dmi_writer_byte(&w, ':');
  dmi_writer_bytes(&w, kind);
  prefix.len = w.needed;
  return prefix;
}

static void keep_names(dm_context *context) {
  const dm_config *config = &context->config;
  context->client_arn = arn_prefix(config, SPAN("client/"));
  context->topic_arn = arn_prefix(config, SPAN("topic/"));
  memcpy(context->account.bytes, config->account.ptr, config->account.len);
  context->account.len = config->account.len;
}

static void context_init(dm_context *context, const dm_config *config, const dm_limits *limits,
                         dm_memory memory) {
  context->memory = memory;
  dmi_limits_set(context, limits);
  context->config = *config;
  context->config.limits = &context->limits;
  context->config.memory = &context->memory;
  dmi_registry_init(&context->registry, dmi_siphash_key_from(config->seed), &context->memory);
  dmi_remembered_init(&context->remembered, &context->memory);
  dmi_tracker_init(&context->tracker, &context->memory);
  context->trace_key = dmi_siphash_key_from(config->seed + 16);
  context->sends = dmi_bucket_full(limits->sends_per_second, 0);
  context->queries = dmi_bucket_full(limits->queries_per_second, 0);
  keep_names(context);
}

/* What a host gives, the library's to change. */
static bool take_config(const dm_config *given, dm_config *out) {
  const dm_config *config = dmi_structure_read(given, CONFIG_FIRST_SIZE, out, sizeof *out);
  if (config == NULL)
    return false;
  if (config != out)
    *out = *config;
  return true;
}

int dm_new(dm_context **out, const dm_config *given) {
  dm_limits limits;
  dm_config config;
  if (out == NULL || !take_config(given, &config))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_config_fill_names(&config);
  if (!dmi_config_sound(&config) || !dmi_limits_take(config.limits, &limits))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_memory memory = dmi_memory_or_default(config.memory);
  dm_context *context = dmi_memory_zeroed(&memory, 1, sizeof *context);
  if (context == NULL)
    return DM_ERROR_NO_MEMORY;
  context_init(context, &config, &limits, memory);
  *out = context;
  return DM_OK;
}

static void stop(dm_context *context) {
  context->stopped = true;
  dmi_settle_all(context);
}

int dm_stop(dm_context *context, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  stop(context);
  dmi_context_leave(context);
  return DM_OK;
}

void dm_free(dm_context *context) {
  if (context == NULL || context->freed)
    return;
  dmi_context_enter(context, 0);
  context->freed = true;
  stop(context);
  dmi_context_leave(context);
}

#define TEXT_OF(number)                   #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *dm_version(void) {
  return VERSION_TEXT(DM_VERSION_MAJOR, DM_VERSION_MINOR, DM_VERSION_PATCH);
}
