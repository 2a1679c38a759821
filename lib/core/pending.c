/* What becomes of a message that is handed over at QoS 1: from state to state.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pending.h"

#include "core/report.h"

/* ---- All that can happen ------------------------------------------------ */

enum {
  STATES = PENDING_GONE,
  HAPPENINGS = HAPPENED_STOP + 1
};

/* Who is told. */
typedef enum telling {
  NOT_CONCERNED, /* nobody: it is too late for that, and nothing changes */
  NOBODY,        /* nobody, or nobody yet */
  SENDER,        /* dm_send() returns it */
  SENDER_HOST,   /* dm_send() returns the host's refusal */
  CALLER,        /* an event, and complete() */
  LATE_EVENT     /* an event */
} telling;

typedef struct transition {
  dmi_pending_state next;
  telling telling;
} transition;

/* What is LATE keeps its place in the client's window, what is GONE gives it back. Only a PUBACK
 * proves a refusing host wrong. */
static const transition table[STATES][HAPPENINGS] = {
    [PENDING_OFFERED] = {[HAPPENED_TAKEN] = {PENDING_WAITING, SENDER},
                         [HAPPENED_REFUSED] = {PENDING_GONE, SENDER_HOST},
                         [HAPPENED_ACCEPTED] = {PENDING_ACKNOWLEDGED, NOBODY},
                         [HAPPENED_REJECTED] = {PENDING_ACKNOWLEDGED, NOBODY},
                         [HAPPENED_DEADLINE] = {PENDING_ENDED, NOBODY},
                         [HAPPENED_DISCONNECT] = {PENDING_ENDED, NOBODY},
                         [HAPPENED_CANCEL] = {PENDING_ENDED, NOBODY},
                         [HAPPENED_STOP] = {PENDING_ENDED, NOBODY}},
    [PENDING_ENDED] = {[HAPPENED_TAKEN] = {PENDING_LATE, SENDER},
                       [HAPPENED_REFUSED] = {PENDING_GONE, SENDER_HOST},
                       [HAPPENED_ACCEPTED] = {PENDING_ACKNOWLEDGED, NOBODY},
                       [HAPPENED_REJECTED] = {PENDING_ACKNOWLEDGED, NOBODY}},
    [PENDING_ACKNOWLEDGED] =
        {[HAPPENED_TAKEN] = {PENDING_GONE, SENDER}, [HAPPENED_REFUSED] = {PENDING_GONE, SENDER}},
    [PENDING_WAITING] = {[HAPPENED_ACCEPTED] = {PENDING_GONE, CALLER},
                         [HAPPENED_REJECTED] = {PENDING_GONE, CALLER},
                         [HAPPENED_DEADLINE] = {PENDING_LATE, CALLER},
                         [HAPPENED_DISCONNECT] = {PENDING_GONE, CALLER},
                         [HAPPENED_CANCEL] = {PENDING_LATE, CALLER},
                         [HAPPENED_STOP] = {PENDING_LATE, CALLER}},
    [PENDING_LATE] = {[HAPPENED_ACCEPTED] = {PENDING_GONE, LATE_EVENT},
                      [HAPPENED_REJECTED] = {PENDING_GONE, LATE_EVENT},
                      [HAPPENED_DISCONNECT] = {PENDING_GONE, NOBODY}},
};

/* What becomes of a message that has no outcome yet, or a worse one. */
static const int outcomes[HAPPENINGS] = {
    [HAPPENED_ACCEPTED] = DM_CONFIRMED,
    [HAPPENED_REJECTED] = DM_RECEIVER_REJECTED,
    [HAPPENED_DEADLINE] = DM_DELIVERY_CONFIRMATION_TIMEOUT,
    [HAPPENED_DISCONNECT] = DM_RECEIVER_DISCONNECTED,
    [HAPPENED_CANCEL] = DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT,
    [HAPPENED_STOP] = DM_SHUTTING_DOWN,
};

/* ---- From state to state ------------------------------------------------ */

dmi_pending *dmi_pending_offer(dm_context *context, dmi_connection *receiver,
                               const dm_message *message, const dm_caller *caller) {
  dmi_ack_tracker *tracker = &context->tracker;
  dm_duration timeout = dmi_effective_timeout(context, message);
  dmi_pending *entry = dmi_tracker_take(tracker);
  if (entry == NULL)
    return NULL;
  dmi_call_keep(entry->call, message, caller, timeout);
  entry->trace_id = dmi_context_trace_id(context);
  entry->complete = message->complete;
  entry->user = message->user;
  entry->state = PENDING_OFFERED;
  entry->outcome = DM_PENDING;
  entry->puback_reason = 0;
  entry->delivered_at = context->now;
  if (receiver != NULL)
    dmi_tracker_list(entry, receiver);
  dmi_deadlines_add(&tracker->deadlines, entry->slot.place,
                    dmi_deadline_after(context->now, timeout));
  return entry;
}

