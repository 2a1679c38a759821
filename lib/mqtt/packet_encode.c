/* Encoding: a struct to a packet's bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "mqtt/connect_packet.h"
#include "mqtt/filter_list.h"
#include "mqtt/fixed_header.h"
#include "mqtt/packet_check.h"
#include "mqtt/properties.h"

/* ---- Bodies ---- */

static void write_properties(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  if (level >= DM_MQTT_LEVEL_5)
    dmi_properties_write(w, &packet->properties);
}

static void write_connack(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  uint8_t code = packet->reason_code;
  if (level < DM_MQTT_LEVEL_5 && code > 5)
    code = (uint8_t)dm_mqtt_connack_return_code(code);
  dmi_writer_byte(w, (char)packet->connack.session_present);
  dmi_writer_byte(w, (char)code);
  write_properties(w, level, packet);
}

/* All but the payload. */
static void write_publish(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  dmi_wire_put_string(w, packet->publish.topic);
  if (packet->publish.qos > 0)
    dmi_wire_put_two(w, packet->packet_id);
  write_properties(w, level, packet);
}

/* The shortest form: what is a success without properties needs no bytes at all
 * (sections 3.4.2.1, 3.14.2.1, 3.15.2.1). */
static void write_optional_reason(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  if (level < DM_MQTT_LEVEL_5)
    return;
  bool properties = dmi_properties_size(&packet->properties) > 0;
  if (properties || packet->reason_code != 0)
    dmi_writer_byte(w, (char)packet->reason_code);
  if (properties)
    dmi_properties_write(w, &packet->properties);
}

/* Old levels have one code for every failure, and none at all in an UNSUBACK. */
static void write_reason_list(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  dm_span codes = packet->suback.reason_codes;
  if (level >= DM_MQTT_LEVEL_5) {
    dmi_writer_bytes(w, codes);
    return;
  }
  for (size_t i = 0; packet->type == DM_MQTT_SUBACK && i < codes.len; i++) {
    uint8_t code = (uint8_t)codes.ptr[i];
    dmi_writer_byte(w, (char)(code < DM_MQTT_UNSPECIFIED_ERROR ? code : DM_MQTT_UNSPECIFIED_ERROR));
  }
}

static void write_list(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  dmi_wire_put_two(w, packet->packet_id);
  write_properties(w, level, packet);
  if (packet->type == DM_MQTT_SUBSCRIBE)
    dmi_subscriptions_write(w, level, &packet->subscribe);
  else if (packet->type == DM_MQTT_UNSUBSCRIBE)
    dmi_topic_filters_write(w, &packet->unsubscribe);
  else
    write_reason_list(w, level, packet);
}

static void write_body(dmi_writer *w, uint8_t level, const dm_mqtt_packet *packet) {
  switch (packet->type) {
  case DM_MQTT_CONNECT:
    dmi_connect_packet_write(w, packet);
    break;
  case DM_MQTT_CONNACK:
    write_connack(w, level, packet);
    break;
  case DM_MQTT_PUBLISH:
    write_publish(w, level, packet);
    break;
  case DM_MQTT_SUBSCRIBE:
  case DM_MQTT_UNSUBSCRIBE:
  case DM_MQTT_SUBACK:
  case DM_MQTT_UNSUBACK:
    write_list(w, level, packet);
    break;
  case DM_MQTT_PINGREQ:
  case DM_MQTT_PINGRESP:
    break;
  case DM_MQTT_DISCONNECT:
  case DM_MQTT_AUTH:
    write_optional_reason(w, level, packet);
    break;
  default: /* PUBACK, PUBREC, PUBREL, PUBCOMP */
    dmi_wire_put_two(w, packet->packet_id);
    write_optional_reason(w, level, packet);
  }
}

/* ---- Whole packets ---- */

