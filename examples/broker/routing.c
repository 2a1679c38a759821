/* From one PUBLISH to all whose subscriptions match.
 *
 * SPDX-License-Identifier: MIT
 */
#include "routing.h"

#include "broker.h"
#include "sending.h"
#include "session.h"

/* One PUBLISH on its way. Nobody is disconnected and no subscription changes before it is
 * over: a client that fails is only marked. */
struct route {
  struct broker *broker;
  const dm_mqtt_packet *publish;
  const struct session *publisher;
  dm_time expires_at;
  struct message *message; /* its copy, made for the first who needs to keep it */
  SLIST_HEAD(, session) sessions;
};

static void collect(void *user, struct subscription *subscription) {
  struct route *route = user;
  struct session *session = subscription->subscriber;
  if (subscription->no_local && session == route->publisher)
    return;
  if (SLIST_EMPTY(&session->matched))
    SLIST_INSERT_HEAD(&route->sessions, session, next_matched);
  SLIST_INSERT_HEAD(&session->matched, subscription, same_match);
}

/* Keeps a QoS 1 message for a session, if it has room, and sends it if it can. */
static void route_kept(struct route *route, struct session *session, const uint32_t *identifiers,
                       size_t identifier_count) {
  if (!session_has_room(session, route->broker->settings))
    return;
  if (route->message == NULL)
    route->message = message_copy(route->publish, route->expires_at);
  if (route->message != NULL &&
      queue_append(&session->queue, route->message, identifiers, identifier_count) &&
      session->client != NULL)
    send_waiting(session);
}

static void route_at_once(struct route *route, struct session *session, const uint32_t *identifiers,
                          size_t identifier_count) {
  struct publish_copy copy = {
      .publish = route->publish,
      .expires_at = route->expires_at,
      .identifiers = identifiers,
      .identifier_count = identifier_count,
  };
  if (session->client != NULL)
    send_copy(session->client, &copy);
}

/* One copy for each session, however many of its filters match, [MQTT-3.3.4-2] and
 * [MQTT-3.3.4-4]. */
static void route_to(struct route *route, struct session *session) {
  bytes *identifiers = &route->broker->identifiers;
  uint8_t qos = 0;
  struct subscription *subscription;
  identifiers->len = 0;
  SLIST_FOREACH(subscription, &session->matched, same_match) {
    uint32_t identifier = subscription->identifier;
    if (subscription->qos > qos)
      qos = subscription->qos;
    if (identifier != 0 && !bytes_append(identifiers, dm_bytes(&identifier, sizeof identifier)))
      return;
  }
  const uint32_t *list = (const void *)identifiers->data;
  size_t count = identifiers->len / sizeof *list;
  if (qos != 0 && route->publish->publish.qos != 0)
    route_kept(route, session, list, count);
  else
    route_at_once(route, session, list, count);
}

bool route_publish(struct broker *broker, const dm_mqtt_packet *publish,
                   const struct session *publisher) {
  struct route route = {
      .broker = broker,
      .publish = publish,
      .publisher = publisher,
      .expires_at = message_expiry(publish, broker_now(broker)),
  };
  SLIST_INIT(&route.sessions);
  subscriptions_match(&broker->topics, publish->publish.topic, collect, &route);
  bool matched = !SLIST_EMPTY(&route.sessions);
  while (!SLIST_EMPTY(&route.sessions)) {
    struct session *session = SLIST_FIRST(&route.sessions);
    SLIST_REMOVE_HEAD(&route.sessions, next_matched);
    route_to(&route, session);
    SLIST_INIT(&session->matched);
  }
  message_release(route.message);
  return matched;
}