static bool waits(dmi_pending_state state) {
  return state == PENDING_OFFERED || state == PENDING_WAITING;
}

/* Without a connection there is no place to keep. */
static void enter(dm_context *context, dmi_pending *entry, dmi_pending_state next) {
  dmi_ack_tracker *tracker = &context->tracker;
  dmi_pending_state before = entry->state;
  if (next == PENDING_LATE && !entry->listed)
    next = PENDING_GONE;
  entry->state = next;
  if (waits(next))
    return;
  if (waits(before))
    dmi_deadlines_remove(&tracker->deadlines, entry->slot.place);
  if (before == PENDING_LATE)
    tracker->late--;
  if (next == PENDING_LATE)
    tracker->late++;
  if (next == PENDING_LATE || next == PENDING_GONE)
    dmi_tracker_forget_call(tracker, entry);
  if (next != PENDING_GONE)
    return;
  dmi_tracker_unlist(&context->registry, entry);
  dmi_tracker_release(tracker, entry);
}

static void fill_pending(const dmi_pending *entry, dm_result *result) {
  *result = (dm_result){
      .size = sizeof *result,
      .outcome = DM_PENDING,
      .delivered = DM_DELIVERED_MAYBE,
      .trace_id = entry->trace_id,
      .message_id = dmi_slotmap_handle(entry),
      .ack_latency = DM_NEVER,
  };
}

static void fill_outcome(const dmi_pending *entry, dm_result *result) {
  dmi_result_fill(result, entry->outcome, entry->trace_id);
  result->message_id = dmi_slotmap_handle(entry);
  if (entry->outcome == DM_SHUTTING_DOWN)
    result->delivered = DM_DELIVERED_MAYBE;
  if (entry->outcome == DM_CONFIRMED || entry->outcome == DM_RECEIVER_REJECTED) {
    result->ack_latency = entry->acknowledged_at - entry->delivered_at;
    result->puback_reason = entry->puback_reason;
  }
}

/* Its caller's record is kept aside for the event. */
static void answer_caller(dm_context *context, dmi_pending *entry, dmi_pending_state next) {
  dm_result result;
  dm_connection_id receiver = entry->connection;
  void (*complete)(void *, const dm_result *) = entry->complete;
  void *user = entry->user;
  dmi_call_record *call = entry->call;
  fill_outcome(entry, &result);
  entry->call = NULL;
  enter(context, entry, next);
  dmi_report_call(context, call, receiver, &result);
  dmi_slotmap_release(&context->tracker.calls, call);
  if (complete != NULL)
    complete(user, &result);
}

static void tell_late_puback(dm_context *context, dmi_pending *entry, dmi_pending_state next) {
  const dmi_connection *receiver = dmi_registry_resolve(&context->registry, entry->connection);
  dmi_pending copy = *entry;
  enter(context, entry, next);
  dmi_report_late_puback(context, receiver, &copy);
}

/* NULL: that does not concern it any more. */
static const transition *find(const dmi_pending *entry, dmi_happening what) {
  const transition *t = &table[entry->state][what];
  return t->telling == NOT_CONCERNED ? NULL : t;
}

bool dmi_pending_delivered(dm_context *context, dmi_pending *entry, bool taken, dm_result *result) {
  const transition *t = find(entry, taken ? HAPPENED_TAKEN : HAPPENED_REFUSED);
  if (t == NULL)
    return false;
  if (t->next == PENDING_WAITING)
    fill_pending(entry, result);
  else if (t->telling == SENDER)
    fill_outcome(entry, result);
  enter(context, entry, t->next);
  return t->telling == SENDER;
}

static void settle(dm_context *context, dmi_pending *entry, const transition *t, int outcome) {
  entry->outcome = outcome;
  if (t->telling == CALLER)
    answer_caller(context, entry, t->next);
  else
    enter(context, entry, t->next);
}

bool dmi_pending_acknowledge(dm_context *context, dmi_pending *entry, uint8_t reason_code) {
  dmi_happening what = reason_code < 0x80 ? HAPPENED_ACCEPTED : HAPPENED_REJECTED;
  const transition *t = find(entry, what);
  if (t == NULL)
    return false;
  entry->puback_reason = reason_code;
  entry->acknowledged_at = context->now;
  if (t->telling == LATE_EVENT)
    tell_late_puback(context, entry, t->next);
  else
    settle(context, entry, t, outcomes[what]);
  return true;
}

bool dmi_pending_end(dm_context *context, dmi_pending *entry, dmi_happening why) {
  if (why == HAPPENED_DISCONNECT)
    entry->listed = false;
  const transition *t = find(entry, why);
  if (t != NULL)
    settle(context, entry, t, outcomes[why]);
  return t != NULL;
}
