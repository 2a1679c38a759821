/* The context: entering and leaving it, and what it hands out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/context.h"

#include "base/structure.h"
#include "base/writer.h"

#define STATISTICS_FIRST_SIZE sizeof(dm_statistics)

static void destroy(dm_context *context) {
  dm_memory memory = context->memory;
  dmi_tracker_free(&context->tracker);
  dmi_registry_free(&context->registry);
  dmi_recent_free(&context->remembered);
  dmi_memory_release(&memory, context);
}

void dmi_context_enter(dm_context *context, dm_time now) {
  if (now > context->now && now != DM_NEVER)
    context->now = now;
  context->depth++;
}

void dmi_context_leave(dm_context *context) {
  if (--context->depth == 0 && context->freed)
    destroy(context);
}

const dm_memory *dmi_context_memory(const dm_context *context) {
  return &context->memory;
}

bool dmi_context_offers(const dm_context *context, int operation) {
  switch (operation) {
  case DM_OPERATION_LIST_SUBSCRIPTIONS:
    return context->config.subscriptions != NULL;
  case DM_OPERATION_DELETE_CONNECTION:
    return context->config.end_connection != NULL;
  default:
    return true;
  }
}

dm_trace_id dmi_context_trace_id(dm_context *context) {
  dm_trace_id id;
  for (size_t half = 0; half < 2; half++) {
    uint64_t counter = context->trace_count * 2 + half;
    uint64_t word =
        dmi_siphash(context->trace_key, (dm_span){(const char *)&counter, sizeof counter});
    memcpy(id.bytes + half * 8, &word, sizeof word);
  }
  context->trace_count++;
  id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x40); /* version 4, RFC 4122 section 4.1.3 */
  id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80); /* the variant, section 4.1.1 */
  return id;
}

void dm_trace_id_text(dm_trace_id trace_id, char out[37]) {
  static const size_t groups[] = {4, 2, 2, 2, 6};
  dmi_writer w = {.out = out, .capacity = 36};
  const uint8_t *at = trace_id.bytes;
  for (size_t i = 0; i < 5; at += groups[i++]) {
    if (i > 0)
      dmi_writer_byte(&w, '-');
    dmi_writer_hex(&w, at, groups[i]);
  }
  out[36] = '\0';
}

uint64_t dm_count(const dm_context *context, int operation, int outcome) {
  int index = dmi_outcome_index(outcome);
  bool known = operation >= DM_OPERATION_SEND && operation <= DM_OPERATION_LAST && index >= 0;
  return context == NULL || !known ? 0 : context->counts[operation - 1][index];
}

int dm_statistics_get(const dm_context *context, dm_statistics *out) {
  if (context == NULL || !dmi_structure_sound(out, STATISTICS_FIRST_SIZE, sizeof *out))
    return DM_ERROR_INVALID_ARGUMENT;
  const dm_statistics now = {
      .connections = context->registry.connections.taken,
      .waiting = context->tracker.deadlines.count,
      .late = context->tracker.late,
      .late_pubacks = context->late_pubacks,
  };
  dmi_structure_write(out, &now, sizeof now);
  return DM_OK;
}
