/* Bytes on their way to one client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "output.h"

#include "client.h"
#include "dm/dm.h"

/* From here on a write of its own costs less than copying. */
#define WORTH_A_WRITE 16384

/* What a client keeps of its buffers while it has nothing to send. */
#define KEPT 1024

static size_t waiting(const struct client *client) {
  return client->output.gathered.len + client->output.flying.len;
}

bool output_takes_publish(const struct client *client) {
  return waiting(client) < client->broker->settings->max_output_bytes;
}

/* ---- Gathering --------------------------------------------------------------- */

/* Appends to what was gathered. Running out of memory in the middle of a packet ends the
 * connection. */
static void gather(struct client *client, dm_span more) {
  if (!bytes_append(&client->output.gathered, more))
    client_fail(client, WITHOUT_DISCONNECT);
}

/* Gives the socket what it takes now of gathered bytes, a packet's head and its payload,
 * and gathers the rest. */
static void write_through(struct client *client, dm_span head, dm_span payload) {
  bytes *gathered = &client->output.gathered;
  uv_buf_t parts[3] = {
      {.base = gathered->data, .len = gathered->len},
      {.base = (char *)head.ptr, .len = head.len},
      {.base = (char *)payload.ptr, .len = payload.len},
  };
  /* An empty part in front would be taken for the end. */
  unsigned first = gathered->len == 0 ? 1 : 0;
  int result = uv_try_write((uv_stream_t *)&client->socket, parts + first, 3 - first);
  if (result < 0 && result != UV_EAGAIN) {
    client_fail(client, WITHOUT_DISCONNECT);
    return;
  }
  size_t written = result < 0 ? 0 : (size_t)result;
  size_t of_gathered = written < gathered->len ? written : gathered->len;
  bytes_consume(gathered, of_gathered);
  written -= of_gathered;
  size_t of_head = written < head.len ? written : head.len;
  gather(client, dm_bytes(head.ptr + of_head, head.len - of_head));
  written -= of_head;
  if (written < payload.len)
    gather(client, dm_bytes(payload.ptr + written, payload.len - written));
}

static void take(struct client *client, dm_span head, dm_span payload) {
  struct output *output = &client->output;
  size_t size = output->gathered.len + head.len + payload.len;
  if (size >= WORTH_A_WRITE && !output->writing) {
    write_through(client, head, payload);
  } else {
    gather(client, head);
    gather(client, payload);
  }
  service_later(client->broker->service, &client->task);
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
  if (waiting(client) / 2 > client->broker->settings->max_output_bytes)
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

static void on_written(uv_write_t *request, int status) {
  struct client *client = request->data;
  client->output.writing = false;
  bytes_reset(&client->output.flying, KEPT);
  if (uv_is_closing((uv_handle_t *)&client->socket))
    return;
  if (status < 0)
    client_fail(client, WITHOUT_DISCONNECT);
  else
    output_flush(client);
}

/* Lets libuv write what the socket did not take at once. */
static void start_writing(struct client *client) {
  struct output *output = &client->output;
  bytes empty = output->flying;
  output->flying = output->gathered;
  output->gathered = empty;
  output->request.data = client;
  uv_buf_t part = {.base = output->flying.data, .len = output->flying.len};
  if (uv_write(&output->request, (uv_stream_t *)&client->socket, &part, 1, on_written) == 0)
    output->writing = true;
  else
    client_fail(client, WITHOUT_DISCONNECT);
}

void output_flush(struct client *client) {
  struct output *output = &client->output;
  if (output->writing)
    return;
  if (output->gathered.len != 0)
    write_through(client, dm_text(""), dm_text(""));
  if (client->failed && client->failure == WITHOUT_DISCONNECT)
    return;
  if (output->gathered.len != 0) {
    start_writing(client);
    return;
  }
  bytes_reset(&output->gathered, KEPT);
  client_drained(client);
}

void output_free(struct output *output) {
  bytes_free(&output->gathered);
  bytes_free(&output->flying);
}
