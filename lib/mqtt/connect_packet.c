/* The body of CONNECT, MQTT 5 section 3.1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/connect_packet.h"

#include "base/span.h"
#include "mqtt/properties.h"
#include "mqtt/topics.h"

/* The bits of the connect flags, section 3.1.2.3. */
enum {
  FLAG_RESERVED = 1 << 0,
  FLAG_CLEAN_START = 1 << 1,
  FLAG_WILL = 1 << 2,
  SHIFT_WILL_QOS = 3,
  SHIFT_WILL_RETAIN = 5,
  FLAG_PASSWORD = 1 << 6,
  FLAG_USER_NAME = 1 << 7
};

/* Of the level's byte. */
#define BRIDGE 0x80

static dm_span protocol_name(uint8_t level) {
  return level == DM_MQTT_LEVEL_3_1 ? SPAN("MQIsdp") : SPAN("MQTT");
}

/* ---- Reading ---- */

/* [MQTT-3.1.2-1], [MQTT-3.1.2-2]. */
static void read_level(dmi_wire_reader *r, dm_mqtt_connect *connect) {
  dm_span name = dmi_wire_string(r);
  uint8_t level = dmi_wire_byte(r);
  if ((level & ~BRIDGE) < DM_MQTT_LEVEL_5) {
    connect->bridge = (level & BRIDGE) != 0;
    level &= (uint8_t)~BRIDGE;
  }
  if (level >= DM_MQTT_LEVEL_3_1 && level <= DM_MQTT_LEVEL_5 &&
      dmi_span_equal(name, protocol_name(level)))
    connect->level = level;
  else
    dmi_wire_judge(r, (dmi_verdict){DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION,
                                    "the protocol is not MQTT 3.1, 3.1.1 or 5"});
}

static dmi_verdict check_flags(uint8_t flags, const dm_mqtt_will *will) {
  if ((flags & FLAG_RESERVED) != 0) /* [MQTT-3.1.2-3] */
    return dmi_verdict_malformed("the reserved connect flag is set");
  if ((flags & FLAG_WILL) == 0 && (will->qos != 0 || will->retain != 0))
    return dmi_verdict_malformed(/* [MQTT-3.1.2-11], [MQTT-3.1.2-13] */
                                 "Will QoS or Will Retain is set without the Will Flag");
  return dmi_verdict_fine();
}

static uint8_t read_flags(dmi_wire_reader *r, dm_mqtt_connect *connect) {
  uint8_t flags = dmi_wire_byte(r);
  connect->clean_start = (flags & FLAG_CLEAN_START) != 0;
  connect->has_will = (flags & FLAG_WILL) != 0;
  connect->will.qos = flags >> SHIFT_WILL_QOS & 3;
  connect->will.retain = flags >> SHIFT_WILL_RETAIN & 1;
  dmi_wire_judge(r, check_flags(flags, &connect->will));
  return flags;
}

static void read_will(dmi_wire_reader *r, uint8_t level, dm_mqtt_will *will) {
  if (level >= DM_MQTT_LEVEL_5)
    dmi_properties_read(r, &will->properties);
  will->topic = dmi_wire_string(r);
  will->payload = dmi_wire_string(r);
}

void dmi_connect_packet_read(dmi_wire_reader *r, dm_mqtt_packet *packet) {
  dm_mqtt_connect *connect = &packet->connect;
  read_level(r, connect);
  uint8_t flags = read_flags(r, connect);
  connect->keep_alive = dmi_wire_two(r);
  if (connect->level >= DM_MQTT_LEVEL_5)
    dmi_properties_read(r, &packet->properties);
  connect->client_id = dmi_wire_string(r);
  if (connect->has_will)
    read_will(r, connect->level, &connect->will);
  if ((flags & FLAG_USER_NAME) != 0)
    connect->user_name = dmi_wire_string(r);
  if ((flags & FLAG_PASSWORD) != 0)
    connect->password = dmi_wire_string(r);
}

/* ---- Checking ---- */

