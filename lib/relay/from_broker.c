/* Packets that the broker sends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/from_broker.h"

#include "relay/connection.h"
#include "relay/observe.h"

static dmi_relay_verdict hold(dm_relay *relay) {
  relay->held = true;
  return RELAY_STOP;
}

/* Whether an injected message stands in the way of a packet with this identifier. */
static bool taken(const dm_relay *relay, uint16_t id) {
  return dmi_relay_follows(relay) && dmi_injected_has(&relay->injected, id);
}

/* Whether injected messages leave no room for one more PUBLISH [MQTT-3.3.4-9]. Without any,
 * the window is the broker's alone. */
static bool window_full(const dm_relay *relay, uint16_t id) {
  return dmi_relay_follows(relay) && relay->injected.count != 0 &&
         dmi_in_flight_is_new(&relay->in_flight, id) &&
         dmi_in_flight_sent(&relay->in_flight) + relay->injected.count >= relay->receive_maximum;
}

/* The identifier follows the topic (MQTT 5 section 3.3.2) and is not 0 [MQTT-2.2.1-3]. */
static dmi_relay_verdict judge_publish(dm_relay *relay, const dmi_relay_packet *packet) {
  unsigned qos = packet->header.flags >> 1 & 3;
  size_t at = packet->header.length;
  if (qos == 0)
    return RELAY_PASS;
  if (qos == 3 || packet->header.remaining_length < 2)
    return RELAY_LOST;
  if (packet->bytes.len < at + 2)
    return RELAY_STOP;
  at += 2U + dmi_relay_packet_two(packet, at);
  if (at + 2 > dm_mqtt_packet_size(&packet->header))
    return RELAY_LOST;
  if (packet->bytes.len < at + 2)
    return RELAY_STOP;
  uint16_t id = dmi_relay_packet_two(packet, at);
  if (id == 0)
    return RELAY_LOST;
  if (taken(relay, id) || window_full(relay, id))
    return hold(relay);
  dmi_in_flight_publish(&relay->in_flight, id, qos);
  return RELAY_PASS;
}

static dmi_relay_verdict judge_pubrel(dm_relay *relay, const dmi_relay_packet *packet) {
  if (packet->header.remaining_length < 2)
    return RELAY_LOST;
  if (packet->bytes.len < packet->header.length + 2U)
    return RELAY_STOP;
  uint16_t id = dmi_relay_packet_two(packet, packet->header.length);
  if (id == 0)
    return RELAY_LOST;
  if (taken(relay, id))
    return hold(relay);
  dmi_in_flight_release(&relay->in_flight, id);
  return RELAY_PASS;
}

dmi_relay_verdict dmi_relay_judge_broker(dm_relay *relay, const dmi_relay_packet *packet) {
  switch (packet->header.type) {
  case DM_MQTT_CONNACK:
    return dmi_relay_judge_connack(relay, packet);
  case DM_MQTT_PUBLISH:
    return judge_publish(relay, packet);
  case DM_MQTT_PUBREL:
    return judge_pubrel(relay, packet);
  case DM_MQTT_SUBACK:
  case DM_MQTT_UNSUBACK:
    return dmi_relay_judge_observed(relay, packet, relay->host->config.subscription);
  case DM_MQTT_PINGRESP:
    return dmi_pings_answer(&relay->pings) ? RELAY_TAKE_OUT : RELAY_PASS;
  case DM_MQTT_DISCONNECT:
    if (relay->state == RELAY_OPEN)
      relay->state = RELAY_LEAVING;
    return dmi_relay_judge_observed(relay, packet, relay->host->config.dismissed);
  default:
    return RELAY_PASS;
  }
}

/* Nobody is told of a PINGRESP. */
void dmi_relay_tell_broker(dm_relay *relay, const dmi_relay_packet *packet) {
  if (packet->header.type == DM_MQTT_CONNACK)
    dmi_relay_tell_connack(relay, packet);
  else if (packet->header.type == DM_MQTT_DISCONNECT)
    dmi_relay_tell_observed(relay, packet, relay->host->config.dismissed);
  else if (packet->header.type != DM_MQTT_PINGRESP)
    dmi_relay_tell_observed(relay, packet, relay->host->config.subscription);
}
