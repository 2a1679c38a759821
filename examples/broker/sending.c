/* PUBLISH to one client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sending.h"

#include "client.h"
#include "output.h"
#include "session.h"

/* ---- One copy ---------------------------------------------------------------- */

static void clear(dm_mqtt_properties *properties, unsigned identifier) {
  properties->present &= ~((uint64_t)1 << identifier);
}

int send_copy(struct client *client, const struct publish_copy *copy) {
  struct broker *broker = client->broker;
  dm_time now = broker_now(broker);
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

/* ---- What waits -------------------------------------------------------------- */

static bool client_takes_more(const struct client *client) {
  return client_alive(client) && client_window_open(client) && output_takes_publish(client) &&
         client->own_unacknowledged < client->broker->settings->max_inflight;
}

/* The slot of the next message's packet identifier; a new one when it was never sent. */
static struct inflight_slot *slot_for(struct session *session, struct queued *queued) {
  if (queued->packet_id != 0)
    return inflight_find(&session->inflight, queued->packet_id);
  struct inflight_slot *slot = inflight_take(&session->inflight);
  if (slot != NULL)
    slot->queued = queued;
  return slot;
}

static int send_queued(struct session *session, const struct queued *queued, uint16_t packet_id) {
  struct publish_copy copy = {
      .publish = &queued->message->packet,
      .expires_at = queued->message->expires_at,
      .identifiers = queued->identifiers,
      .identifier_count = queued->identifier_count,
      .packet_id = packet_id,
      .dup = queued->packet_id != 0, /* [MQTT-3.3.1-1] */
  };
  return send_copy(session->client, &copy);
}

/* Sends the next message, or drops it; false when that has to wait. */
static bool send_next(struct session *session) {
  struct queue *queue = &session->queue;
  struct queued *queued = queue->next;
  bool resent = queued->packet_id != 0;
  if (!resent && queued->message->expires_at <= broker_now(session->client->broker)) {
    queue_remove(queue, queued); /* [MQTT-3.3.2-5] */
    return true;
  }
  struct inflight_slot *slot = slot_for(session, queued);
  if (slot == NULL)
    return false;
  int result = send_queued(session, queued, slot->packet_id);
  if (result == DM_OK) {
    queued->packet_id = slot->packet_id;
    queue_advance(queue);
    session->client->own_unacknowledged++;
    return true;
  }
  bool later = result == DM_CLIENT_ENDPOINT_NOT_WRITABLE || result == DM_RECEIVER_DISCONNECTED;
  if (!later || !resent)
    inflight_give_back(&session->inflight, slot);
  if (!later)
    queue_remove(queue, queued); /* never: it is too large for the client [MQTT-3.1.2-25] */
  return !later;
}

void send_waiting(struct session *session) {
  bool sent = true;
  while (sent && session->queue.next != NULL && client_takes_more(session->client))
    sent = send_next(session);
}
