/* The end of a call: it is counted, and told as an event.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_REPORT_H
#define DM_CORE_REPORT_H

#include "base/structure.h"
#include "core/context.h"

/* How long a message waits: its own timeout, or the configured default. */
static inline dm_duration dmi_effective_timeout(const dm_context *context,
                                                const dm_message *message) {
  return message->timeout == 0 ? context->limits.default_timeout : message->timeout;
}

/* Fills a result with everything that follows from its outcome. */
void dmi_result_fill(dm_result *result, int outcome, dm_trace_id trace_id);

/* Counts an answered call and tells it, described by its message. */
void dmi_report_message(dm_context *context, const dm_message *message, const dm_caller *caller,
                        dm_connection_id receiver, const dm_result *result);

/* Counts an answered call and tells it, described by what was remembered of it. */
void dmi_report_call(dm_context *context, const dmi_call_record *call, dm_connection_id receiver,
                     const dm_result *result);

/* Tells a PUBACK that came after its caller had been answered. `entry` is a copy: the
 * place itself has been released, as the callback may do anything. */
void dmi_report_late_puback(dm_context *context, const dmi_connection *receiver,
                            const dmi_pending *entry);

/* Counts an answered query and tells it; `operation` is its DM_OPERATION_.... */
void dmi_report_query(dm_context *context, const dm_query *query, const dm_caller *caller,
                      int operation, dm_connection_id target, const dm_result *result);

#define RESULT_FIRST_SIZE sizeof(dm_result)

/* Whether a host's structure can take a result; it need not want one. */
static inline bool dmi_result_sound(const dm_result *result) {
  return result == NULL || dmi_structure_sound(result, RESULT_FIRST_SIZE, sizeof *result);
}

/* Gives a result to a host that wants one. */
static inline void dmi_result_give(dm_result *out, const dm_result *result) {
  if (out != NULL)
    dmi_structure_write(out, result, sizeof *result);
}

#endif
