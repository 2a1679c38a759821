/* The pending-ack tracker: messages handed over at QoS 1 and not yet acknowledged, and what each
 * of them holds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/tracker.h"

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

dmi_pending *dmi_tracker_find(const dmi_ack_tracker *tracker, dm_message_id id) {
  return dmi_slotmap_find(&tracker->pendings, id);
}

dmi_pending *dmi_tracker_due(const dmi_ack_tracker *tracker, dm_time until) {
  const dmi_deadline *first = dmi_deadlines_first(&tracker->deadlines);
  if (first == NULL || first->due > until)
    return NULL;
  return dmi_slotmap_at(&tracker->pendings, first->number);
}

void dmi_tracker_list(dmi_pending *entry, dmi_connection *receiver) {
  entry->connection = dmi_slotmap_handle(receiver);
  entry->listed = true;
  entry->previous = NULL;
  entry->next = receiver->pendings;
  if (entry->next != NULL)
    entry->next->previous = entry;
  receiver->pendings = entry;
  receiver->unacknowledged++;
}

void dmi_tracker_unlist(const dmi_connection_registry *registry, dmi_pending *entry) {
  if (!entry->listed)
    return;
  dmi_connection *receiver = dmi_registry_resolve(registry, entry->connection);
  if (entry->previous != NULL)
    entry->previous->next = entry->next;
  else
    receiver->pendings = entry->next;
  if (entry->next != NULL)
    entry->next->previous = entry->previous;
  receiver->unacknowledged--;
}

void dmi_tracker_forget_call(dmi_ack_tracker *tracker, dmi_pending *entry) {
  if (entry->call != NULL)
    dmi_slotmap_release(&tracker->calls, entry->call);
  entry->call = NULL;
}

dmi_pending *dmi_tracker_take(dmi_ack_tracker *tracker) {
  dmi_call_record *call = dmi_slotmap_take(&tracker->calls);
  if (call == NULL)
    return NULL;
  dmi_pending *entry = dmi_slotmap_take(&tracker->pendings);
  if (entry != NULL && dmi_deadlines_reserve(&tracker->deadlines, entry->slot.place)) {
    entry->call = call;
    entry->connection = 0;
    entry->listed = false;
    return entry;
  }
  if (entry != NULL)
    dmi_slotmap_release(&tracker->pendings, entry);
  dmi_slotmap_release(&tracker->calls, call);
  return NULL;
}

void dmi_tracker_release(dmi_ack_tracker *tracker, dmi_pending *entry) {
  dmi_slotmap_release(&tracker->pendings, entry);
}