static dmi_verdict check_will(uint8_t level, const dm_mqtt_will *will) {
  if (will->qos > 2 || will->retain > 1) /* [MQTT-3.1.2-12] */
    return dmi_verdict_malformed("Will QoS is 3");
  dmi_verdict v = dmi_topic_name_check(will->topic);
  if (!dmi_verdict_refuses(v))
    v = dmi_wire_check_binary(will->payload);
  if (!dmi_verdict_refuses(v) && level >= DM_MQTT_LEVEL_5)
    v = dmi_properties_check(PROPERTIES_OF_WILL, &will->properties);
  return v;
}

static dmi_verdict check_credentials(const dm_mqtt_connect *connect) {
  if (connect->level < DM_MQTT_LEVEL_5 && dmi_span_present(connect->password) &&
      !dmi_span_present(connect->user_name)) /* [MQTT 3.1.1: MQTT-3.1.2-22] */
    return dmi_verdict_malformed("there is a password without a user name");
  dmi_verdict v = dmi_wire_check_string(connect->user_name);
  if (!dmi_verdict_refuses(v))
    v = dmi_wire_check_binary(connect->password);
  return v;
}

/* Section 3.1.2.11.10. */
static dmi_verdict check_authentication(const dm_mqtt_packet *packet) {
  if (packet->connect.level >= DM_MQTT_LEVEL_5 &&
      dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_DATA) &&
      !dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_METHOD))
    return dmi_verdict_protocol_error("a CONNECT has Authentication Data without a method");
  return dmi_verdict_fine();
}

dmi_verdict dmi_connect_packet_check(const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  if (connect->clean_start > 1 || connect->has_will > 1 || connect->bridge > 1)
    return dmi_verdict_malformed("a connect flag is neither 0 nor 1");
  dmi_verdict v = dmi_wire_check_string(connect->client_id);
  if (!dmi_verdict_refuses(v) && connect->has_will)
    v = check_will(connect->level, &connect->will);
  if (!dmi_verdict_refuses(v))
    v = check_credentials(connect);
  if (!dmi_verdict_refuses(v))
    v = check_authentication(packet);
  return v;
}

/* ---- Writing ---- */

static uint8_t connect_flags(const dm_mqtt_connect *connect) {
  unsigned flags = connect->clean_start ? FLAG_CLEAN_START : 0;
  if (connect->has_will)
    flags |= (unsigned)(FLAG_WILL | connect->will.qos << SHIFT_WILL_QOS |
                        connect->will.retain << SHIFT_WILL_RETAIN);
  if (dmi_span_present(connect->password))
    flags |= FLAG_PASSWORD;
  if (dmi_span_present(connect->user_name))
    flags |= FLAG_USER_NAME;
  return (uint8_t)flags;
}

/* MQTT 5 has No Local for that. */
static uint8_t level_byte(const dm_mqtt_connect *connect) {
  bool bridge = connect->bridge && connect->level < DM_MQTT_LEVEL_5;
  return (uint8_t)(connect->level | (bridge ? BRIDGE : 0));
}

static void write_will(dmi_writer *w, uint8_t level, const dm_mqtt_will *will) {
  if (level >= DM_MQTT_LEVEL_5)
    dmi_properties_write(w, &will->properties);
  dmi_wire_put_string(w, will->topic);
  dmi_wire_put_string(w, will->payload);
}

void dmi_connect_packet_write(dmi_writer *w, const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  dmi_wire_put_string(w, protocol_name(connect->level));
  dmi_writer_byte(w, (char)level_byte(connect));
  dmi_writer_byte(w, (char)connect_flags(connect));
  dmi_wire_put_two(w, connect->keep_alive);
  if (connect->level >= DM_MQTT_LEVEL_5)
    dmi_properties_write(w, &packet->properties);
  dmi_wire_put_string(w, connect->client_id);
  if (connect->has_will)
    write_will(w, connect->level, &connect->will);
  if (dmi_span_present(connect->user_name))
    dmi_wire_put_string(w, connect->user_name);
  if (dmi_span_present(connect->password))
    dmi_wire_put_string(w, connect->password);
}
