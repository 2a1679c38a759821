/* Packets that the device sends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/deadlines.h"
#include "relay/byte_stream.h"

/* ---- Keep-alive ------------------------------------------------------------------ */

/* Half of the keep-alive: the broker waits for three times as long [MQTT-3.1.2-22]. */
static dm_time keep_alive_due(const dm_relay *relay) {
  if (!relay->quiet || relay->keep_alive == 0 || !dmi_pings_room(&relay->pings))
    return DM_NEVER;
  return dmi_deadline_after(relay->sent_at, relay->keep_alive * DM_SECOND / 2);
}

dm_time dm_relay_next_deadline(const dm_relay *relay) {
  return keep_alive_due(relay);
}

/* While it is quiet, no packet to the broker is in progress. */
void dmi_relay_keep_alive(dm_relay *relay) {
  static const char pingreq[2] = {(char)(DM_MQTT_PINGREQ << 4), 0};
  if (relay->now < keep_alive_due(relay))
    return;
  dmi_pings_add(&relay->pings, true);
  relay->quiet = false;
  relay->sent_at = relay->now;
  relay->host->config.to_broker(relay->user, dm_bytes(pingreq, sizeof pingreq));
}

void dm_relay_tick(dm_relay *relay, dm_time now) {
  dmi_relay_enter(relay);
  dmi_relay_set_time(relay, now);
  dmi_relay_keep_alive(relay);
  dmi_relay_leave(relay);
}

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

static dmi_relay_verdict take_puback(dmi_relay_run *run, const dmi_relay_packet *packet) {
  dm_relay *relay = run->relay;
  uint16_t id = dmi_relay_packet_two(packet, packet->header.length);
  uint64_t message;
  if (!dmi_injected_take(&relay->injected, id, &message))
    return end_exchange(relay, id, 1);
  dmi_relay_write_to_broker(run);
  if (dmi_relay_connected(relay)) {
    relay->quiet = true;
    dmi_relay_keep_alive(relay);
    reconsider(relay);
    if (dmi_relay_connected(relay))
      relay->host->config.acknowledged(relay->user, message, reason_of(relay, packet));
  }
  return RELAY_TAKE_OUT;
}

/* PUBACK, PUBREC, PUBCOMP. One that is too short is the broker's to judge. */
static dmi_relay_verdict take_acknowledgement(dmi_relay_run *run, const dmi_relay_packet *packet) {
  dm_relay *relay = run->relay;
  if (packet->header.remaining_length < 2)
    return RELAY_PASS;
  if (!readable(relay, packet))
    return RELAY_STOP;
  uint16_t id = dmi_relay_packet_two(packet, packet->header.length);
  if (packet->header.type == DM_MQTT_PUBACK)
    return take_puback(run, packet);
  /* A PUBREC that refuses ends the exchange [MQTT-4.3.3-4]. */
  if (packet->header.type == DM_MQTT_PUBREC && reason_of(relay, packet) < 0x80)
    return RELAY_PASS;
  return end_exchange(relay, id, 2);
}

/* ---- The others -------------------------------------------------------------------- */

/* It is passed on before anybody hears of it, unless it is longer than one may be. */
static dmi_relay_verdict take_disconnect(dmi_relay_run *run, const dmi_relay_packet *packet) {
  dm_relay *relay = run->relay;
  dm_mqtt_packet disconnect;
  size_t size = dm_mqtt_packet_size(&packet->header);
  if (!dmi_relay_connected(relay) || size > relay->host->config.max_connect_size) {
    dmi_relay_over(relay, NULL);
    return RELAY_PASS;
  }
  if (!dmi_relay_packet_whole(packet))
    return RELAY_STOP;
  int result =
      dm_mqtt_decode(relay->level, &packet->header, dmi_relay_packet_body(packet), &disconnect);
  run->at += size;
  dmi_relay_write_to_broker(run);
  dmi_relay_over(relay, result == 0 ? &disconnect : NULL);
  return RELAY_PASSED;
}

dmi_relay_verdict dmi_relay_judge_device(dmi_relay_run *run, const dmi_relay_packet *packet) {
  if (run->relay->state == RELAY_NEW)
    return dmi_relay_take_connect(run, packet);
  switch (packet->header.type) {
  case DM_MQTT_PUBACK:
  case DM_MQTT_PUBREC:
  case DM_MQTT_PUBCOMP:
    return take_acknowledgement(run, packet);
  case DM_MQTT_PINGREQ:
    dmi_pings_add(&run->relay->pings, false);
    return RELAY_PASS;
  case DM_MQTT_SUBSCRIBE:
  case DM_MQTT_UNSUBSCRIBE:
    return dmi_relay_pass_and_report(run, packet, run->relay->host->config.subscription);
  case DM_MQTT_DISCONNECT:
    return take_disconnect(run, packet);
  default:
    return RELAY_PASS;
  }
}
