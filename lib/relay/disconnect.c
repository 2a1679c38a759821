/* Ending a connection in both sides' names.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/relay.h"

/* A DISCONNECT with one property at most. */
#define DISCONNECT_MAX 16

/* Whether a stream is inside a packet, or nobody knows. */
static bool inside_packet(const dmi_relay_stream *stream) {
  return stream->raw || (stream->left != 0 && !stream->taken_out);
}

static bool encode(uint8_t level, const dm_mqtt_packet *packet, char out[DISCONNECT_MAX],
                   dm_span *encoded) {
  size_t len;
  int result = dm_mqtt_encode(level, packet, out, DISCONNECT_MAX, &len);
  *encoded = dm_bytes(out, len);
  return result == DM_OK;
}

static void tell_broker(dm_relay *relay, bool prevent_will, bool end_session) {
  char out[DISCONNECT_MAX];
  dm_span encoded;
  dm_mqtt_packet packet = {.type = DM_MQTT_DISCONNECT};
  end_session = end_session && relay->persistent && relay->level == DM_MQTT_LEVEL_5;
  if (!(prevent_will || end_session) || inside_packet(&relay->from_device))
    return;
  if (end_session)
    dm_mqtt_set(&packet.properties, DM_MQTT_SESSION_EXPIRY_INTERVAL);
  if (!prevent_will)
    packet.reason_code = DM_MQTT_DISCONNECT_WITH_WILL;
  if (encode(relay->level, &packet, out, &encoded))
    relay->host->config.to_broker(relay->user, encoded);
}

static void tell_device(dm_relay *relay, dm_span disconnect) {
  if (relay->level == DM_MQTT_LEVEL_5 && !relay->waiting && !inside_packet(&relay->from_broker) &&
      disconnect.len <= relay->maximum_packet_size)
    relay->host->config.to_device(relay->user, disconnect);
}

int dm_relay_disconnect(dm_relay *relay, uint8_t reason_code, int prevent_will, int end_session) {
  char out[DISCONNECT_MAX];
  dm_span encoded;
  dm_mqtt_packet packet = {.type = DM_MQTT_DISCONNECT, .reason_code = reason_code};
  if (relay == NULL || reason_code < 0x80 || !encode(DM_MQTT_LEVEL_5, &packet, out, &encoded))
    return DM_ERROR_INVALID_ARGUMENT;
  if (!dmi_relay_connected(relay) || relay->ended)
    return DM_RELAY_NOT_CONNECTED;
  dmi_relay_enter(relay);
  tell_broker(relay, prevent_will != 0, end_session != 0);
  if (!relay->ended)
    tell_device(relay, encoded);
  dm_relay_end(relay);
  dmi_relay_leave(relay);
  return DM_OK;
}
