/* The sessions of all clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session_store.h"

#include <stdlib.h>

#include "common/loop/clock.h"
#include "session.h"

struct session *sessions_find(const struct session_store *store, dm_span client_id) {
  return tree_find(&store->sessions, client_id);
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
  uv_timer_init(store->loop, &session->timer);
  session->timer.data = session;
  return session;
}

static void on_timer(uv_timer_t *timer) {
  struct session *session = timer->data;
  session->store->due(session->store->user, session);
}

void sessions_wake(struct session *session, uint64_t at) {
  if (at == UINT64_MAX)
    uv_timer_stop(&session->timer);
  else
    clock_start_timer(&session->timer, on_timer, at);
}

static void on_closed(uv_handle_t *handle) {
  free(handle->data);
}

void sessions_remove(struct session *session) {
  tree_remove(&session->store->sessions, session);
  session->store->count--;
  session_empty(session);
  uv_close((uv_handle_t *)&session->timer, on_closed);
}

void sessions_clear(struct session_store *store) {
  while (store->sessions != NULL)
    sessions_remove(tree_any(&store->sessions));
}
