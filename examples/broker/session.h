/* What is remembered of a client, beyond its connection if the client wants that:
 * subscriptions, QoS 1 messages and their packet identifiers, the will.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_SESSION_H
#define BROKER_SESSION_H

#include "broker_settings.h"
#include "common/loop/lazy_timer.h"
#include "inflight.h"
#include "queue.h"
#include "topic_tree.h"
#include "will.h"

/* A Session Expiry Interval that never ends. */
#define SESSION_FOREVER UINT32_MAX

struct client;
struct session_store;

struct session {
  dm_span client_id; /* first, for the tree */
  struct session_store *store;
  struct client *client;    /* its connection, others look at it; NULL: not connected */
  uint32_t expiry_interval; /* seconds; 0: ends with the connection */
  dm_time ends_at;          /* while not connected; DM_NEVER: never */
  dm_time will_due;         /* the same */
  lazy_timer timer;         /* for both; the store's */
  struct will will;
  struct subscription_list subscriptions;
  size_t subscription_count;
  struct inflight inflight;
  struct queue queue;
  SLIST_ENTRY(session) next_matched; /* while one PUBLISH is routed */
  SLIST_HEAD(, subscription) matched;
  char text[]; /* the client identifier */
};

/* A session that is not connected and remembers nothing; the store's to make, and to free once
 * it was emptied. NULL when out of memory. */
struct session *session_new(dm_span client_id);

/* Forgets all that is remembered. */
void session_empty(struct session *session);

/* Its subscription to a topic filter, a new one where it has none yet. NULL when out of
 * memory. */
struct subscription *session_subscribe(struct session *session, struct topic_level *topics,
                                       dm_span filter);

/* Ends its subscription to a topic filter; false when it has none. */
bool session_unsubscribe(struct session *session, struct topic_level *topics, dm_span filter);

/* The Session Expiry Interval that a client gets which wants this one. */
uint32_t session_granted_expiry(const struct broker_settings *limits, uint32_t wanted);

/* Whether one more QoS 1 message may wait here. */
bool session_has_room(const struct session *session, const struct broker_settings *limits);

#endif
