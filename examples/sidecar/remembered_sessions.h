/* What is remembered of persistent sessions whose client is not connected: the packet
 * identifiers in use, for the relay of the next connection, and the subscriptions.
 *
 * The sessions themselves are the broker's. When there are too many, the one that has been
 * here longest is forgotten: nothing goes wrong then (see dm/relay.h), but what it is
 * subscribed to is not known any more.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_REMEMBERED_SESSIONS_H
#define SIDECAR_REMEMBERED_SESSIONS_H

#include <sys/queue.h>

#include "common/base/names.h"
#include "device_subscriptions.h"

struct session;
TAILQ_HEAD(session_queue, session);

struct sessions {
  tree by_client_id;
  struct session_queue oldest_first;
  size_t count;
  size_t max;
};

/* None, and room for `max`. */
void sessions_open(struct sessions *sessions, size_t max);

/* Remembers a session that ends at `ends_at`; DM_NEVER: never. Without memory it does not.
 * Takes the subscriptions out of where they are. */
void sessions_put(struct sessions *sessions, dm_span client_id, dm_span saved,
                  struct subscriptions *subscriptions, dm_time ends_at);

/* What was saved, borrowed until the next change; NULL where there is no session now. */
dm_span sessions_find(struct sessions *sessions, dm_span client_id, dm_time now);

/* Its subscriptions; NULL where there is no session now. */
struct subscriptions *sessions_subscriptions(struct sessions *sessions, dm_span client_id,
                                             dm_time now);

/* Forgets a session; harmless where there is none. */
void sessions_drop(struct sessions *sessions, dm_span client_id);

/* Forgets all. */
void sessions_close(struct sessions *sessions);

#endif
