/* What the broker remembers of a client, beyond its connection if the client wants that:
 * subscriptions, QoS 1 messages and their packet identifiers, the will.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_SESSION_H
#define BROKER_SESSION_H

#include "broker.h"
#include "inflight.h"
#include "queue.h"
#include "will.h"

/* A Session Expiry Interval that never ends. */
#define SESSION_FOREVER UINT32_MAX

struct session {
  dm_span client_id; /* first, for the tree */
  struct broker *broker;
  struct client *client;    /* NULL: not connected */
  uint32_t expiry_interval; /* seconds; 0: ends with the connection */
  uint64_t ends_at;         /* while not connected; UINT64_MAX: never */
  uint64_t will_due;        /* the same */
  uv_timer_t timer;         /* for both */
  struct will will;
  struct subscription_list subscriptions;
  size_t subscription_count;
  struct inflight inflight;
  struct queue queue;
  SLIST_ENTRY(session) next_matched; /* while one PUBLISH is routed */
  SLIST_HEAD(, subscription) matched;
  char text[]; /* the client identifier */
};

/* The session of a client identifier, or NULL. */
struct session *session_find(const struct broker *broker, dm_span client_id);

/* Begins a session. NULL when there are too many, or no memory. */
struct session *session_begin(struct broker *broker, dm_span client_id);

/* A connection takes the session up: a will that waits is not published any more, what
 * has no PUBACK is sent again as soon as session_pump() is called. */
void session_attach(struct session *session, struct client *client);

/* Its connection is over: the will's delay and the session's expiry begin. A session that
 * does not outlive its connection ends here. */
void session_detach(struct session *session);

/* Ends a session that is not connected; its will, if one waits, is published. */
void session_end(struct session *session);

/* Ends a session without any consequence: the broker closes. */
void session_destroy(struct session *session);

/* Whether one more QoS 1 message may wait here. */
bool session_has_room(const struct session *session);

/* Sends as many of the waiting messages as the client takes now. */
void session_pump(struct session *session);

#endif
