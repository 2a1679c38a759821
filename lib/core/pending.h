/* The pending-ack tracker: messages handed over at QoS 1 and not yet acknowledged.
 *
 * A message's life:
 *   OFFERED  reserved, inside the host's deliver()
 *   SETTLED  answered while still inside deliver(); dm_send() returns the answer
 *   WAITING  handed over; its caller waits
 *   LATE     its caller has been answered, its packet identifier is still taken
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_PENDING_H
#define DM_CORE_PENDING_H

#include "base/deadlines.h"
#include "core/caller.h"
#include "core/registry.h"

typedef enum dmi_pending_state {
  PENDING_OFFERED,
  PENDING_SETTLED,
  PENDING_WAITING,
  PENDING_LATE
} dmi_pending_state;

/* What is remembered of a call until it is answered, for its event. */
typedef struct dmi_call_record {
  dmi_slot slot;
  dm_duration timeout;
  dmi_kept_caller caller;
  uint16_t topic_len;
  uint8_t client_id_len;
  char text[DM_CLIENT_ID_MAX + DM_TOPIC_MAX + CALLER_TEXT_MAX];
} dmi_call_record;

typedef struct dmi_pending {
  dmi_slot slot;
  dm_connection_id connection;         /* stale once the connection is over */
  struct dmi_pending *next, *previous; /* in the connection's list */
  dmi_call_record *call;               /* NULL once answered */
  dm_time delivered_at;
  dm_time acknowledged_at; /* once its PUBACK has come */
  dm_trace_id trace_id;
  void (*complete)(void *user, const dm_result *result);
  void *user;
  dmi_pending_state state;
  int outcome; /* once SETTLED or LATE */
  uint8_t puback_reason;
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

/* Takes a place for a message of this connection, OFFERED, with its deadline; NULL when
 * out of memory, and then nothing has changed. */
dmi_pending *dmi_tracker_offer(dmi_ack_tracker *tracker, dmi_connection *receiver,
                               const dm_message *message, const dm_caller *caller, dm_time now,
                               dm_duration timeout);

/* Ends the wait of an OFFERED or WAITING message: it has no deadline any more. */
void dmi_tracker_stop_waiting(dmi_ack_tracker *tracker, dmi_pending *entry);

/* Takes a message out of its connection's list. */
void dmi_tracker_unlink(dmi_connection_registry *registry, dmi_pending *entry);

/* Releases a message's place, and what was remembered of its call; it must not be in a
 * list nor have a deadline. */
void dmi_tracker_release(dmi_ack_tracker *tracker, dmi_pending *entry);

/* Forgets what was remembered of a call. */
void dmi_tracker_forget_call(dmi_ack_tracker *tracker, dmi_call_record *call);

/* The message of a handle; NULL when it is stale. */
dmi_pending *dmi_tracker_find(const dmi_ack_tracker *tracker, dm_message_id id);

/* Fills the parts of an event that a call remembers, and its caller. */
void dmi_call_describe(const dmi_call_record *call, dm_event *event, dm_caller *caller);

#endif
