/* The pending-ack tracker: messages handed over at QoS 1 and not yet acknowledged.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/pending.h"

#include "base/span.h"

void tracker_init(ack_tracker *tracker, const dm_memory *memory) {
  slotmap_init(&tracker->pendings, sizeof(pending), memory);
  slotmap_init(&tracker->calls, sizeof(call_record), memory);
  deadlines_init(&tracker->deadlines, memory);
  tracker->late = 0;
}

void tracker_free(ack_tracker *tracker) {
  slotmap_free(&tracker->pendings);
  slotmap_free(&tracker->calls);
  deadlines_free(&tracker->deadlines);
}

static void call_fill(call_record *call, const dm_message *message, dm_duration timeout) {
  char *at = span_put(call->text, message->client_id);
  at = span_put(at, message->topic);
  at = span_put(at, message->principal);
  at = span_put(at, message->source_ip);
  span_put(at, message->invocation_id);
  call->client_id_len = (uint8_t)message->client_id.len;
  call->topic_len = (uint16_t)message->topic.len;
  call->principal_len = (uint16_t)message->principal.len;
  call->source_ip_len = (uint8_t)message->source_ip.len;
  call->invocation_id_len = (uint8_t)message->invocation_id.len;
  call->timeout = timeout;
  call->attempt = message->attempt;
  call->protocol = message->protocol;
  call->source_port = message->source_port;
}

static dm_span recall(const char **at, size_t len) {
  dm_span span = {*at, len};
  *at += len;
  return span;
}

void call_describe(const call_record *call, dm_event *event) {
  const char *at = call->text;
  event->client_id = recall(&at, call->client_id_len);
  event->topic = recall(&at, call->topic_len);
  event->principal = recall(&at, call->principal_len);
  event->source_ip = recall(&at, call->source_ip_len);
  event->invocation_id = recall(&at, call->invocation_id_len);
  event->timeout = call->timeout;
  event->attempt = call->attempt;
  event->protocol = call->protocol;
  event->source_port = call->source_port;
  event->confirmation = 1;
}

static void link_to(connection *receiver, pending *entry) {
  entry->previous = NULL;
  entry->next = receiver->pendings;
  if (entry->next != NULL)
    entry->next->previous = entry;
  receiver->pendings = entry;
  receiver->unacknowledged++;
}

pending *tracker_offer(ack_tracker *tracker, connection *receiver, const dm_message *message,
                       dm_time now, dm_duration timeout) {
  call_record *call = slotmap_take(&tracker->calls);
  if (call == NULL)
    return NULL;
  pending *entry = slotmap_take(&tracker->pendings);
  if (entry == NULL) {
    slotmap_release(&tracker->calls, call);
    return NULL;
  }
  if (!deadlines_reserve(&tracker->deadlines, entry->slot.place)) {
    slotmap_release(&tracker->pendings, entry);
    slotmap_release(&tracker->calls, call);
    return NULL;
  }
  call_fill(call, message, timeout);
  entry->call = call;
  entry->connection = slotmap_handle(receiver);
  entry->complete = message->complete;
  entry->user = message->user;
  entry->state = PENDING_OFFERED;
  entry->outcome = DM_PENDING;
  entry->puback_reason = 0;
  entry->delivered_at = now;
  link_to(receiver, entry);
  deadlines_add(&tracker->deadlines, entry->slot.place, deadline_after(now, timeout));
  return entry;
}

void tracker_stop_waiting(ack_tracker *tracker, pending *entry) {
  deadlines_remove(&tracker->deadlines, entry->slot.place);
}

void tracker_unlink(connection_registry *registry, pending *entry) {
  connection *receiver = registry_resolve(registry, entry->connection);
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

void tracker_forget_call(ack_tracker *tracker, call_record *call) {
  slotmap_release(&tracker->calls, call);
}

void tracker_release(ack_tracker *tracker, pending *entry) {
  if (entry->call != NULL)
    tracker_forget_call(tracker, entry->call);
  if (entry->state == PENDING_LATE)
    tracker->late--;
  slotmap_release(&tracker->pendings, entry);
}

pending *tracker_find(const ack_tracker *tracker, dm_message_id id) {
  return slotmap_find(&tracker->pendings, id);
}
