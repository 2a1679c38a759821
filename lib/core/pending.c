/* The pending-ack tracker: messages handed over at QoS 1 and not yet acknowledged.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pending.h"

#include "base/span.h"

void dmi_tracker_init(dmi_ack_tracker *tracker, const dm_memory *memory) {
  dmi_slotmap_init(&tracker->pendings, sizeof(dmi_pending), memory);
  dmi_slotmap_init(&tracker->calls, sizeof(dmi_call_record), memory);
  dmi_deadlines_init(&tracker->deadlines, memory);
  tracker->late = 0;
}

void dmi_tracker_free(dmi_ack_tracker *tracker) {
  dmi_slotmap_free(&tracker->pendings);
  dmi_slotmap_free(&tracker->calls);
  dmi_deadlines_free(&tracker->deadlines);
}

static void call_fill(dmi_call_record *call, const dm_message *message, const dm_caller *caller,
                      dm_duration timeout) {
  char *at = dmi_span_put(call->text, message->client_id);
  at = dmi_span_put(at, message->topic);
  dmi_caller_keep(&call->caller, caller, at);
  call->client_id_len = (uint8_t)message->client_id.len;
  call->topic_len = (uint16_t)message->topic.len;
  call->timeout = timeout;
}

void dmi_call_describe(const dmi_call_record *call, dm_event *event, dm_caller *caller) {
  const char *at = call->text;
  event->client_id = dmi_span_take(&at, call->client_id_len);
  event->topic = dmi_span_take(&at, call->topic_len);
  *caller = dmi_caller_recall(&call->caller, at);
  event->caller = caller;
  event->timeout = call->timeout;
  event->mode = DM_MODE_ACKNOWLEDGED;
}

static void link_to(dmi_connection *receiver, dmi_pending *entry) {
  entry->previous = NULL;
  entry->next = receiver->pendings;
  if (entry->next != NULL)
    entry->next->previous = entry;
  receiver->pendings = entry;
  receiver->unacknowledged++;
}

dmi_pending *dmi_tracker_offer(dmi_ack_tracker *tracker, dmi_connection *receiver,
                               const dm_message *message, const dm_caller *caller, dm_time now,
                               dm_duration timeout) {
  dmi_call_record *call = dmi_slotmap_take(&tracker->calls);
  if (call == NULL)
    return NULL;
  dmi_pending *entry = dmi_slotmap_take(&tracker->pendings);
  if (entry == NULL) {
    dmi_slotmap_release(&tracker->calls, call);
    return NULL;
  }
  if (!dmi_deadlines_reserve(&tracker->deadlines, entry->slot.place)) {
    dmi_slotmap_release(&tracker->pendings, entry);
    dmi_slotmap_release(&tracker->calls, call);
    return NULL;
  }
  call_fill(call, message, caller, timeout);
  entry->call = call;
  entry->connection = dmi_slotmap_handle(receiver);
  entry->complete = message->complete;
  entry->user = message->user;
  entry->state = PENDING_OFFERED;
  entry->outcome = DM_PENDING;
  entry->puback_reason = 0;
  entry->delivered_at = now;
  link_to(receiver, entry);
  dmi_deadlines_add(&tracker->deadlines, entry->slot.place, dmi_deadline_after(now, timeout));
  return entry;
}

void dmi_tracker_stop_waiting(dmi_ack_tracker *tracker, dmi_pending *entry) {
  dmi_deadlines_remove(&tracker->deadlines, entry->slot.place);
}

void dmi_tracker_unlink(dmi_connection_registry *registry, dmi_pending *entry) {
  dmi_connection *receiver = dmi_registry_resolve(registry, entry->connection);
  if (receiver == NULL)
    return;
  if (entry->previous != NULL)
    entry->previous->next = entry->next;
  else
    receiver->pendings = entry->next;
  if (entry->next != NULL)
    entry->next->previous = entry->previous;
  receiver->unacknowledged--;
}

void dmi_tracker_forget_call(dmi_ack_tracker *tracker, dmi_call_record *call) {
  dmi_slotmap_release(&tracker->calls, call);
}

void dmi_tracker_release(dmi_ack_tracker *tracker, dmi_pending *entry) {
  if (entry->call != NULL)
    dmi_tracker_forget_call(tracker, entry->call);
  if (entry->state == PENDING_LATE)
    tracker->late--;
  dmi_slotmap_release(&tracker->pendings, entry);
}

dmi_pending *dmi_tracker_find(const dmi_ack_tracker *tracker, dm_message_id id) {
  return dmi_slotmap_find(&tracker->pendings, id);
}
