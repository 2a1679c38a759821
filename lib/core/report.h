/* The end of a call: it is counted, and told as an event.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_REPORT_H
#define DM_CORE_REPORT_H

#include "core/context.h"

/* How long a message waits: its own timeout, or the configured default. */
static inline dm_duration effective_timeout(const dm_context *context, const dm_message *message) {
  return message->timeout == 0 ? context->config.default_timeout : message->timeout;
}

/* A result with everything that follows from its outcome. */
dm_result result_of(int outcome, dm_trace_id trace_id);

/* Counts an answered call and tells it, described by its message. */
void report_message(dm_context *context, const dm_message *message, dm_connection_id receiver,
                    const dm_result *result);

/* Counts an answered call and tells it, described by what was remembered of it. */
void report_call(dm_context *context, const call_record *call, dm_connection_id receiver,
                 const dm_result *result);

/* Tells a PUBACK that came after its caller had been answered. `entry` is a copy: the
 * place itself has been released, as the callback may do anything. */
void report_late_puback(dm_context *context, const connection *receiver, const pending *entry,
                        uint8_t reason_code);

/* Copies a result out to a host that may know less of the structure. */
void result_copy(dm_result *out, const dm_result *result);

#endif
