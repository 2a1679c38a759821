/* An MQTT 3.1.1 client of the load generator.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt_client.h"

#include "fail.h"

enum {
  LEVEL = DM_MQTT_LEVEL_3_1_1,
  PACKET_MAX = 1024,
  KEEP_ALIVE = 600
};

static void write_packet(mqtt_client *client, const dm_mqtt_packet *packet) {
  char bytes[PACKET_MAX];
  size_t len;
  must(dm_mqtt_encode(LEVEL, packet, bytes, sizeof bytes, &len) == DM_OK, "dm_mqtt_encode");
  channel_write(&client->channel, dm_bytes(bytes, len));
}

static void acknowledge(mqtt_client *client, uint16_t packet_id) {
  const char puback[4] = {DM_MQTT_PUBACK << 4, 2, (char)(packet_id >> 8), (char)(packet_id & 255)};
  channel_write(&client->channel, dm_bytes(puback, sizeof puback));
}

static void take_packet(mqtt_client *client, const dm_mqtt_packet *packet) {
  if (packet->type == DM_MQTT_PUBLISH) {
    if (packet->publish.qos > 0)
      acknowledge(client, packet->packet_id);
    client->received(client, &packet->publish);
  } else if (packet->type == DM_MQTT_CONNACK) {
    must(packet->reason_code == 0, "a connection was refused");
    client->waits--;
  } else if (packet->type == DM_MQTT_SUBACK) {
    must(packet->suback.reason_codes.ptr[0] <= 1, "a subscription was refused");
    client->waits--;
  } else {
    must(packet->type == DM_MQTT_PUBACK, "an unexpected MQTT packet came");
  }
}

static size_t take(channel *c, dm_span bytes) {
  mqtt_client *client = (mqtt_client *)((char *)c - offsetof(mqtt_client, channel));
  dm_mqtt_packet packet;
  dm_mqtt_header header;
  size_t used = 0;
  for (;;) {
    const char *at = bytes.ptr + used;
    int result = dm_mqtt_read_header(0, dm_bytes(at, bytes.len - used), &header);
    if (result == DM_MQTT_INCOMPLETE ||
        (result == 0 && bytes.len - used < dm_mqtt_packet_size(&header)))
      return used;
    if (result == 0)
      result = dm_mqtt_decode(LEVEL, &header, dm_bytes(at + header.length, header.remaining_length),
                              &packet);
    must(result == 0, "what came is not MQTT");
    take_packet(client, &packet);
    used += dm_mqtt_packet_size(&header);
  }
}

static uint16_t new_packet_id(mqtt_client *client) {
  client->next_packet_id++;
  if (client->next_packet_id == 0)
    client->next_packet_id = 1;
  return client->next_packet_id;
}

void mqtt_client_open(mqtt_client *client, loop *l, uint16_t port, const char *client_id) {
  dm_mqtt_packet packet = {.type = DM_MQTT_CONNECT,
                           .connect = {.level = LEVEL,
                                       .clean_start = 1,
                                       .keep_alive = KEEP_ALIVE,
                                       .client_id = dm_text(client_id)}};
  channel_open(&client->channel, l, port, take);
  client->waits++;
  write_packet(client, &packet);
}

void mqtt_client_subscribe(mqtt_client *client, const char *topic_filter) {
  dm_mqtt_subscription subscription = {.topic_filter = dm_text(topic_filter), .qos = 1};
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE,
                           .packet_id = new_packet_id(client),
                           .subscribe = {.count = 1, .subscriptions = &subscription}};
  client->waits++;
  write_packet(client, &packet);
}

void mqtt_client_publish(mqtt_client *client, uint8_t qos, dm_span topic, dm_span payload) {
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH,
                           .packet_id = qos > 0 ? new_packet_id(client) : 0,
                           .publish = {.qos = qos, .topic = topic, .payload = payload}};
  write_packet(client, &packet);
}
