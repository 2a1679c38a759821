/* Publishing: PUBLISH, PUBACK, and the way from one to the other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "publish.h"

#include <stdlib.h>

#include "client.h"
#include "handlers.h"

/* ---- One copy ---------------------------------------------------------------- */

static void clear(dm_mqtt_properties *properties, unsigned identifier) {
  properties->present &= ~((uint64_t)1 << identifier);
}

int publish_send(struct client *client, const struct publish_copy *copy) {
  struct broker *broker = client->broker;
  uint64_t now = broker_now(broker);
  dm_mqtt_packet packet = *copy->publish;
  packet.packet_id = copy->packet_id;
  packet.publish.qos = copy->packet_id == 0 ? 0 : 1;
  packet.publish.dup = copy->dup;
  /* Nothing is retained here, so nothing is said to be. */
  packet.publish.retain = 0;
  clear(&packet.properties, DM_MQTT_TOPIC_ALIAS);
  message_set_remaining(&packet.properties, copy->expires_at, now);
  packet.properties.subscription_identifiers = copy->identifiers;
  packet.properties.subscription_identifier_count = copy->identifier_count;
  if (copy->identifier_count != 0)
    dm_mqtt_set(&packet.properties, DM_MQTT_SUBSCRIPTION_IDENTIFIER);
  int result = output_publish(client, &packet);
  if (result == DM_OK)
    dm_count_publish(broker->service->context, client->connection, now);
  return result;
}

/* ---- To all ------------------------------------------------------------------ */

/* One PUBLISH on its way. Nobody is disconnected and no subscription changes before it is
 * over: a client that fails is only marked. */
struct route {
  struct broker *broker;
  const dm_mqtt_packet *publish;
  const struct session *publisher;
  uint64_t expires_at;
  struct message *message; /* its copy, made for the first who needs to keep it */
  SLIST_HEAD(, session) sessions;
};

static void collect(void *user, struct subscription *subscription) {
  struct route *route = user;
  struct session *session = subscription->session;
  if (subscription->no_local && session == route->publisher)
    return;
  if (SLIST_EMPTY(&session->matched))
    SLIST_INSERT_HEAD(&route->sessions, session, next_matched);
  SLIST_INSERT_HEAD(&session->matched, subscription, same_match);
}

/* Keeps a QoS 1 message for a session, if it has room, and sends it if it can. */
static void route_kept(struct route *route, struct session *session, const uint32_t *identifiers,
                       size_t identifier_count) {
  if (!session_has_room(session))
    return;
  if (route->message == NULL)
    route->message = message_copy(route->publish, route->expires_at);
  if (route->message != NULL &&
      queue_append(&session->queue, route->message, identifiers, identifier_count) &&
      session->client != NULL)
    session_pump(session);
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
    publish_send(session->client, &copy);
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

bool publish_route(struct broker *broker, const dm_mqtt_packet *publish,
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

/* ---- Handlers ---------------------------------------------------------------- */

/* Remembers or looks up a topic alias, MQTT 5 section 3.3.2.3.4. */
static int resolve_alias(struct client *client, const dm_mqtt_packet *packet, dm_span *topic) {
  if (!dm_mqtt_has(&packet->properties, DM_MQTT_TOPIC_ALIAS))
    return 0;
  uint16_t alias = packet->properties.topic_alias;
  if (alias > TOPIC_ALIAS_MAXIMUM)
    return DM_MQTT_TOPIC_ALIAS_INVALID;
  dm_span *known = &client->aliases[alias - 1];
  if (topic->len == 0) {
    *topic = *known;
    return known->ptr == NULL ? DM_MQTT_PROTOCOL_ERROR : 0;
  }
  char *copy = realloc((char *)known->ptr, topic->len);
  if (copy == NULL)
    return DM_MQTT_SERVER_BUSY;
  memcpy(copy, topic->ptr, topic->len);
  *known = dm_bytes(copy, topic->len);
  return 0;
}

static int find_refusal(const struct client *client, const dm_mqtt_packet *packet) {
  if (packet->publish.qos > 1)
    return DM_MQTT_QOS_NOT_SUPPORTED;
  /* An old client cannot know: its message goes to those who are here. */
  if (packet->publish.retain && client->level == DM_MQTT_LEVEL_5)
    return DM_MQTT_RETAIN_NOT_SUPPORTED;
  if (dm_mqtt_has(&packet->properties, DM_MQTT_SUBSCRIPTION_IDENTIFIER))
    return DM_MQTT_PROTOCOL_ERROR; /* [MQTT-3.3.4-6] */
  return 0;
}

int handle_publish(struct client *client, const dm_mqtt_packet *packet) {
  dm_mqtt_packet publish = *packet;
  int refusal = find_refusal(client, packet);
  if (refusal == 0)
    refusal = resolve_alias(client, packet, &publish.publish.topic);
  if (refusal != 0)
    return refusal;
  bool matched = publish_route(client->broker, &publish, client->session);
  if (publish.publish.qos == 1) {
    dm_mqtt_packet puback = {.type = DM_MQTT_PUBACK, .packet_id = packet->packet_id};
    puback.reason_code = matched ? DM_MQTT_SUCCESS : DM_MQTT_NO_MATCHING_SUBSCRIBERS;
    output_send(client, &puback);
  }
  return 0;
}

/* Settles what the packet identifier stands for. */
static void acknowledge(struct client *client, struct inflight_slot *slot, uint8_t reason_code) {
  struct session *session = client->session;
  struct inflight_slot was = *slot;
  /* First: libdm's answer to its caller may bring the next message. */
  inflight_give_back(&session->inflight, slot);
  if (was.queued != NULL) {
    if (was.queued->sent)
      client->own_unacknowledged--;
    queue_remove(&session->queue, was.queued);
  } else {
    client->direct_unacknowledged--;
    dm_puback(client->broker->service->context, client->connection, was.message_id, reason_code,
              broker_now(client->broker));
  }
}

int handle_puback(struct client *client, const dm_mqtt_packet *packet) {
  struct inflight_slot *slot = inflight_find(&client->session->inflight, packet->packet_id);
  /* One that nobody waits for is no error: its message's connection may have ended. */
  if (slot == NULL)
    return 0;
  acknowledge(client, slot, packet->reason_code);
  if (client->session != NULL)
    session_pump(client->session);
  return 0;
}

/* Rest of a QoS 2 exchange with another server: answered, so that the client can end it. */
int handle_pubrel(struct client *client, const dm_mqtt_packet *packet) {
  dm_mqtt_packet pubcomp = {
      .type = DM_MQTT_PUBCOMP,
      .reason_code = DM_MQTT_PACKET_IDENTIFIER_NOT_FOUND,
      .packet_id = packet->packet_id,
  };
  output_send(client, &pubcomp);
  return 0;
}
