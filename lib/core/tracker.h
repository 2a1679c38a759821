/* The pending-ack tracker: messages handed over at QoS 1 and not yet acknowledged, and what each
 * of them holds.
 *
 * A message's life:
 *   OFFERED       reserved, inside the host's deliver()
 *   ENDED         still inside deliver(), but nobody waits any more: dm_send() answers. Its
 *                 PUBACK would know better
 *   ACKNOWLEDGED  still inside deliver(), its PUBACK has come: dm_send() answers
 *   WAITING       handed over; its caller waits
 *   LATE          its caller has been answered, its packet identifier is still taken
 *   GONE          nothing is left of it
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_TRACKER_H
#define DM_CORE_TRACKER_H

#include "base/deadlines.h"
#include "core/call_record.h"
#include "core/registry.h"

typedef enum dmi_pending_state {
  PENDING_OFFERED,
  PENDING_ENDED,
  PENDING_ACKNOWLEDGED,
  PENDING_WAITING,
  PENDING_LATE,
  PENDING_GONE
} dmi_pending_state;

typedef struct dmi_pending {
  dmi_slot slot;
  dm_connection_id connection;         /* stale once that is over; 0: it has none */
  struct dmi_pending *next, *previous; /* in the connection's list */
  dmi_call_record *call;               /* NULL once answered */
  dm_time delivered_at;
  dm_time acknowledged_at; /* once its PUBACK has come */
  dm_trace_id trace_id;
  void (*complete)(void *user, const dm_result *result);
  void *user;
  dmi_pending_state state;
  int outcome; /* DM_PENDING until there is one */
  uint8_t puback_reason;
  bool listed; /* it takes a place in its connection's window */
} dmi_pending;

typedef struct dmi_ack_tracker {
  dmi_slotmap pendings;
  dmi_slotmap calls;
  dmi_deadlines deadlines; /* of those OFFERED and WAITING */
  uint64_t late;           /* how many are LATE */
} dmi_ack_tracker;

/* Makes an empty tracker; `memory` must outlive it. */
void dmi_tracker_init(dmi_ack_tracker *tracker, const dm_memory *memory);

/* Releases everything that waits. */
void dmi_tracker_free(dmi_ack_tracker *tracker);

/* The message of a handle; NULL when it is stale. */
dmi_pending *dmi_tracker_find(const dmi_ack_tracker *tracker, dm_message_id id);

/* The message whose deadline is the earliest, unless that is after `until`; NULL: there is
 * none. */
dmi_pending *dmi_tracker_due(const dmi_ack_tracker *tracker, dm_time until);

/* Takes a message's place with the record of its call and room for its deadline; NULL when out
 * of memory, and then nothing has changed. It has no connection. */
dmi_pending *dmi_tracker_take(dmi_ack_tracker *tracker);

/* Gives the place back; it has no deadline. */
void dmi_tracker_release(dmi_ack_tracker *tracker, dmi_pending *entry);

/* Forgets its call, if that is not forgotten. */
void dmi_tracker_forget_call(dmi_ack_tracker *tracker, dmi_pending *entry);

/* Gives it a place in the window of a connection. */
void dmi_tracker_list(dmi_pending *entry, dmi_connection *receiver);

/* Takes it out of that window; nothing where it is in none. */
void dmi_tracker_unlist(const dmi_connection_registry *registry, dmi_pending *entry);

#endif
