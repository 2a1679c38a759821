/* Packets that the device sends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/from_device.h"

#include "relay/connection.h"
#include "relay/keep_alive.h"
#include "relay/observe.h"

/* ---- Acknowledgements ------------------------------------------------------------- */

/* A reason code may follow the packet identifier at level 5 (MQTT 5 section 3.4.2.1). */
static bool has_reason(const dm_relay *relay, const dmi_relay_packet *packet) {
  return relay->level == DM_MQTT_LEVEL_5 && packet->header.remaining_length > 2;
}

/* Whether what counts of an acknowledgement is there: identifier and reason code. */
static bool readable(const dm_relay *relay, const dmi_relay_packet *packet) {
  size_t wanted = packet->header.length + 2U + (has_reason(relay, packet) ? 1 : 0);
  return packet->bytes.len >= wanted;
}

static uint8_t reason_of(const dm_relay *relay, const dmi_relay_packet *packet) {
  return has_reason(relay, packet) ? (uint8_t)packet->bytes.ptr[packet->header.length + 2] : 0;
}

/* Room was made, perhaps, for what is held back. It counts as held until it is seen again, so
 * that nothing injected takes its place. */
static void reconsider(dm_relay *relay) {
  relay->resume_due = relay->resume_due || relay->held;
}

/* Ends an exchange of the broker's own, which goes on to the broker. */
static dmi_relay_verdict end_exchange(dm_relay *relay, uint16_t id, unsigned qos) {
  dmi_in_flight_end(&relay->in_flight, id, qos);
  reconsider(relay);
  return RELAY_PASS;
}

/* One that is too short is the broker's to judge. */
static dmi_relay_verdict judge_acknowledgement(dm_relay *relay, const dmi_relay_packet *packet) {
  if (packet->header.remaining_length < 2)
    return RELAY_PASS;
  if (!readable(relay, packet))
    return RELAY_STOP;
  uint16_t id = dmi_relay_packet_two(packet, packet->header.length);
  if (packet->header.type == DM_MQTT_PUBACK)
    return dmi_injected_has(&relay->injected, id) ? RELAY_TAKE_OUT : end_exchange(relay, id, 1);
  if (packet->header.type == DM_MQTT_PUBREC && dmi_relay_connected(relay) &&
      dmi_injected_has(&relay->injected, id))
    return RELAY_PROTOCOL_ERROR;
  /* A PUBREC that refuses ends the exchange [MQTT-4.3.3-4]. */
  if (packet->header.type == DM_MQTT_PUBREC && reason_of(relay, packet) < 0x80)
    return RELAY_PASS;
  return end_exchange(relay, id, 2);
}

/* The PUBACK of an injected message was taken out. */
static void tell_puback(dm_relay *relay, const dmi_relay_packet *packet) {
  uint64_t message;
  if (!dmi_injected_take(&relay->injected, dmi_relay_packet_two(packet, packet->header.length),
                         &message) ||
      !dmi_relay_connected(relay))
    return;
  relay->quiet = dmi_relay_follows(relay);
  dmi_relay_keep_alive(relay);
  reconsider(relay);
  if (dmi_relay_connected(relay))
    relay->host->config.acknowledged(relay->user, message, reason_of(relay, packet));
}

/* A PUBREC for an injected message, which the broker knows nothing of: a device that answers QoS 1
 * so would wait for a PUBREL for ever. */
static void tell_pubrec(dm_relay *relay, const dmi_relay_packet *packet) {
  uint64_t message;
  if (!dmi_relay_connected(relay) ||
      !dmi_injected_take(&relay->injected, dmi_relay_packet_two(packet, packet->header.length),
                         &message))
    return;
  relay->host->config.acknowledged(relay->user, message, DM_MQTT_PROTOCOL_ERROR);
  dm_relay_disconnect(relay, DM_MQTT_PROTOCOL_ERROR, 0, 0);
}

/* ---- DISCONNECT -------------------------------------------------------------------- */

/* It is passed on before anybody hears of it, unless it is longer than one may be. */
static dmi_relay_verdict judge_disconnect(dm_relay *relay, const dmi_relay_packet *packet) {
  if (!dmi_relay_connected(relay) ||
      dm_mqtt_packet_size(&packet->header) > relay->host->config.max_connect_size) {
    dmi_relay_over(relay, NULL);
    return RELAY_PASS;
  }
  return dmi_relay_packet_whole(packet) ? RELAY_PASS_AND_TELL : RELAY_STOP;
}

static void tell_disconnect(dm_relay *relay, const dmi_relay_packet *packet) {
  dm_mqtt_packet disconnect;
  int result = dmi_relay_packet_decode(relay->level, packet, &disconnect);
  dmi_relay_over(relay, result == 0 ? &disconnect : NULL);
}

/* ---- All of them ------------------------------------------------------------------- */

dmi_relay_verdict dmi_relay_judge_device(dm_relay *relay, const dmi_relay_packet *packet) {
  if (relay->state == RELAY_NEW)
    return dmi_relay_judge_connect(relay, packet);
  switch (packet->header.type) {
  case DM_MQTT_PUBACK:
  case DM_MQTT_PUBREC:
  case DM_MQTT_PUBCOMP:
    return judge_acknowledgement(relay, packet);
  case DM_MQTT_PINGREQ:
    dmi_pings_add(&relay->pings, false);
    return RELAY_PASS;
  case DM_MQTT_SUBSCRIBE:
  case DM_MQTT_UNSUBSCRIBE:
    return dmi_relay_judge_observed(relay, packet, relay->host->config.subscription);
  case DM_MQTT_DISCONNECT:
    return judge_disconnect(relay, packet);
  default:
    return RELAY_PASS;
  }
}

void dmi_relay_tell_device(dm_relay *relay, const dmi_relay_packet *packet) {
  if (packet->header.type == DM_MQTT_PUBACK)
    tell_puback(relay, packet);
  else if (packet->header.type == DM_MQTT_PUBREC)
    tell_pubrec(relay, packet);
  else if (packet->header.type == DM_MQTT_DISCONNECT)
    tell_disconnect(relay, packet);
  else
    dmi_relay_tell_observed(relay, packet, relay->host->config.subscription);
}
