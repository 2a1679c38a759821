/* What is remembered of a client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session.h"

#include <stdlib.h>

struct session *session_new(dm_span client_id) {
  struct session *session = calloc(1, sizeof *session + client_id.len);
  if (session == NULL)
    return NULL;
  memcpy(session->text, client_id.ptr, client_id.len);
  session->client_id = dm_bytes(session->text, client_id.len);
  session->ends_at = DM_NEVER;
  session->will_due = DM_NEVER;
  LIST_INIT(&session->subscriptions);
  SLIST_INIT(&session->matched);
  queue_start(&session->queue);
  return session;
}

void session_empty(struct session *session) {
  while (!LIST_EMPTY(&session->subscriptions))
    subscription_remove(LIST_FIRST(&session->subscriptions));
  session->subscription_count = 0;
  will_discard(&session->will);
  queue_clear(&session->queue);
  inflight_clear(&session->inflight);
}

struct subscription *session_subscribe(struct session *session, struct topic_level *topics,
                                       dm_span filter) {
  bool added;
  struct subscription *subscription =
      subscription_add(topics, session, &session->subscriptions, filter, &added);
  if (subscription != NULL && added)
    session->subscription_count++;
  return subscription;
}

bool session_unsubscribe(struct session *session, struct topic_level *topics, dm_span filter) {
  struct subscription *subscription = subscription_find(topics, &session->subscriptions, filter);
  if (subscription == NULL)
    return false;
  subscription_remove(subscription);
  session->subscription_count--;
  return true;
}

uint32_t session_granted_expiry(const struct broker_settings *limits, uint32_t wanted) {
  uint32_t most = limits->session_expiry_seconds;
  return wanted < most ? wanted : most;
}

bool session_has_room(const struct session *session, const struct broker_settings *limits) {
  return session->queue.count < limits->max_queued_messages &&
         session->queue.bytes < limits->max_queued_bytes;
}
