/* CONNECT and CONNACK: what they say of the connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/connection.h"

#include "relay/unfollowed.h"

/* ---- CONNECT ---------------------------------------------------------------------- */

/* Nobody behind the relay needs the password. */
static void blot_out_password(dm_relay *relay, const dm_mqtt_connect *connect) {
  if (connect->password.len != 0)
    memset(relay->connect + (connect->password.ptr - relay->connect), 0, connect->password.len);
}

/* Decodes the copy. */
static int decode_connect(const dm_relay *relay, dm_mqtt_packet *connect) {
  dmi_relay_packet packet = {.bytes = dm_bytes(relay->connect, relay->connect_size)};
  int result = dm_mqtt_read_header(0, packet.bytes, &packet.header);
  if (result != 0)
    return result;
  return dmi_relay_packet_decode(DM_MQTT_LEVEL_5, &packet, connect);
}

/* Whether the copy was made. */
static bool keep_connect(dm_relay *relay, dm_span bytes) {
  relay->connect = dmi_memory_resize(&relay->host->memory, NULL, bytes.len, 1);
  if (relay->connect == NULL)
    return false;
  relay->connect_size = bytes.len;
  memcpy(relay->connect, bytes.ptr, bytes.len);
  return true;
}

dmi_relay_verdict dmi_relay_judge_connect(dm_relay *relay, const dmi_relay_packet *packet) {
  dm_mqtt_packet connect;
  size_t size = dm_mqtt_packet_size(&packet->header);
  if (packet->header.type != DM_MQTT_CONNECT)
    return RELAY_NOT_A_CONNECT;
  if (size > relay->host->config.max_connect_size)
    return RELAY_CONNECT_TOO_LARGE;
  if (!dmi_relay_packet_whole(packet))
    return RELAY_STOP;
  if (!keep_connect(relay, dm_bytes(packet->bytes.ptr, size)))
    return RELAY_NO_MEMORY;
  relay->state = RELAY_CONNECTING;
  /* A version that we do not know, say: the broker will have an answer. */
  if (decode_connect(relay, &connect) != 0) {
    dmi_relay_keep_unread(relay, packet);
    return RELAY_LOST;
  }
  blot_out_password(relay, &connect.connect);
  relay->level = connect.connect.level;
  return RELAY_PASS;
}

/* ---- CONNACK ---------------------------------------------------------------------- */

/* What a session's end is set to: by the broker, else as asked for (MQTT 5 section
 * 3.2.2.3.2); below level 5 by Clean Session alone. */
static uint32_t session_expiry(const dm_mqtt_packet *connect, const dm_mqtt_packet *connack) {
  if (connect->connect.level != DM_MQTT_LEVEL_5)
    return connect->connect.clean_start ? 0 : UINT32_MAX;
  if (dm_mqtt_has(&connack->properties, DM_MQTT_SESSION_EXPIRY_INTERVAL))
    return connack->properties.session_expiry_interval;
  return connect->properties.session_expiry_interval;
}

static dm_relay_connection conclude(const dm_mqtt_packet *connect, const dm_mqtt_packet *connack) {
  const dm_mqtt_properties *asked = &connect->properties;
  const dm_mqtt_properties *given = &connack->properties;
  dm_relay_connection c = {.size = sizeof c, .connect = connect, .connack = connack};
  c.client_id = connect->connect.client_id;
  if (dm_mqtt_has(given, DM_MQTT_ASSIGNED_CLIENT_IDENTIFIER))
    c.client_id = given->assigned_client_identifier;
  c.keep_alive = connect->connect.keep_alive;
  if (dm_mqtt_has(given, DM_MQTT_SERVER_KEEP_ALIVE)) /* [MQTT-3.2.2-21] */
    c.keep_alive = given->server_keep_alive;
  c.receive_maximum = UINT16_MAX;
  if (dm_mqtt_has(asked, DM_MQTT_RECEIVE_MAXIMUM))
    c.receive_maximum = asked->receive_maximum;
  c.maximum_packet_size = asked->maximum_packet_size;
  c.protocol_level = connect->connect.level;
  c.session_present = connack->connack.session_present;
  c.session_expiry = session_expiry(connect, connack);
  c.persistent = c.session_expiry != 0;
  return c;
}

/* CONNACK was passed on. */
static void open_connection(dm_relay *relay, const dm_relay_connection *connection) {
  relay->state = RELAY_OPEN;
  relay->keep_alive = connection->keep_alive;
  relay->receive_maximum = connection->receive_maximum;
  relay->persistent = connection->persistent != 0;
  if (connection->maximum_packet_size != 0)
    relay->maximum_packet_size = connection->maximum_packet_size;
  if (relay->host->config.connected != NULL)
    relay->host->config.connected(relay->user, connection);
}

/* The code is the second byte at every level (MQTT 5 section 3.2.2). */
static bool accepts(const dmi_relay_packet *packet) {
  return packet->header.remaining_length >= 2 &&
         packet->bytes.ptr[packet->header.length + 1] == DM_MQTT_SUCCESS;
}

/* One that cannot be read, or that answers a CONNECT that cannot be read. */
static void tell_unread(dm_relay *relay, const dmi_relay_packet *packet, const char *why) {
  dm_mqtt_packet connect;
  dm_span client_id = dm_bytes(relay->connect, relay->connect_size);
  if (relay->level != 0 && decode_connect(relay, &connect) == 0)
    client_id = connect.connect.client_id;
  if (accepts(packet))
    dmi_relay_accept_unread(relay, client_id, why);
  else
    dmi_relay_over(relay, NULL);
}

dmi_relay_verdict dmi_relay_judge_connack(dm_relay *relay, const dmi_relay_packet *packet) {
  if (relay->state != RELAY_CONNECTING)
    return RELAY_PASS;
  if (dm_mqtt_packet_size(&packet->header) <= relay->host->config.max_connect_size)
    return dmi_relay_packet_whole(packet) ? RELAY_PASS_AND_TELL : RELAY_STOP;
  if (packet->bytes.len < packet->header.length + 2U)
    return RELAY_STOP;
  tell_unread(relay, packet, "CONNACK is too large");
  return RELAY_PASS;
}

void dmi_relay_tell_connack(dm_relay *relay, const dmi_relay_packet *packet) {
  dm_mqtt_packet connect;
  dm_mqtt_packet connack;
  if (relay->state != RELAY_CONNECTING)
    return;
  if (relay->level == 0) {
    tell_unread(relay, packet, "CONNECT is not as a version of MQTT known here wants it");
  } else if (dmi_relay_packet_decode(relay->level, packet, &connack) != 0) {
    tell_unread(relay, packet, "CONNACK is not as the standard wants it");
  } else if (connack.reason_code != 0 || decode_connect(relay, &connect) != 0) {
    dmi_relay_over(relay, NULL);
  } else {
    dm_relay_connection connection = conclude(&connect, &connack);
    open_connection(relay, &connection);
    dmi_relay_forget_connect(relay);
  }
}
