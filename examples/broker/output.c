/* Packets on their way to one client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "output.h"

#include "client.h"
#include "dm/dm.h"

bool output_takes_publish(const struct client *client) {
  return writer_waiting(&client->output) < client->broker->settings->max_output_bytes;
}

/* Running out of memory in the middle of a packet ends the connection, too. */
static void take(struct client *client, dm_span head, dm_span payload) {
  if (writer_put(&client->output, head, payload) != 0)
    client_fail(client, WITHOUT_DISCONNECT);
  loop_later(&client->broker->service->loop, &client->task);
}

/* ---- Packets ----------------------------------------------------------------- */

typedef int encoder(uint8_t level, const dm_mqtt_packet *packet, char *out, size_t capacity,
                    size_t *len);

/* Encodes into the broker's scratch buffer. */
static int encode(struct client *client, encoder *encode_packet, const dm_mqtt_packet *packet,
                  dm_span *out) {
  bytes *scratch = &client->broker->scratch;
  size_t len;
  int result = encode_packet(client->level, packet, scratch->data, scratch->capacity, &len);
  if (result == DM_ERROR_BUFFER_TOO_SMALL) {
    if (!bytes_reserve(scratch, len))
      return DM_ERROR_NO_MEMORY;
    result = encode_packet(client->level, packet, scratch->data, scratch->capacity, &len);
  }
  if (result == DM_OK)
    *out = dm_bytes(scratch->data, len);
  return result;
}

void output_send(struct client *client, const dm_mqtt_packet *packet) {
  dm_span encoded;
  if (encode(client, dm_mqtt_encode, packet, &encoded) != DM_OK) {
    client_fail(client, DM_MQTT_UNSPECIFIED_ERROR);
    return;
  }
  if (encoded.len > client->maximum_packet_size) {
    client_fail(client, DM_MQTT_PACKET_TOO_LARGE);
    return;
  }
  take(client, encoded, dm_text(""));
  if (writer_waiting(&client->output) / 2 > client->broker->settings->max_output_bytes)
    client_fail(client, DM_MQTT_QUOTA_EXCEEDED);
}

void output_send_reason(struct client *client, dm_mqtt_packet *packet, const char *why) {
  size_t size;
  packet->properties.reason_string = dm_text(why);
  if (why != NULL && client->problem_information)
    dm_mqtt_set(&packet->properties, DM_MQTT_REASON_STRING);
  /* [MQTT-3.2.2-19], [MQTT-3.14.2-3] */
  if (dm_mqtt_encoded_size(client->level, packet, &size) != DM_OK ||
      size > client->maximum_packet_size)
    packet->properties.present &= ~((uint64_t)1 << DM_MQTT_REASON_STRING);
  output_send(client, packet);
}

int output_publish(struct client *client, const dm_mqtt_packet *publish) {
  if (!client_alive(client))
    return DM_RECEIVER_DISCONNECTED;
  if (!output_takes_publish(client))
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  dm_span head;
  dm_span payload = publish->publish.payload;
  if (encode(client, dm_mqtt_encode_publish_head, publish, &head) != DM_OK)
    return DM_INTERNAL_SERVER_ERROR;
  if (head.len + payload.len > client->maximum_packet_size)
    return DM_RECEIVER_PACKET_TOO_LARGE;
  take(client, head, payload);
  return DM_OK;
}

/* ---- Writing ----------------------------------------------------------------- */

void output_written(void *user, int status) {
  struct client *client = user;
  writer_written(&client->output);
  if (status < 0)
    client_fail(client, WITHOUT_DISCONNECT);
  else
    loop_later(&client->broker->service->loop, &client->task);
}

bool output_flush(struct client *client) {
  int result = writer_flush(&client->output);
  if (result < 0)
    client_fail(client, WITHOUT_DISCONNECT);
  return result == 0;
}
