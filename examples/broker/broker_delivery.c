/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker_delivery.h"

#include "client.h"
#include "output.h"
#include "session.h"

/* The packet identifier is taken before the bytes go out and, once they are out, is kept
 * until the PUBACK or the end of the connection, however long the sender waits. */
static int deliver_confirmed(struct client *client, dm_mqtt_packet *packet, dm_message_id id) {
  struct inflight *inflight = &client->session->inflight;
  if (!client_window_open(client))
    return DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED;
  struct inflight_slot *slot = inflight_take(inflight);
  if (slot == NULL)
    return DM_INTERNAL_SERVER_ERROR;
  slot->message_id = id;
  packet->packet_id = slot->packet_id;
  int result = output_publish(client, packet);
  if (result == DM_OK)
    client->direct_unacknowledged++;
  else
    inflight_give_back(inflight, slot);
  return result;
}

int broker_deliver(void *user, const dm_delivery *delivery) {
  const struct broker *broker = user;
  struct client *client = delivery->connection_user;
  service_note_message(broker->service);
  /* Registered a moment ago: CONNACK comes first [MQTT-3.2.0-1]. */
  if (client->state == CLIENT_AWAITING_CONNECT)
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  if (!client_alive(client))
    return DM_RECEIVER_DISCONNECTED;
  dm_mqtt_packet packet;
  if (dm_mqtt_delivery(delivery, &packet) != DM_OK)
    return DM_INTERNAL_SERVER_ERROR;
  if (delivery->qos == 0)
    return output_publish(client, &packet);
  return deliver_confirmed(client, &packet, delivery->message_id);
}

int broker_has_session(void *user, dm_span client_id) {
  const struct broker *broker = user;
  const struct session *session = sessions_find(&broker->sessions, client_id);
  return session != NULL && session->client == NULL;
}
