/* Decoding: a packet's bytes to a struct.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "mqtt/connect_packet.h"
#include "mqtt/filter_list.h"
#include "mqtt/fixed_header.h"
#include "mqtt/packet_check.h"
#include "mqtt/properties.h"

static void read_properties(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  if (level >= DM_MQTT_LEVEL_5)
    dmi_properties_read(r, &packet->properties);
}

/* A reason code and properties, each of which may be missing at the end of the packet
 * (sections 3.4.2.1, 3.14.2.1). */
static void read_optional_reason(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  if (level >= DM_MQTT_LEVEL_5 && r->left.len > 0)
    packet->reason_code = dmi_wire_byte(r);
  if (level >= DM_MQTT_LEVEL_5 && r->left.len > 0)
    dmi_properties_read(r, &packet->properties);
}

static void read_connack(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  packet->connack.session_present = dmi_wire_byte(r); /* the other bits are checked with it */
  packet->reason_code = dmi_wire_byte(r);
  if (level < DM_MQTT_LEVEL_5 && packet->reason_code > 5)
    dmi_wire_judge(r, dmi_verdict_protocol_error("there is no such return code"));
  read_properties(r, level, packet);
}

static void read_publish(dmi_wire_reader *r, uint8_t level, uint8_t flags, dm_mqtt_packet *packet) {
  dm_mqtt_publish *publish = &packet->publish;
  publish->dup = flags >> 3 & 1;
  publish->qos = flags >> 1 & 3;
  publish->retain = flags & 1;
  publish->topic = dmi_wire_string(r);
  if (publish->qos > 0)
    packet->packet_id = dmi_wire_two(r);
  read_properties(r, level, packet);
  publish->payload = dmi_wire_take(r, r->left.len);
}

static void read_receipt(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  packet->packet_id = dmi_wire_two(r);
  read_optional_reason(r, level, packet);
}

static void read_subscribe(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  packet->packet_id = dmi_wire_two(r);
  read_properties(r, level, packet);
  dmi_subscriptions_read(r, level, &packet->subscribe);
}

static void read_unsubscribe(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  packet->packet_id = dmi_wire_two(r);
  read_properties(r, level, packet);
  dmi_topic_filters_read(r, &packet->unsubscribe);
}

/* [MQTT 3.1.1: MQTT-3.9.3-2]: of the codes that MQTT 5 knows, old levels have four. */
static void check_old_suback(dmi_wire_reader *r, dm_span codes) {
  for (size_t i = 0; i < codes.len; i++)
    if ((uint8_t)codes.ptr[i] > DM_MQTT_UNSPECIFIED_ERROR)
      dmi_wire_judge(r, dmi_verdict_protocol_error("there is no such return code"));
}

static void read_suback(dmi_wire_reader *r, uint8_t level, dm_mqtt_packet *packet) {
  packet->packet_id = dmi_wire_two(r);
  read_properties(r, level, packet);
  if (level < DM_MQTT_LEVEL_5 && packet->type == DM_MQTT_UNSUBACK)
    return;
  packet->suback.reason_codes = dmi_wire_take(r, r->left.len);
  if (level < DM_MQTT_LEVEL_5)
    check_old_suback(r, packet->suback.reason_codes);
}

/* Reason code and properties may be missing only both (section 3.15.2.1). */
static void read_auth(dmi_wire_reader *r, dm_mqtt_packet *packet) {
  if (r->left.len == 0)
    return;
  packet->reason_code = dmi_wire_byte(r);
  dmi_properties_read(r, &packet->properties);
}

static void read_body(dmi_wire_reader *r, uint8_t level, uint8_t flags, dm_mqtt_packet *packet) {
  switch (packet->type) {
  case DM_MQTT_CONNECT:
    dmi_connect_packet_read(r, packet);
    break;
  case DM_MQTT_CONNACK:
    read_connack(r, level, packet);
    break;
  case DM_MQTT_PUBLISH:
    read_publish(r, level, flags, packet);
    break;
  case DM_MQTT_SUBSCRIBE:
    read_subscribe(r, level, packet);
    break;
  case DM_MQTT_UNSUBSCRIBE:
    read_unsubscribe(r, level, packet);
    break;
  case DM_MQTT_SUBACK:
  case DM_MQTT_UNSUBACK:
    read_suback(r, level, packet);
    break;
  case DM_MQTT_DISCONNECT:
    read_optional_reason(r, level, packet);
    break;
  case DM_MQTT_AUTH:
    read_auth(r, packet);
    break;
  case DM_MQTT_PINGREQ:
  case DM_MQTT_PINGRESP:
    break;
  default: /* PUBACK, PUBREC, PUBREL, PUBCOMP */
    read_receipt(r, level, packet);
  }
  dmi_wire_expect_end(r);
}

/* The level of a CONNECT is known when it was read. */
static dmi_verdict decode(uint8_t level, const dm_mqtt_header *header, dm_span body,
                          dm_mqtt_packet *packet) {
  bool connect = header->type == DM_MQTT_CONNECT;
  dmi_verdict v = dmi_fixed_header_check_flags(level, header->type, header->flags);
  if (dmi_verdict_refuses(v))
    return v;
  dmi_wire_reader r = dmi_wire_reader_over(body);
  read_body(&r, level, header->flags, packet);
  if (connect)
    level = packet->connect.level;
  dmi_wire_judge(&r, dmi_fixed_header_check_length(level, header));
  if (dmi_verdict_refuses(r.verdict))
    return r.verdict;
  return dmi_packet_check(level, packet);
}

int dm_mqtt_decode(uint8_t level, const dm_mqtt_header *header, dm_span body,
                   dm_mqtt_packet *packet) {
  bool level_known = level >= DM_MQTT_LEVEL_3_1 && level <= DM_MQTT_LEVEL_5;
  if (!dmi_span_sound(body) || body.len != header->remaining_length ||
      (header->type != DM_MQTT_CONNECT && !level_known))
    return DM_ERROR_INVALID_ARGUMENT;
  memset(packet, 0, sizeof *packet);
  packet->type = header->type;
  dmi_verdict v = decode(level, header, body, packet);
  packet->problem = v.problem;
  return v.code;
}
