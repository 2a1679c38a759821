/* The sessions of all clients, by client identifier.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_SESSION_STORE_H
#define BROKER_SESSION_STORE_H

#include "common/base/names.h"

struct loop;
struct session;

struct session_store {
  struct loop *loop;
  uint32_t max_sessions;
  void (*due)(void *user, struct session *session); /* what sessions_wake() was asked for */
  void *user;

  /* Private. */
  tree sessions;
  size_t count;
};

/* The session of a client identifier, or NULL. */
struct session *sessions_find(const struct session_store *store, dm_span client_id);

/* Begins a session. NULL when there are too many, or no memory. */
struct session *sessions_add(struct session_store *store, dm_span client_id);

/* Has due() called for a session at a time; DM_NEVER: not at all. The last call counts. */
void sessions_wake(struct session *session, dm_time at);

/* Takes a session out and releases it. */
void sessions_remove(struct session *session);

/* Takes all of them out. */
void sessions_clear(struct session_store *store);

#endif
