/* From a client's bytes to its packets, one after the other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "receive.h"

#include "client.h"
#include "client_close.h"
#include "dm/auth.h"
#include "handle_connect.h"
#include "handle_disconnect.h"
#include "handle_puback.h"
#include "handle_publish.h"
#include "handle_subscribe.h"
#include "output.h"

/* How long a client that publishes too fast is not read from. Others do not notice. */
#define PAUSE (100 * DM_MILLISECOND)

typedef int handler(struct client *client, const dm_mqtt_packet *packet);

static int handle_pingreq(struct client *client, const dm_mqtt_packet *packet) {
  (void)packet;
  dm_mqtt_packet answer = {.type = DM_MQTT_PINGRESP};
  output_send(client, &answer);
  return 0;
}

/* The others are a server's to send, or a second CONNECT [MQTT-3.1.0-2], or belong to
 * QoS 2 sent by us, or to the enhanced authentication that no connection here uses. */
static handler *const handlers[16] = {
    [DM_MQTT_PUBLISH] = handle_publish,       [DM_MQTT_PUBACK] = handle_puback,
    [DM_MQTT_PUBREL] = handle_pubrel,         [DM_MQTT_SUBSCRIBE] = handle_subscribe,
    [DM_MQTT_PINGREQ] = handle_pingreq,       [DM_MQTT_UNSUBSCRIBE] = handle_unsubscribe,
    [DM_MQTT_DISCONNECT] = handle_disconnect,
};

/* ---- One packet -------------------------------------------------------------- */

/* Whether a packet may be taken in by its header alone. */
static bool admit(struct client *client, const dm_mqtt_header *header) {
  const struct broker_settings *limits = client->broker->settings;
  size_t size = dm_mqtt_packet_size(header);
  if (client->state == CLIENT_AWAITING_CONNECT) {
    if (header->type != DM_MQTT_CONNECT)
      client_close(client, WITHOUT_DISCONNECT, "the first packet is not CONNECT");
    else if (size > limits->max_connect_size)
      client_close(client, WITHOUT_DISCONNECT, "CONNECT is too large");
  } else if (size > limits->max_packet_size) {
    client_close(client, DM_MQTT_PACKET_TOO_LARGE, NULL);
  }
  return client->state != CLIENT_CLOSING;
}

/* Whether the client may publish once more in this second. */
static bool within_rate(struct client *client) {
  dm_time now = broker_now(client->broker);
  dm_context *context = client->broker->service->context;
  if (dm_count_publish(context, client->connection, now) != DM_RECEIVE_SESSION_THROTTLED)
    return true;
  client_pause(client, now + PAUSE);
  return false;
}

static void dispatch(struct client *client, const dm_mqtt_header *header, dm_span body) {
  dm_mqtt_packet packet;
  int result = dm_mqtt_decode(client->level, header, body, &packet);
  client_heard(client);
  if (client->state == CLIENT_AWAITING_CONNECT) {
    handle_connect(client, &packet, result);
    return;
  }
  const char *why = NULL;
  if (result != 0)
    why = packet.problem;
  else if (handlers[header->type] == NULL)
    result = DM_MQTT_PROTOCOL_ERROR;
  else
    result = handlers[header->type](client, &packet);
  if (result != 0)
    client_close(client, result, why);
}

/* Handles the packet at the start of `received`; returns its size, or 0 when it is not
 * complete, or not to be handled now. */
static size_t handle_one(struct client *client, dm_span received) {
  dm_mqtt_header header;
  int result = dm_mqtt_read_header(client->level, received, &header);
  if (result == DM_MQTT_INCOMPLETE)
    return 0;
  if (result != 0) {
    client_close(client, result, header.problem);
    return 0;
  }
  size_t size = dm_mqtt_packet_size(&header);
  if (!admit(client, &header) || received.len < size)
    return 0;
  if (header.type == DM_MQTT_PUBLISH && !within_rate(client))
    return 0;
  dispatch(client, &header, dm_bytes(received.ptr + header.length, header.remaining_length));
  return client->paused ? 0 : size;
}

/* Handles all complete packets; returns how many bytes they were. */
static size_t handle_all(struct client *client, dm_span received) {
  size_t used = 0;
  while (client->state != CLIENT_CLOSING && !client->failed && !client->paused) {
    size_t size = handle_one(client, dm_bytes(received.ptr + used, received.len - used));
    if (size == 0)
      break;
    used += size;
  }
  return used;
}

/* ---- Bytes ------------------------------------------------------------------- */

/* A CONNECT holds a password, which is overwritten once it was looked at. Copies stay where
 * realloc() has moved it, in what mbedtls read from the wire, and in the kernel, until the room
 * is needed. */
static bool holds_password(const struct client *client) {
  return client->state == CLIENT_AWAITING_CONNECT;
}

/* Goes on with what is kept. */
static void handle_kept(struct client *client) {
  bool secret = holds_password(client);
  size_t used = handle_all(client, bytes_span(&client->input));
  if (secret)
    dm_auth_wipe(client->input.data, used);
  bytes_consume(&client->input, used);
  if (client->input.len == 0)
    bytes_free(&client->input);
}

static void receive(struct client *client, dm_span received) {
  bool kept = client->input.len != 0;
  if (!kept) {
    size_t used = handle_all(client, received);
    received = dm_bytes(received.ptr + used, received.len - used);
  }
  if (client->state == CLIENT_CLOSING || received.len == 0)
    return;
  if (!bytes_append(&client->input, received)) {
    client_close(client, DM_MQTT_SERVER_BUSY, "out of memory");
    return;
  }
  if (kept)
    handle_kept(client);
}

void receive_bytes(void *user, char *data, size_t len) {
  struct client *client = user;
  bool secret = holds_password(client);
  if (client->state != CLIENT_CLOSING)
    receive(client, dm_bytes(data, len));
  if (secret)
    dm_auth_wipe(data, len);
}

void receive_end(void *user, int status) {
  (void)status;
  client_destroy(user);
}

void receive_start(struct client *client) {
  if (stream_read(client->stream) != 0)
    client_fail(client, WITHOUT_DISCONNECT);
}

void receive_resume(struct client *client) {
  client->paused = false;
  handle_kept(client);
  if (client->state == CLIENT_OPEN && !client->paused) {
    receive_start(client);
    client_heard(client); /* its silence was ours */
  }
}
