/* Injecting a PUBLISH into the stream towards the device.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/relay.h"

/* What the relay never sends (MQTT 5 section 3.3.1, 3.3.2.3.4). */
static bool may_be_injected(const dm_mqtt_packet *packet) {
  return packet->type == DM_MQTT_PUBLISH && packet->publish.qos <= 1 && packet->publish.dup == 0 &&
         packet->publish.retain == 0 && packet->publish.topic.len != 0 &&
         !dm_mqtt_has(&packet->properties, DM_MQTT_TOPIC_ALIAS);
}

/* What is held back goes first. Where the broker has more in flight than can be kept in mind,
 * no identifier is known to be free. */
static bool window_open(const dm_relay *relay) {
  return !relay->held && relay->in_flight.untracked == 0 &&
         relay->injected.count < relay->host->config.max_unacknowledged &&
         dmi_in_flight_sent(&relay->in_flight) + relay->injected.count < relay->receive_maximum;
}

/* Whether the stream towards the device is inside a packet, or just behind it and what was
 * injected before is not written. */
static bool must_wait(const dm_relay *relay) {
  return relay->waiting || (relay->from_broker.left != 0 && !relay->from_broker.taken_out);
}

int dm_relay_inject(dm_relay *relay, const dm_mqtt_packet *publish, uint64_t message, char *head,
                    size_t capacity, size_t *len) {
  if (relay == NULL || publish == NULL || len == NULL || !may_be_injected(publish))
    return DM_ERROR_INVALID_ARGUMENT;
  if (relay->state == RELAY_UNFOLLOWED)
    return DM_RELAY_UNFOLLOWED;
  if (relay->state != RELAY_OPEN)
    return DM_RELAY_NOT_CONNECTED;
  dm_mqtt_packet packet = *publish;
  bool confirmed = publish->publish.qos == 1;
  packet.packet_id = confirmed ? dmi_injected_choose(&relay->injected, &relay->in_flight) : 0;
  int result = dm_mqtt_encode_publish_head(relay->level, &packet, head, capacity, len);
  if (result != DM_OK && result != DM_ERROR_BUFFER_TOO_SMALL)
    return result;
  if (*len + packet.publish.payload.len > relay->maximum_packet_size)
    return DM_RELAY_PACKET_TOO_LARGE;
  if (confirmed && !window_open(relay))
    return DM_RELAY_WINDOW_FULL;
  if (result != DM_OK)
    return result;
  if (confirmed)
    dmi_injected_add(&relay->injected, packet.packet_id, message);
  if (!must_wait(relay))
    return DM_OK;
  relay->waiting = true;
  return DM_RELAY_WAIT;
}
