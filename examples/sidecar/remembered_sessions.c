/* What is remembered of persistent sessions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remembered_sessions.h"

#include <stdlib.h>

struct session {
  dm_span client_id; /* first, for the tree */
  dm_span saved;
  struct subscriptions subscriptions;
  dm_time ends_at;
  TAILQ_ENTRY(session) link;
  char text[]; /* of both */
};

void sessions_open(struct sessions *sessions, size_t max) {
  *sessions = (struct sessions){.max = max};
  TAILQ_INIT(&sessions->oldest_first);
}

static void forget(struct sessions *sessions, struct session *session) {
  tree_remove(&sessions->by_client_id, session);
  TAILQ_REMOVE(&sessions->oldest_first, session, link);
  sessions->count--;
  subscriptions_free(&session->subscriptions);
  free(session);
}

static struct session *make(dm_span client_id, dm_span saved, dm_time ends_at) {
  struct session *session = malloc(sizeof *session + client_id.len + saved.len);
  if (session == NULL)
    return NULL;
  memcpy(session->text, client_id.ptr, client_id.len);
  memcpy(session->text + client_id.len, saved.ptr, saved.len);
  session->client_id = dm_bytes(session->text, client_id.len);
  session->saved = dm_bytes(session->text + client_id.len, saved.len);
  session->subscriptions = (struct subscriptions){.count = 0};
  session->ends_at = ends_at;
  return session;
}

void sessions_put(struct sessions *sessions, dm_span client_id, dm_span saved,
                  struct subscriptions *subscriptions, dm_time ends_at) {
  sessions_drop(sessions, client_id);
  if (sessions->count == sessions->max)
    forget(sessions, TAILQ_FIRST(&sessions->oldest_first));
  struct session *session = make(client_id, saved, ends_at);
  if (session == NULL || !tree_insert(&sessions->by_client_id, session)) {
    free(session);
    return;
  }
  subscriptions_take_over(&session->subscriptions, subscriptions);
  TAILQ_INSERT_TAIL(&sessions->oldest_first, session, link);
  sessions->count++;
}

static struct session *session_with(struct sessions *sessions, dm_span client_id, dm_time now) {
  struct session *session = tree_find(&sessions->by_client_id, client_id);
  if (session == NULL || session->ends_at > now)
    return session;
  forget(sessions, session);
  return NULL;
}

dm_span sessions_find(struct sessions *sessions, dm_span client_id, dm_time now) {
  const struct session *session = session_with(sessions, client_id, now);
  return session == NULL ? dm_text(NULL) : session->saved;
}

struct subscriptions *sessions_subscriptions(struct sessions *sessions, dm_span client_id,
                                             dm_time now) {
  struct session *session = session_with(sessions, client_id, now);
  return session == NULL ? NULL : &session->subscriptions;
}

void sessions_drop(struct sessions *sessions, dm_span client_id) {
  struct session *session = tree_find(&sessions->by_client_id, client_id);
  if (session != NULL)
    forget(sessions, session);
}

void sessions_close(struct sessions *sessions) {
  while (sessions->count != 0)
    forget(sessions, TAILQ_FIRST(&sessions->oldest_first));
}
