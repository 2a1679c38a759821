/* The rules that a packet must keep, whichever way it goes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/packet_check.h"

#include "base/span.h"
#include "mqtt/connect_packet.h"
#include "mqtt/filter_list.h"
#include "mqtt/properties.h"
#include "mqtt/reason_codes.h"
#include "mqtt/topics.h"

static dmi_verdict check_packet_id(const dm_mqtt_packet *packet) {
  if (packet->packet_id == 0) /* [MQTT-2.2.1-3], [MQTT-2.2.1-4] */
    return dmi_verdict_protocol_error("a packet identifier is 0");
  return dmi_verdict_fine();
}

static dmi_verdict check_reason_code(const dm_mqtt_packet *packet) {
  if (!dmi_reason_code_allowed(packet->type, packet->reason_code)) /* [MQTT-3.4.2-1] and its like */
    return dmi_verdict_protocol_error("a reason code is none of this packet's");
  return dmi_verdict_fine();
}

/* 1 to 5 are return codes, for which MQTT 5 has no meaning here. */
static dmi_verdict check_connack(uint8_t level, const dm_mqtt_packet *packet) {
  uint8_t code = packet->reason_code;
  bool old = level < DM_MQTT_LEVEL_5;
  if (packet->connack.session_present > 1) /* [MQTT-3.2.2-1] */
    return dmi_verdict_malformed("reserved connect acknowledge flags are set");
  if (packet->connack.session_present != 0 && code != 0) /* [MQTT-3.2.2-6] */
    return dmi_verdict_protocol_error("Session Present is set although the connection is refused");
  if (old && (code <= 5 || dm_mqtt_connack_return_code(code) >= 0))
    return dmi_verdict_fine();
  return old ? dmi_verdict_protocol_error("there is no such return code")
             : check_reason_code(packet);
}

/* Section 3.3.2.1: only an alias, which old levels do not have, stands for a topic. */
static dmi_verdict check_publish_topic(uint8_t level, const dm_mqtt_packet *packet) {
  bool aliased = level >= DM_MQTT_LEVEL_5 && dm_mqtt_has(&packet->properties, DM_MQTT_TOPIC_ALIAS);
  if (packet->publish.topic.len == 0 && aliased)
    return dmi_verdict_fine();
  return dmi_topic_name_check(packet->publish.topic);
}

static dmi_verdict check_publish(uint8_t level, const dm_mqtt_packet *packet) {
  const dm_mqtt_publish *publish = &packet->publish;
  if (publish->dup > 1 || publish->qos > 2 || publish->retain > 1)
    return dmi_verdict_malformed("a flag of a PUBLISH is out of range");
  if (publish->payload.len > DM_MQTT_REMAINING_LENGTH_MAX)
    return dmi_verdict_malformed("the packet is above the largest size");
  if (publish->dup != 0 && publish->qos == 0) /* [MQTT-3.3.1-2] */
    return dmi_verdict_malformed("a PUBLISH of QoS 0 has the DUP flag");
  dmi_verdict v = check_publish_topic(level, packet);
  if (!dmi_verdict_refuses(v) && publish->qos > 0)
    v = check_packet_id(packet);
  return v;
}

/* Sections 3.9.3 and 3.11.3. */
static dmi_verdict check_reason_list(uint8_t level, const dm_mqtt_packet *packet) {
  dm_span codes = packet->suback.reason_codes;
  if (packet->type == DM_MQTT_UNSUBACK && level < DM_MQTT_LEVEL_5)
    return dmi_verdict_fine();
  if (!dmi_span_sound(codes) || codes.len > DM_MQTT_REMAINING_LENGTH_MAX)
    return dmi_verdict_malformed("the packet is above the largest size");
  if (codes.len == 0)
    return dmi_verdict_protocol_error("an acknowledgement of topic filters has no reason code");
  for (size_t i = 0; i < codes.len; i++)
    if (!dmi_reason_code_allowed(packet->type, (uint8_t)codes.ptr[i]))
      return dmi_verdict_protocol_error("a reason code is none of this packet's");
  return dmi_verdict_fine();
}

/* Section 3.15.2.1 lets a plain success be empty; 3.15.2.2.2 asks for the method else. */
static dmi_verdict check_auth(uint8_t level, const dm_mqtt_packet *packet) {
  if (level < DM_MQTT_LEVEL_5)
    return dmi_verdict_malformed("AUTH is of MQTT 5 only");
  bool empty = packet->reason_code == DM_MQTT_SUCCESS && packet->properties.present == 0;
  if (!empty && !dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_METHOD))
    return dmi_verdict_protocol_error("an AUTH has no Authentication Method");
  return check_reason_code(packet);
}

static dmi_verdict check_body(uint8_t level, const dm_mqtt_packet *packet) {
  switch (packet->type) {
  case DM_MQTT_CONNECT:
    return dmi_connect_packet_check(packet);
  case DM_MQTT_CONNACK:
    return check_connack(level, packet);
  case DM_MQTT_PUBLISH:
    return check_publish(level, packet);
  case DM_MQTT_SUBSCRIBE:
    return dmi_subscriptions_check(level, &packet->subscribe);
  case DM_MQTT_UNSUBSCRIBE:
    return dmi_topic_filters_check(level, &packet->unsubscribe);
  case DM_MQTT_SUBACK:
  case DM_MQTT_UNSUBACK:
    return check_reason_list(level, packet);
  case DM_MQTT_AUTH:
    return check_auth(level, packet);
  case DM_MQTT_PINGREQ:
  case DM_MQTT_PINGRESP:
    return dmi_verdict_fine();
  default: /* PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT: old levels have no reason there */
    return level < DM_MQTT_LEVEL_5 ? dmi_verdict_fine() : check_reason_code(packet);
  }
}

static bool always_has_packet_id(uint8_t type) {
  return type >= DM_MQTT_PUBACK && type <= DM_MQTT_UNSUBACK;
}

dmi_verdict dmi_packet_check(uint8_t level, const dm_mqtt_packet *packet) {
  dmi_verdict v = dmi_verdict_fine();
  if (always_has_packet_id(packet->type))
    v = check_packet_id(packet);
  if (!dmi_verdict_refuses(v) && level >= DM_MQTT_LEVEL_5)
    v = dmi_properties_check(packet->type, &packet->properties);
  return dmi_verdict_refuses(v) ? v : check_body(level, packet);
}

dmi_verdict dmi_packet_check_encoded(uint8_t level, const dm_mqtt_packet *packet) {
  dmi_verdict v = dmi_verdict_fine();
  if (level >= DM_MQTT_LEVEL_5)
    v = dmi_properties_check_encoded(&packet->properties);
  if (dmi_verdict_refuses(v))
    return v;
  if (packet->type == DM_MQTT_CONNECT && packet->connect.has_will && level >= DM_MQTT_LEVEL_5)
    return dmi_properties_check_encoded(&packet->connect.will.properties);
  if (packet->type == DM_MQTT_SUBSCRIBE)
    return dmi_subscriptions_check_encoded(&packet->subscribe);
  if (packet->type == DM_MQTT_UNSUBSCRIBE)
    return dmi_topic_filters_check_encoded(&packet->unsubscribe);
  return v;
}
