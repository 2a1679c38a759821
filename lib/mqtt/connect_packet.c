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

static dm_span protocol_name(uint8_t level) {
  return level == DM_MQTT_LEVEL_3_1 ? SPAN("MQIsdp") : SPAN("MQTT");
}

/* ---- Reading ---- */

/* [MQTT-3.1.2-1], [MQTT-3.1.2-2]. */
static void read_level(wire_reader *r, dm_mqtt_connect *connect) {
  dm_span name = wire_string(r);
  uint8_t level = wire_byte(r);
  if (level >= DM_MQTT_LEVEL_3_1 && level <= DM_MQTT_LEVEL_5 &&
      span_equal(name, protocol_name(level)))
    connect->level = level;
  else
    wire_judge(r, (verdict){DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION,
                            "the protocol is not MQTT 3.1, 3.1.1 or 5"});
}

static verdict check_flags(uint8_t flags, const dm_mqtt_will *will) {
  if ((flags & FLAG_RESERVED) != 0) /* [MQTT-3.1.2-3] */
    return verdict_malformed("the reserved connect flag is set");
  if ((flags & FLAG_WILL) == 0 && (will->qos != 0 || will->retain != 0))
    return verdict_malformed(/* [MQTT-3.1.2-11], [MQTT-3.1.2-13] */
                             "Will QoS or Will Retain is set without the Will Flag");
  return verdict_fine();
}

static uint8_t read_flags(wire_reader *r, dm_mqtt_connect *connect) {
  uint8_t flags = wire_byte(r);
  connect->clean_start = (flags & FLAG_CLEAN_START) != 0;
  connect->has_will = (flags & FLAG_WILL) != 0;
  connect->will.qos = flags >> SHIFT_WILL_QOS & 3;
  connect->will.retain = flags >> SHIFT_WILL_RETAIN & 1;
  wire_judge(r, check_flags(flags, &connect->will));
  return flags;
}

static void read_will(wire_reader *r, uint8_t level, dm_mqtt_will *will) {
  if (level >= DM_MQTT_LEVEL_5)
    properties_read(r, &will->properties);
  will->topic = wire_string(r);
  will->payload = wire_string(r);
}

void connect_packet_read(wire_reader *r, dm_mqtt_packet *packet) {
  dm_mqtt_connect *connect = &packet->connect;
  read_level(r, connect);
  uint8_t flags = read_flags(r, connect);
  connect->keep_alive = wire_two(r);
  if (connect->level >= DM_MQTT_LEVEL_5)
    properties_read(r, &packet->properties);
  connect->client_id = wire_string(r);
  if (connect->has_will)
    read_will(r, connect->level, &connect->will);
  if ((flags & FLAG_USER_NAME) != 0)
    connect->user_name = wire_string(r);
  if ((flags & FLAG_PASSWORD) != 0)
    connect->password = wire_string(r);
}

/* ---- Checking ---- */

static verdict check_will(uint8_t level, const dm_mqtt_will *will) {
  if (will->qos > 2 || will->retain > 1) /* [MQTT-3.1.2-12] */
    return verdict_malformed("Will QoS is 3");
  verdict v = topic_name_check(will->topic);
  if (!verdict_refuses(v))
    v = wire_check_binary(will->payload);
  if (!verdict_refuses(v) && level >= DM_MQTT_LEVEL_5)
    v = properties_check(PROPERTIES_OF_WILL, &will->properties);
  return v;
}

static verdict check_credentials(const dm_mqtt_connect *connect) {
  if (connect->level < DM_MQTT_LEVEL_5 && span_present(connect->password) &&
      !span_present(connect->user_name)) /* [MQTT 3.1.1: MQTT-3.1.2-22] */
    return verdict_malformed("there is a password without a user name");
  verdict v = wire_check_string(connect->user_name);
  if (!verdict_refuses(v))
    v = wire_check_binary(connect->password);
  return v;
}

/* Section 3.1.2.11.10. */
static verdict check_authentication(const dm_mqtt_packet *packet) {
  if (packet->connect.level >= DM_MQTT_LEVEL_5 &&
      dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_DATA) &&
      !dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_METHOD))
    return verdict_protocol_error("a CONNECT has Authentication Data without a method");
  return verdict_fine();
}

verdict connect_packet_check(const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  if (connect->clean_start > 1 || connect->has_will > 1)
    return verdict_malformed("a connect flag is neither 0 nor 1");
  verdict v = wire_check_string(connect->client_id);
  if (!verdict_refuses(v) && connect->has_will)
    v = check_will(connect->level, &connect->will);
  if (!verdict_refuses(v))
    v = check_credentials(connect);
  if (!verdict_refuses(v))
    v = check_authentication(packet);
  return v;
}

/* ---- Writing ---- */

static uint8_t connect_flags(const dm_mqtt_connect *connect) {
  unsigned flags = connect->clean_start ? FLAG_CLEAN_START : 0;
  if (connect->has_will)
    flags |= (unsigned)(FLAG_WILL | connect->will.qos << SHIFT_WILL_QOS |
                        connect->will.retain << SHIFT_WILL_RETAIN);
  if (span_present(connect->password))
    flags |= FLAG_PASSWORD;
  if (span_present(connect->user_name))
    flags |= FLAG_USER_NAME;
  return (uint8_t)flags;
}

static void write_will(writer *w, uint8_t level, const dm_mqtt_will *will) {
  if (level >= DM_MQTT_LEVEL_5)
    properties_write(w, &will->properties);
  wire_put_string(w, will->topic);
  wire_put_string(w, will->payload);
}

void connect_packet_write(writer *w, const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  wire_put_string(w, protocol_name(connect->level));
  writer_byte(w, (char)connect->level);
  writer_byte(w, (char)connect_flags(connect));
  wire_put_two(w, connect->keep_alive);
  if (connect->level >= DM_MQTT_LEVEL_5)
    properties_write(w, &packet->properties);
  wire_put_string(w, connect->client_id);
  if (connect->has_will)
    write_will(w, connect->level, &connect->will);
  if (span_present(connect->user_name))
    wire_put_string(w, connect->user_name);
  if (span_present(connect->password))
    wire_put_string(w, connect->password);
}