static uint8_t first_byte(const dm_mqtt_packet *packet) {
  int flags = dmi_fixed_header_flags(packet->type);
  if (packet->type == DM_MQTT_PUBLISH)
    flags = packet->publish.dup << 3 | packet->publish.qos << 1 | packet->publish.retain;
  return (uint8_t)(packet->type << 4 | flags);
}

/* What is worked out about a packet before its first byte is written. */
typedef struct plan {
  uint8_t level;
  size_t head; /* the size of all but a PUBLISH's payload */
  uint32_t remaining_length;
  dm_span payload;
} plan;

static size_t body_size(uint8_t level, const dm_mqtt_packet *packet) {
  dmi_writer counting = {NULL, 0, 0};
  write_body(&counting, level, packet);
  return counting.needed;
}

static void write_fixed_header(dmi_writer *w, const plan *p, const dm_mqtt_packet *packet) {
  dmi_writer_byte(w, (char)first_byte(packet));
  dmi_wire_put_varint(w, p->remaining_length);
}

static size_t fixed_header_size(const plan *p, const dm_mqtt_packet *packet) {
  dmi_writer counting = {NULL, 0, 0};
  write_fixed_header(&counting, p, packet);
  return counting.needed;
}

static bool may_be_sent(uint8_t level, const dm_mqtt_packet *packet) {
  return level >= DM_MQTT_LEVEL_3_1 && level <= DM_MQTT_LEVEL_5 &&
         packet->type >= DM_MQTT_CONNECT && packet->type <= DM_MQTT_AUTH &&
         !dmi_verdict_refuses(dmi_packet_check_encoded(level, packet)) &&
         !dmi_verdict_refuses(dmi_packet_check(level, packet));
}

/* False for a packet that must not be sent. */
static bool make_plan(plan *p, uint8_t level, const dm_mqtt_packet *packet) {
  *p = (plan){.level = packet->type == DM_MQTT_CONNECT ? packet->connect.level : level};
  if (!may_be_sent(p->level, packet))
    return false;
  if (packet->type == DM_MQTT_PUBLISH)
    p->payload = packet->publish.payload;
  size_t body = body_size(p->level, packet);
  if (body + p->payload.len > DM_MQTT_REMAINING_LENGTH_MAX)
    return false;
  p->remaining_length = (uint32_t)(body + p->payload.len);
  p->head = fixed_header_size(p, packet) + body;
  return true;
}

static void write_head(const plan *p, const dm_mqtt_packet *packet, char *out) {
  dmi_writer w = {out, p->head, 0};
  write_fixed_header(&w, p, packet);
  write_body(&w, p->level, packet);
}

int dm_mqtt_encode(uint8_t level, const dm_mqtt_packet *packet, char *out, size_t capacity,
                   size_t *len) {
  plan p;
  if (!make_plan(&p, level, packet) || !dmi_span_sound(p.payload))
    return DM_ERROR_INVALID_ARGUMENT;
  *len = p.head + p.payload.len;
  if (*len > capacity)
    return DM_ERROR_BUFFER_TOO_SMALL;
  write_head(&p, packet, out);
  if (p.payload.len > 0)
    memcpy(out + p.head, p.payload.ptr, p.payload.len);
  return DM_OK;
}

int dm_mqtt_encode_publish_head(uint8_t level, const dm_mqtt_packet *packet, char *out,
                                size_t capacity, size_t *len) {
  plan p;
  if (packet->type != DM_MQTT_PUBLISH || !make_plan(&p, level, packet))
    return DM_ERROR_INVALID_ARGUMENT;
  *len = p.head;
  if (*len > capacity)
    return DM_ERROR_BUFFER_TOO_SMALL;
  write_head(&p, packet, out);
  return DM_OK;
}

int dm_mqtt_encoded_size(uint8_t level, const dm_mqtt_packet *packet, size_t *size) {
  plan p;
  if (!make_plan(&p, level, packet))
    return DM_ERROR_INVALID_ARGUMENT;
  *size = p.head + p.payload.len;
  return DM_OK;
}
