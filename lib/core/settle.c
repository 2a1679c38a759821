/* Settling: a message that was handed over gets its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/settle.h"

#include "core/report.h"

void settle_release(dm_context *context, pending *entry) {
  tracker_unlink(&context->registry, entry);
  tracker_release(&context->tracker, entry);
}

void settle_keep_place(dm_context *context, pending *entry, int outcome) {
  if (entry->call != NULL)
    tracker_forget_call(&context->tracker, entry->call);
  entry->call = NULL;
  entry->state = PENDING_LATE;
  entry->outcome = outcome;
  context->tracker.late++;
}

dm_result settle_result(const pending *entry, int outcome) {
  dm_result result = result_of(outcome, entry->trace_id);
  result.message_id = slotmap_handle(entry);
  if (outcome == DM_SHUTTING_DOWN)
    result.delivered = DM_DELIVERED_MAYBE;
  if (outcome_acknowledged(outcome)) {
    result.ack_latency = entry->acknowledged_at - entry->delivered_at;
    result.puback_reason = entry->puback_reason;
  }
  return result;
}

/* Everything about the message is in order before anybody is called: its caller's record
 * is kept aside for the event, its place is kept or given back. */
static void answer_caller(dm_context *context, pending *entry, int outcome) {
  dm_result result = settle_result(entry, outcome);
  dm_connection_id receiver = entry->connection;
  void (*complete)(void *, const dm_result *) = entry->complete;
  void *user = entry->user;
  call_record *call = entry->call;
  entry->call = NULL;
  if (outcome_acknowledged(outcome) || outcome == DM_RECEIVER_DISCONNECTED)
    settle_release(context, entry);
  else
    settle_keep_place(context, entry, outcome);

  report_call(context, call, receiver, &result);
  tracker_forget_call(&context->tracker, call);
  if (complete != NULL)
    complete(user, &result);
}

/* A message that is still inside deliver() is answered by dm_send() itself. */
static void settle(dm_context *context, pending *entry, int outcome) {
  tracker_stop_waiting(&context->tracker, entry);
  if (entry->state == PENDING_WAITING) {
    answer_caller(context, entry, outcome);
    return;
  }
  entry->state = PENDING_SETTLED;
  entry->outcome = outcome;
}

static pending *first_waiting(dm_context *context, dm_time until) {
  const deadline *first = deadlines_first(&context->tracker.deadlines);
  if (first == NULL || first->due > until)
    return NULL;
  return slotmap_at(&context->tracker.pendings, first->number);
}

static void settle_until(dm_context *context, dm_time until, int outcome) {
  for (pending *entry; (entry = first_waiting(context, until)) != NULL;)
    settle(context, entry, outcome);
}

void settle_all(dm_context *context, int outcome) {
  settle_until(context, DM_NEVER, outcome);
}

void settle_connection(dm_context *context, connection *over) {
  pending *rest = over->pendings;
  registry_release(&context->registry, over);
  while (rest != NULL) {
    pending *entry = rest;
    rest = entry->next;
    if (entry->state == PENDING_LATE)
      settle_release(context, entry);
    else if (entry->state != PENDING_SETTLED)
      settle(context, entry, DM_RECEIVER_DISCONNECTED);
  }
}

/* ---- Public ------------------------------------------------------------- */

static void late_puback(dm_context *context, const connection *receiver, pending *entry,
                        uint8_t reason_code) {
  pending copy = *entry;
  settle_release(context, entry);
  report_late_puback(context, receiver, &copy, reason_code);
}

/* A message answered inside deliver(), but not by a PUBACK, is not answered yet for its
 * caller: the PUBACK knows better. */
static int acknowledge(dm_context *context, dm_connection_id connection_id, dm_message_id message,
                       uint8_t reason_code) {
  connection *receiver = registry_resolve(&context->registry, connection_id);
  pending *entry = tracker_find(&context->tracker, message);
  if (receiver == NULL || entry == NULL || entry->connection != connection_id)
    return DM_ERROR_STALE_HANDLE;
  int outcome = reason_code < 0x80 ? DM_CONFIRMED : DM_RECEIVER_REJECTED;
  if (entry->state == PENDING_LATE) {
    late_puback(context, receiver, entry, reason_code);
    return DM_OK;
  }
  if (entry->state == PENDING_SETTLED && outcome_acknowledged(entry->outcome))
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
  context_enter(context, now);
  int result = acknowledge(context, connection_id, message, reason_code);
  context_leave(context);
  return result;
}

static int cancel(dm_context *context, dm_message_id message) {
  pending *entry = tracker_find(&context->tracker, message);
  if (entry == NULL || entry->state == PENDING_SETTLED || entry->state == PENDING_LATE)
    return DM_ERROR_STALE_HANDLE;
  settle(context, entry, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  return DM_OK;
}

/* Also while dm_free() answers everybody: who has gone must not be called. */
int dm_cancel(dm_context *context, dm_message_id message, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  context_enter(context, now);
  int result = cancel(context, message);
  context_leave(context);
  return result;
}

int dm_tick(dm_context *context, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  context_enter(context, now);
  settle_until(context, context->now, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  context_leave(context);
  return DM_OK;
}

dm_time dm_next_deadline(const dm_context *context) {
  const deadline *first = context == NULL ? NULL : deadlines_first(&context->tracker.deadlines);
  return first == NULL ? DM_NEVER : first->due;
}
