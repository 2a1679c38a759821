/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client.h"
#include "session.h"

static void set_format(dm_mqtt_properties *properties, int format) {
  if (format == DM_PAYLOAD_FORMAT_ABSENT)
    return;
  properties->payload_format_indicator = format == DM_PAYLOAD_FORMAT_UTF8;
  dm_mqtt_set(properties, DM_MQTT_PAYLOAD_FORMAT_INDICATOR);
}

static void set_text(dm_mqtt_properties *properties, unsigned identifier, dm_span *field,
                     dm_span value) {
  if (value.ptr == NULL)
    return;
  *field = value;
  dm_mqtt_set(properties, identifier);
}

/* The message as a PUBLISH. Encoding leaves the properties out for an old client. */
static dm_mqtt_packet as_publish(const dm_delivery *delivery) {
  const dm_message *message = delivery->message;
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH};
  dm_mqtt_properties *properties = &packet.properties;
  packet.publish.qos = delivery->qos;
  packet.publish.topic = message->topic;
  packet.publish.payload = message->payload;
  set_format(properties, message->payload_format);
  set_text(properties, DM_MQTT_CONTENT_TYPE, &properties->content_type, message->content_type);
  set_text(properties, DM_MQTT_RESPONSE_TOPIC, &properties->response_topic,
           message->response_topic);
  set_text(properties, DM_MQTT_CORRELATION_DATA, &properties->correlation_data,
           message->correlation_data);
  properties->user_properties = message->user_properties;
  properties->user_property_count = message->user_property_count;
  if (message->user_property_count != 0)
    dm_mqtt_set(properties, DM_MQTT_USER_PROPERTY);
  return packet;
}

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
  (void)user;
  struct client *client = delivery->connection_user;
  /* Registered a moment ago: CONNACK comes first [MQTT-3.2.0-1]. */
  if (client->state == CLIENT_AWAITING_CONNECT)
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  if (!client_alive(client))
    return DM_RECEIVER_DISCONNECTED;
  dm_mqtt_packet packet = as_publish(delivery);
  if (delivery->qos == 0)
    return output_publish(client, &packet);
  return deliver_confirmed(client, &packet, delivery->message_id);
}

int broker_has_session(const struct broker *broker, dm_span client_id) {
  const struct session *session = session_find(broker, client_id);
  return session != NULL && session->client == NULL;
}
