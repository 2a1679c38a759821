/* ListSubscriptions and DeleteConnection: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker_queries.h"

#include "broker.h"
#include "client_close.h"
#include "session.h"
#include "session_life.h"

int broker_subscriptions(void *user, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  const struct broker *broker = user;
  const struct session *session = sessions_find(&broker->sessions, target->client_id);
  if (session == NULL)
    return DM_TARGET_CLIENT_ID_NOT_FOUND;
  const struct subscription *subscription;
  bytes filter = {0};
  bool told = true;
  LIST_FOREACH(subscription, &session->subscriptions, same_subscriber) {
    told = told && subscription_filter(subscription, &filter);
    if (told)
      visit(visitor, bytes_span(&filter), subscription->qos);
  }
  bytes_free(&filter);
  return told ? DM_OK : DM_ERROR_NO_MEMORY;
}

/* A session that is to end does so with its connection, or at once; its will comes first
 * [MQTT-3.1.2-8], unless it is prevented. */
int broker_end_connection(void *user, const dm_target *target, int clean_session,
                          int prevent_will) {
  struct broker *broker = user;
  struct session *session = sessions_find(&broker->sessions, target->client_id);
  if (session == NULL)
    return DM_TARGET_CLIENT_ID_NOT_FOUND;
  if (prevent_will)
    will_discard(&session->will);
  if (clean_session)
    session->expiry_interval = 0;
  if (session->client != NULL)
    client_close(session->client, DM_MQTT_ADMINISTRATIVE_ACTION, NULL);
  else if (clean_session)
    session_end(broker, session);
  return DM_OK;
}
