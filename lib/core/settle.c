/* Settling: a message that was handed over gets its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/settle.h"

#include "core/report.h"

void dmi_settle_release(dm_context *context, dmi_pending *entry) {
  dmi_tracker_unlink(&context->registry, entry);
  dmi_tracker_release(&context->tracker, entry);
}

void dmi_settle_keep_place(dm_context *context, dmi_pending *entry, int outcome) {
  if (entry->call != NULL)
    dmi_tracker_forget_call(&context->tracker, entry->call);
  entry->call = NULL;
  entry->state = PENDING_LATE;
  entry->outcome = outcome;
  context->tracker.late++;
}

dm_result dmi_settle_result(const dmi_pending *entry, int outcome) {
  dm_result result = dmi_result_of(outcome, entry->trace_id);
  result.message_id = dmi_slotmap_handle(entry);
  if (outcome == DM_SHUTTING_DOWN)
    result.delivered = DM_DELIVERED_MAYBE;
  if (dmi_outcome_acknowledged(outcome)) {
    result.ack_latency = entry->acknowledged_at - entry->delivered_at;
    result.puback_reason = entry->puback_reason;
  }
  return result;
}

/* Everything about the message is in order before anybody is called: its caller's record
 * is kept aside for the event, its place is kept or given back. */
static void answer_caller(dm_context *context, dmi_pending *entry, int outcome) {
  dm_result result = dmi_settle_result(entry, outcome);
  dm_connection_id receiver = entry->connection;
  void (*complete)(void *, const dm_result *) = entry->complete;
  void *user = entry->user;
  dmi_call_record *call = entry->call;
  entry->call = NULL;
  if (dmi_outcome_acknowledged(outcome) || outcome == DM_RECEIVER_DISCONNECTED)
    dmi_settle_release(context, entry);
  else
    dmi_settle_keep_place(context, entry, outcome);

  dmi_report_call(context, call, receiver, &result);
  dmi_tracker_forget_call(&context->tracker, call);
  if (complete != NULL)
    complete(user, &result);
}

/* A message that is still inside deliver() is answered by dm_send() itself. */
static void settle(dm_context *context, dmi_pending *entry, int outcome) {
  dmi_tracker_stop_waiting(&context->tracker, entry);
  if (entry->state == PENDING_WAITING) {
    answer_caller(context, entry, outcome);
    return;
  }
  entry->state = PENDING_SETTLED;
  entry->outcome = outcome;
}

static dmi_pending *first_waiting(dm_context *context, dm_time until) {
  const dmi_deadline *first = dmi_deadlines_first(&context->tracker.deadlines);
  if (first == NULL || first->due > until)
    return NULL;
  return dmi_slotmap_at(&context->tracker.pendings, first->number);
}

static void settle_until(dm_context *context, dm_time until, int outcome) {
  for (dmi_pending *entry; (entry = first_waiting(context, until)) != NULL;)
    settle(context, entry, outcome);
}

void dmi_settle_all(dm_context *context, int outcome) {
  settle_until(context, DM_NEVER, outcome);
}

void dmi_settle_connection(dm_context *context, dmi_connection *over) {
  dmi_pending *rest = over->pendings;
  dmi_registry_release(&context->registry, over);
  while (rest != NULL) {
    dmi_pending *entry = rest;
    rest = entry->next;
    if (entry->state == PENDING_LATE)
      dmi_settle_release(context, entry);
    else if (entry->state != PENDING_SETTLED)
      settle(context, entry, DM_RECEIVER_DISCONNECTED);
  }
}

/* ---- Public ------------------------------------------------------------- */

static void late_puback(dm_context *context, const dmi_connection *receiver, dmi_pending *entry,
                        uint8_t reason_code) {
  dmi_pending copy = *entry;
  dmi_settle_release(context, entry);
  dmi_report_late_puback(context, receiver, &copy, reason_code);
}

/* A message answered inside deliver(), but not by a PUBACK, is not answered yet for its
 * caller: the PUBACK knows better. */
static int acknowledge(dm_context *context, dm_connection_id connection_id, dm_message_id message,
                       uint8_t reason_code) {
  dmi_connection *receiver = dmi_registry_resolve(&context->registry, connection_id);
  dmi_pending *entry = dmi_tracker_find(&context->tracker, message);
  if (receiver == NULL || entry == NULL || entry->connection != connection_id)
    return DM_ERROR_STALE_HANDLE;
  int outcome = reason_code < 0x80 ? DM_CONFIRMED : DM_RECEIVER_REJECTED;
  if (entry->state == PENDING_LATE) {
    late_puback(context, receiver, entry, reason_code);
    return DM_OK;
  }
  if (entry->state == PENDING_SETTLED && dmi_outcome_acknowledged(entry->outcome))
    return DM_ERROR_STALE_HANDLE;
  entry->puback_reason = reason_code;
  entry->acknowledged_at = context->now;
  if (entry->state == PENDING_SETTLED)
    entry->outcome = outcome;
  else
    settle(context, entry, outcome);
  return DM_OK;
}

int dm_puback(dm_context *context, dm_connection_id connection_id, dm_message_id message,
              uint8_t reason_code, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  int result = acknowledge(context, connection_id, message, reason_code);
  dmi_context_leave(context);
  return result;
}

static int cancel(dm_context *context, dm_message_id message) {
  dmi_pending *entry = dmi_tracker_find(&context->tracker, message);
  if (entry == NULL || entry->state == PENDING_SETTLED || entry->state == PENDING_LATE)
    return DM_ERROR_STALE_HANDLE;
  settle(context, entry, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  return DM_OK;
}

/* Also while dm_free() answers everybody: who has gone must not be called. */
int dm_cancel(dm_context *context, dm_message_id message, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  int result = cancel(context, message);
  dmi_context_leave(context);
  return result;
}

int dm_tick(dm_context *context, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  settle_until(context, context->now, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  dmi_context_leave(context);
  return DM_OK;
}

dm_time dm_next_deadline(const dm_context *context) {
  const dmi_deadline *first =
      context == NULL ? NULL : dmi_deadlines_first(&context->tracker.deadlines);
  return first == NULL ? DM_NEVER : first->due;
}
