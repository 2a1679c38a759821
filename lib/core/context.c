/* The context: making it, stopping it, ending it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/context.h"

#include "base/span.h"
#include "base/writer.h"
#include "core/config.h"
#include "core/settle.h"
#include "core/structure.h"

/* ---- Life --------------------------------------------------------------- */

static kept_name arn_prefix(const dm_config *config, dm_span kind) {
  kept_name prefix;
  writer w = {.out = prefix.bytes, .capacity = sizeof prefix.bytes};
  writer_bytes(&w, SPAN("arn:"));
  writer_bytes(&w, config->partition);
  writer_bytes(&w, SPAN(":iot:"));
  writer_bytes(&w, config->region);
  writer_byte(&w, ':');
  writer_bytes(&w, config->account);
  writer_byte(&w, ':');
  writer_bytes(&w, kind);
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

static void context_init(dm_context *context, const dm_config *config, dm_memory memory) {
  context->memory = memory;
  context->config = *config;
  context->config.memory = &context->memory;
  registry_init(&context->registry, siphash_key_from(config->seed), &context->memory);
  tracker_init(&context->tracker, &context->memory);
  context->trace_key = siphash_key_from(config->seed + 16);
  context->sends = bucket_full(config->sends_per_second, 0);
  keep_names(context);
}

int dm_new(dm_context **out, const dm_config *given) {
  if (out == NULL || given == NULL || !structure_known(given, given->size, sizeof *given))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_config config = *given;
  config_fill_names(&config);
  config_fill_limits(&config);
  if (!config_sound(&config))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_memory memory = memory_or_default(config.memory);
  dm_context *context = memory_zeroed(&memory, 1, sizeof *context);
  if (context == NULL)
    return DM_ERROR_NO_MEMORY;
  context_init(context, &config, memory);
  *out = context;
  return DM_OK;
}

int dm_set_limits(dm_context *context, const dm_config *given) {
  if (context == NULL || given == NULL || !structure_known(given, given->size, sizeof *given))
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dm_config limits = *given;
  config_fill_limits(&limits);
  if (!config_limits_sound(&limits))
    return DM_ERROR_INVALID_ARGUMENT;
  config_copy_limits(&context->config, &limits);
  return DM_OK;
}

static void destroy(dm_context *context) {
  dm_memory memory = context->memory;
  tracker_free(&context->tracker);
  registry_free(&context->registry);
  memory_release(&memory, context);
}

void context_enter(dm_context *context, dm_time now) {
  if (now > context->now && now != DM_NEVER)
    context->now = now;
  context->depth++;
}

void context_leave(dm_context *context) {
  if (--context->depth == 0 && context->freed)
    destroy(context);
}

static void stop(dm_context *context) {
  context->stopped = true;
  settle_all(context, DM_SHUTTING_DOWN);
}

int dm_stop(dm_context *context, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  context_enter(context, now);
  stop(context);
  context_leave(context);
  return DM_OK;
}

void dm_free(dm_context *context) {
  if (context == NULL || context->freed)
    return;
  context_enter(context, 0);
  context->freed = true;
  stop(context);
  context_leave(context);
}

/* ---- Names and numbers -------------------------------------------------- */

dm_trace_id context_trace_id(dm_context *context) {
  dm_trace_id id;
  for (size_t half = 0; half < 2; half++) {
    uint64_t counter = context->trace_count * 2 + half;
    uint64_t word = siphash(context->trace_key, (dm_span){(const char *)&counter, sizeof counter});
    memcpy(id.bytes + half * 8, &word, sizeof word);
  }
  context->trace_count++;
  id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x40); /* version 4, RFC 4122 section 4.1.3 */
  id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80); /* the variant, section 4.1.1 */
  return id;
}

void dm_trace_id_text(dm_trace_id trace_id, char out[37]) {
  static const size_t groups[] = {4, 2, 2, 2, 6};
  writer w = {.out = out, .capacity = 36};
  const uint8_t *at = trace_id.bytes;
  for (size_t i = 0; i < 5; at += groups[i++]) {
    if (i > 0)
      writer_byte(&w, '-');
    writer_hex(&w, at, groups[i]);
  }
  out[36] = '\0';
}

uint64_t dm_count(const dm_context *context, int outcome) {
  int index = outcome_index(outcome);
  return context == NULL || index < 0 ? 0 : context->counts[index];
}

int dm_statistics_get(const dm_context *context, dm_statistics *out) {
  if (context == NULL || out == NULL || out->size < sizeof *out)
    return DM_ERROR_INVALID_ARGUMENT;
  out->connections = context->registry.connections.taken;
  out->waiting = context->tracker.deadlines.count;
  out->late = context->tracker.late;
  out->late_pubacks = context->late_pubacks;
  return DM_OK;
}

#define TEXT_OF(number)                   #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *dm_version(void) {
  return VERSION_TEXT(DM_VERSION_MAJOR, DM_VERSION_MINOR, DM_VERSION_PATCH);
}
