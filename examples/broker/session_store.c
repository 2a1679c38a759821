/* The sessions of all clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session_store.h"

#include <stdlib.h>

#include "common/loop/loop.h"
#include "session.h"

struct session *sessions_find(const struct session_store *store, dm_span client_id) {
  return tree_find(&store->sessions, client_id);
}

static void on_timer(lazy_timer *timer) {
  struct session *session = (struct session *)((char *)timer - offsetof(struct session, timer));
  session->store->due(session->store->user, session);
}

struct session *sessions_add(struct session_store *store, dm_span client_id) {
  if (store->count >= store->max_sessions)
    return NULL;
  struct session *session = session_new(client_id);
  if (session == NULL)
    return NULL;
  if (!tree_insert(&store->sessions, session)) {
    free(session);
    return NULL;
  }
  store->count++;
  session->store = store;
  lazy_timer_open(&session->timer, &store->loop->timers, on_timer);
  return session;
}

void sessions_wake(struct session *session, dm_time at) {
  lazy_timer_set(&session->timer, at);
}

void sessions_remove(struct session *session) {
  tree_remove(&session->store->sessions, session);
  session->store->count--;
  session_empty(session);
  lazy_timer_close(&session->timer);
  free(session);
}

void sessions_clear(struct session_store *store) {
  while (store->sessions != NULL)
    sessions_remove(tree_any(&store->sessions));
}
