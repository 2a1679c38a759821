/* Tests of decoding: the fields of every packet type, the code of every refusal.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/span.h"
#include "mqtt_bytes.h"

#define assert_span(span, text) assert_true(dmi_span_equal(span, dm_text(text)))

/* Decodes a packet that must be fine and leaves its bytes to the test. */
static char *decode(uint8_t level, const char *text, dm_mqtt_packet *packet) {
  size_t len;
  char *bytes = mqtt_bytes(text, &len);
  int result = mqtt_decode_bytes(level, dm_bytes(bytes, len), packet);
  if (result != 0)
    fail_msg("%s: 0x%02X, %s", text, (unsigned)result, packet->problem);
  return bytes;
}

/* ---- Fields ---- */

static void test_connect(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes =
      decode(4, "10 1D 0004'MQTT'04 EE 0102 0002'c1' 0003'w/t' 0002'by' 0001'u' 0001'p'", &packet);
  assert_int_equal(packet.type, DM_MQTT_CONNECT);
  assert_int_equal(packet.connect.level, 4);
  assert_int_equal(packet.connect.clean_start, 1);
  assert_int_equal(packet.connect.keep_alive, 0x0102);
  assert_span(packet.connect.client_id, "c1");
  assert_int_equal(packet.connect.has_will, 1);
  assert_int_equal(packet.connect.will.qos, 1);
  assert_int_equal(packet.connect.will.retain, 1);
  assert_span(packet.connect.will.topic, "w/t");
  assert_span(packet.connect.will.payload, "by");
  assert_span(packet.connect.user_name, "u");
  assert_span(packet.connect.password, "p");
  free(bytes);
}

static void test_absent_and_empty_credentials(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(4, "10 0C 0004'MQTT'04 00 0000 0000", &packet);
  assert_null(packet.connect.user_name.ptr);
  assert_null(packet.connect.password.ptr);
  assert_int_equal(packet.connect.clean_start, 0);
  assert_int_equal(packet.connect.has_will, 0);
  assert_int_equal(packet.connect.client_id.len, 0);
  free(bytes);
  bytes = decode(4, "10 10 0004'MQTT'04 C0 0000 0000 0000 0000", &packet);
  assert_non_null(packet.connect.user_name.ptr);
  assert_non_null(packet.connect.password.ptr);
  assert_int_equal(packet.connect.user_name.len + packet.connect.password.len, 0);
  free(bytes);
}

static void test_the_level_given_is_not_that_of_a_connect(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(0, "10 0F 0004'MQTT'05 02 003C 00 0002'c1'", &packet);
  assert_int_equal(packet.connect.level, 5);
  free(bytes);
  bytes = decode(5, "10 0E 0006'MQIsdp'03 02 003C 0000", &packet);
  assert_int_equal(packet.connect.level, 3);
  free(bytes);
}

static void test_will_properties(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(5,
                       "10 2B 0004'MQTT'05 06 003C 05 11 00000001 0002'c1'"
                       " 10 18 00000002 02 00000003 03 0003'a/b' 0001't' 0001'p'",
                       &packet);
  assert_int_equal(packet.properties.present, UINT64_C(1) << DM_MQTT_SESSION_EXPIRY_INTERVAL);
  assert_int_equal(packet.properties.session_expiry_interval, 1);
  const dm_mqtt_properties *will = &packet.connect.will.properties;
  assert_int_equal(will->present, UINT64_C(1) << DM_MQTT_WILL_DELAY_INTERVAL |
                                      UINT64_C(1) << DM_MQTT_MESSAGE_EXPIRY_INTERVAL |
                                      UINT64_C(1) << DM_MQTT_CONTENT_TYPE);
  assert_int_equal(will->will_delay_interval, 2);
  assert_int_equal(will->message_expiry_interval, 3);
  assert_span(will->content_type, "a/b");
  free(bytes);
}

static void test_connack(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(5, "20 06 01 00 03 21 0102", &packet);
  assert_int_equal(packet.type, DM_MQTT_CONNACK);
  assert_int_equal(packet.connack.session_present, 1);
  assert_int_equal(packet.reason_code, 0);
  assert_int_equal(packet.properties.receive_maximum, 0x0102);
  free(bytes);
  bytes = decode(4, "20 02 00 05", &packet);
  assert_int_equal(packet.connack.session_present, 0);
  assert_int_equal(packet.reason_code, 5);
  assert_int_equal(packet.properties.present, 0);
  free(bytes);
}

static void test_publish(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(4, "3B 09 0003'a/b' 0102 'hi'", &packet);
  assert_int_equal(packet.type, DM_MQTT_PUBLISH);
  assert_int_equal(packet.publish.dup, 1);
  assert_int_equal(packet.publish.qos, 1);
  assert_int_equal(packet.publish.retain, 1);
  assert_int_equal(packet.packet_id, 0x0102);
  assert_span(packet.publish.topic, "a/b");
  assert_span(packet.publish.payload, "hi");
  assert_ptr_equal(packet.publish.payload.ptr, bytes + 9); /* borrowed, not copied */
  free(bytes);
  bytes = decode(5, "34 0B 0000 FFFF 03 23 0005 0001 'p'", &packet);
  assert_int_equal(packet.publish.dup, 0);
  assert_int_equal(packet.publish.qos, 2);
  assert_int_equal(packet.publish.retain, 0);
  assert_int_equal(packet.publish.topic.len, 0);
  assert_int_equal(packet.properties.topic_alias, 5);
  assert_int_equal(packet.publish.payload.len, 3);
  free(bytes);
}

static void test_receipts(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint8_t type;
    uint8_t reason_code;
  } cases[] = {
      {"40 02 0102", DM_MQTT_PUBACK, 0},        {"40 03 0102 97", DM_MQTT_PUBACK, 0x97},
      {"50 04 0102 10 00", DM_MQTT_PUBREC, 16}, {"62 02 0102", DM_MQTT_PUBREL, 0},
      {"70 03 0102 92", DM_MQTT_PUBCOMP, 0x92},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    dm_mqtt_packet packet;
    char *bytes = decode(5, cases[i].text, &packet);
    assert_int_equal(packet.type, cases[i].type);
    assert_int_equal(packet.packet_id, 0x0102);
    assert_int_equal(packet.reason_code, cases[i].reason_code);
    free(bytes);
  }
}

static void assert_subscription(const dm_mqtt_subscription *s, const char *filter, uint8_t qos,
                                uint8_t no_local, uint8_t as_published, uint8_t handling) {
  assert_span(s->topic_filter, filter);
  assert_int_equal(s->qos, qos);
  assert_int_equal(s->no_local, no_local);
  assert_int_equal(s->retain_as_published, as_published);
  assert_int_equal(s->retain_handling, handling);
}

static void test_subscribe(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(5, "82 14 0102 02 0B 05 0003'a/b' 06 0001'#' 19 0002'$x' 20", &packet);
  assert_int_equal(packet.packet_id, 0x0102);
  assert_int_equal(packet.subscribe.count, 3);
  size_t position = 0;
  dm_mqtt_subscription s;
  assert_true(dm_mqtt_next_subscription(&packet.subscribe, &position, &s));
  assert_subscription(&s, "a/b", 2, 1, 0, 0);
  assert_true(dm_mqtt_next_subscription(&packet.subscribe, &position, &s));
  assert_subscription(&s, "#", 1, 0, 1, 1);
  assert_true(dm_mqtt_next_subscription(&packet.subscribe, &position, &s));
  assert_subscription(&s, "$x", 0, 0, 0, 2);
  assert_false(dm_mqtt_next_subscription(&packet.subscribe, &position, &s));
  assert_false(dm_mqtt_next_subscription(&packet.subscribe, &position, &s));
  free(bytes);
}

static void test_unsubscribe(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(4, "A2 0A 0102 0003'a/b' 0001'+'", &packet);
  assert_int_equal(packet.packet_id, 0x0102);
  assert_int_equal(packet.unsubscribe.count, 2);
  size_t position = 0;
  dm_span filter;
  assert_true(dm_mqtt_next_topic_filter(&packet.unsubscribe, &position, &filter));
  assert_span(filter, "a/b");
  assert_true(dm_mqtt_next_topic_filter(&packet.unsubscribe, &position, &filter));
  assert_span(filter, "+");
  assert_false(dm_mqtt_next_topic_filter(&packet.unsubscribe, &position, &filter));
  free(bytes);
}

static void test_suback(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(5, "B0 05 0102 00 11 8F", &packet);
  assert_int_equal(packet.type, DM_MQTT_UNSUBACK);
  assert_int_equal(packet.suback.reason_codes.len, 2);
  assert_memory_equal(packet.suback.reason_codes.ptr, "\x11\x8F", 2);
  free(bytes);
  bytes = decode(4, "B0 02 0102", &packet);
  assert_int_equal(packet.suback.reason_codes.len, 0);
  free(bytes);
}

static void test_disconnect_and_auth(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  char *bytes = decode(5, "E0 0A 9D 08 1C 0005'other'", &packet);
  assert_int_equal(packet.reason_code, DM_MQTT_SERVER_MOVED);
  assert_span(packet.properties.server_reference, "other");
  free(bytes);
  bytes = decode(5, "F0 0A 18 08 15 0001'm' 16 0001'd'", &packet);
  assert_int_equal(packet.type, DM_MQTT_AUTH);
  assert_int_equal(packet.reason_code, DM_MQTT_CONTINUE_AUTHENTICATION);
  assert_span(packet.properties.authentication_method, "m");
  assert_span(packet.properties.authentication_data, "d");
  free(bytes);
}

/* ---- Refusals ---- */

typedef struct dmi_refusal {
  uint8_t level;
  const char *text;
  int code;
} dmi_refusal;

static const dmi_refusal refusals[] = {
    /* The protocol: another name, another level, a pair that does not go together */
    {4, "10 0C 0004'MQTX'04 02 0000 0000", 0x84},
    {4, "10 0C 0004'mqtt'04 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'03 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'06 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'85 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'83 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'80 02 0000 0000", 0x84},
    {4, "10 0E 0006'MQIsdp'84 02 0000 0000", 0x84},
    {4, "10 0C 0004'MQTT'00 02 0000 0000", 0x84},
    {4, "10 0E 0006'MQIsdp'04 02 0000 0000", 0x84},
    {4, "10 08 0000 04 02 0000 0000", 0x84},
    {4, "10 06 0004'MQTT'", 0x81},
    {4, "10 00", 0x81},

    /* Connect flags */
    {4, "10 0C 0004'MQTT'04 03 0000 0000", 0x81},
    {4, "10 0C 0004'MQTT'04 0A 0000 0000", 0x81},
    {4, "10 0C 0004'MQTT'04 22 0000 0000", 0x81},
    {4, "10 11 0004'MQTT'04 1E 0000 0000 0001't' 0000", 0x81},
    {4, "10 0E 0004'MQTT'04 42 0000 0000 0000", 0x81},
    {3, "10 10 0006'MQIsdp'03 42 0000 0000 0000", 0x81},
    {5, "10 13 0004'MQTT'05 1E 0000 00 0000 00 0001't' 0000", 0x81},

    /* Strings, will and credentials */
    {4, "10 0D 0004'MQTT'04 02 0000 0001 FF", 0x81},
    {4, "10 0D 0004'MQTT'04 02 0000 0001 00", 0x81},
    {4, "10 0F 0004'MQTT'04 02 0000 0003 EDA080", 0x81},
    {4, "10 10 0004'MQTT'04 06 0000 0000 0000 0000", 0x82},
    {4, "10 11 0004'MQTT'04 06 0000 0000 0001'#' 0000", 0x82},
    {4, "10 11 0004'MQTT'04 06 0000 0000 0001 FF 0000", 0x81},
    {4, "10 0F 0004'MQTT'04 82 0000 0000 0001 C3", 0x81},
    {4, "10 0D 0004'MQTT'04 02 0000 0000 00", 0x81},
    {5, "10 11 0004'MQTT'05 02 0000 04 16 0001'd' 0000", 0x82},

    /* CONNACK */
    {4, "20 02 02 00", 0x81},
    {4, "20 02 01 05", 0x82},
    {4, "20 02 00 06", 0x82},
    {4, "20 02 00 80", 0x82},
    {4, "20 03 00 00 00", 0x81},
    {4, "20 01 00", 0x81},
    {5, "20 03 80 00 00", 0x81},
    {5, "20 03 01 87 00", 0x82},
    {5, "20 03 00 01 00", 0x82},
    {5, "20 03 00 8E 00", 0x82},
    {5, "20 02 00 00", 0x81},

    /* PUBLISH */
    {4, "36 05 0001't' 0001", 0x81},
    {4, "38 03 0001't'", 0x81},
    {4, "30 02 0000", 0x82},
    {5, "30 03 0000 00", 0x82},
    {4, "30 05 0003'a/#'", 0x82},
    {4, "30 05 0003'a+b'", 0x82},
    {4, "30 04 0002 C328", 0x81},
    {4, "30 03 0001 00", 0x81},
    {4, "30 03 0002't'", 0x81},
    {4, "32 05 0001't' 0000", 0x82},
    {4, "34 04 0001't' 01", 0x81},
    {5, "30 06 0001't' 03 2300", 0x81},
    {5, "30 07 0001't' 03 230000", 0x94},
    {5, "30 07 0001't' 8400 2300", 0x81},
    {5, "30 03 0001't'", 0x81},

    /* PUBACK and its like */
    {4, "40 02 0000", 0x82},
    {4, "40 01 00", 0x81},
    {4, "40 00", 0x81},
    {4, "40 03 0001 00", 0x81},
    {5, "40 02 0000", 0x82},
    {5, "40 03 0001 92", 0x82},
    {5, "40 03 0001 01", 0x82},
    {5, "50 03 0001 FF", 0x82},
    {5, "62 03 0001 10", 0x82},
    {5, "70 03 0001 87", 0x82},
    {5, "40 05 0001 00 00 00", 0x81},
    {5, "40 04 0001 00 01", 0x81},
    {4, "60 02 0001", 0x81},
    {4, "6A 02 0001", 0x81},

    /* SUBSCRIBE */
    {4, "82 02 0001", 0x82},
    {5, "82 03 0001 00", 0x82},
    {4, "82 06 0000 0001'a' 00", 0x82},
    {4, "82 06 0001 0001'a' 03", 0x81},
    {4, "82 06 0001 0001'a' 04", 0x81},
    {4, "82 06 0001 0001'a' 80", 0x81},
    {5, "82 07 0001 00 0001'a' 03", 0x82},
    {5, "82 07 0001 00 0001'a' 30", 0x82},
    {5, "82 07 0001 00 0001'a' 40", 0x81},
    {5, "82 07 0001 00 0001'a' 80", 0x81},
    {4, "82 05 0001 0000 00", 0x82},
    {4, "82 08 0001 0003'a/#' 00", 0},
    {4, "82 08 0001 0003'#/a' 00", 0x82},
    {4, "82 07 0001 0002'a+' 00", 0x82},
    {4, "82 06 0001 0001 FF 00", 0x81},
    {4, "82 05 0001 0001'a'", 0x81},
    {4, "82 0A 0001 0001'a' 00 0002'b' 00", 0x81},
    {4, "80 06 0001 0001'a' 00", 0x81},
    {5, "82 0F 0001 00 0009'$share/+/' 00", 0x82},
    {5, "82 0D 0001 00 0007'$share/' 00", 0x82},
    {5, "82 10 0001 00 000A'$share/g/a' 04", 0x82},
    {5, "82 09 0001 02 0B 00 0001'a' 00", 0x82},
    {5, "82 0B 0001 04 0B 01 0B 02 0001'a' 00", 0x82},
    {5, "82 0B 0001 04 0B 8080 01 0001'a' 00", 0},
    {5, "82 0C 0001 05 0B 80808001 0001'a' 00", 0},
    {5, "82 0C 0001 05 0B 80808080 0001'a' 00", 0x81},

    /* UNSUBSCRIBE */
    {4, "A2 02 0001", 0x82},
    {4, "A2 05 0000 0001'a'", 0x82},
    {4, "A2 04 0001 0000", 0x82},
    {4, "A2 06 0001 0002'#a'", 0x82},
    {5, "A2 0C 0001 00 0007'$share/'", 0x82},
    {4, "A2 03 0001 00", 0x81},

    /* SUBACK, UNSUBACK */
    {4, "90 02 0001", 0x82},
    {4, "90 03 0000 00", 0x82},
    {4, "90 03 0001 03", 0x82},
    {4, "90 03 0001 87", 0x82},
    {4, "90 04 0001 00 FF", 0x82},
    {5, "90 03 0001 00", 0x82},
    {5, "90 04 0001 00 03", 0x82},
    {5, "90 04 0001 00 11", 0x82},
    {5, "B0 04 0001 00 01", 0x82},
    {5, "B0 03 0001 00", 0x82},
    {4, "B0 03 0001 00", 0x81},
    {4, "B0 02 0000", 0x82},

    /* PINGREQ, PINGRESP, DISCONNECT, AUTH */
    {4, "C0 01 00", 0x81},
    {5, "D0 01 00", 0x81},
    {4, "E0 01 00", 0x81},
    {5, "E0 01 01", 0x82},
    {5, "E0 01 92", 0x82},
    {5, "E0 03 00 00 00", 0x81},
    {4, "F0 00", 0x81},
    {3, "F0 07 18 05 15 0002'me'", 0x81},
    {5, "F0 01 18", 0x81},
    {5, "F0 02 18 00", 0x82},
    {5, "F0 06 00 04 16 0001'd'", 0x82},
    {5, "F0 06 01 04 15 0001'm'", 0x82},

    /* The fixed header */
    {5, "00 00", 0x81},
    {5, "F1 00", 0x81},
};

static void test_refusals(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    size_t len;
    char *bytes = mqtt_bytes(refusals[i].text, &len);
    dm_mqtt_packet packet = {.problem = "told by the fixed header"};
    int result = mqtt_decode_bytes(refusals[i].level, dm_bytes(bytes, len), &packet);
    if (result != refusals[i].code)
      fail_msg("%s: 0x%02X instead of 0x%02X, %s", refusals[i].text, (unsigned)result,
               (unsigned)refusals[i].code, packet.problem);
    assert_int_equal(packet.problem == NULL, result == 0);
    free(bytes);
  }
}

static void test_a_bridge_says_so(void **state) {
  (void)state;
  const char *texts[] = {"10 10 0006'MQIsdp'83 02 003C 0002'c1'",
                         "10 0E 0004'MQTT'84 02 003C 0002'c1'"};
  for (uint8_t i = 0; i < 2; i++) {
    dm_mqtt_packet packet;
    char *bytes = decode(5, texts[i], &packet);
    assert_int_equal(packet.connect.bridge, 1);
    assert_int_equal(packet.connect.level, 3 + i);
    char out[32];
    size_t len;
    assert_int_equal(dm_mqtt_encode(5, &packet, out, sizeof out, &len), DM_OK);
    mqtt_assert_bytes("encoded", out, len, texts[i]);
    free(bytes);
  }
}

/* MQTT 3.1 sections 3.6, 3.8 and 3.10. */
static void test_what_mqtt_3_1_repeats(void **state) {
  (void)state;
  const char *texts[] = {"6A 02 0001", "8A 06 0001 0001'a'01", "AA 05 0001 0001'a'"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    dm_mqtt_packet packet;
    free(decode(3, texts[i], &packet));
    size_t len;
    char *bytes = mqtt_bytes(texts[i], &len);
    assert_int_equal(mqtt_decode_bytes(4, dm_bytes(bytes, len), &packet), DM_MQTT_MALFORMED_PACKET);
    free(bytes);
  }
}

/* [MQTT-1.5.5-1] is a rule of MQTT 5 alone; CONNECT itself says whether it holds. */
static void test_a_length_longer_than_it_need_be(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  free(decode(4, "C0 80 00", &packet));
  free(decode(3, "40 82 80 80 00 0001", &packet));
  free(decode(5, "10 8E 80 00 0004'MQTT'04 02 003C 0002'c1'", &packet));
  free(decode(5, "10 90 00 0006'MQIsdp'03 02 003C 0002'c1'", &packet));
  const char *refused[] = {"C0 80 00", "10 8F 00 0004'MQTT'05 02 003C 00 0002'c1'"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    size_t len;
    char *bytes = mqtt_bytes(refused[i], &len);
    assert_int_equal(mqtt_decode_bytes(5, dm_bytes(bytes, len), &packet), DM_MQTT_MALFORMED_PACKET);
    assert_non_null(packet.problem);
    free(bytes);
  }
  assert_int_equal(packet.connect.level, 5); /* in which it is answered */
}

static void test_flags_are_checked_without_reading_a_header_too(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  assert_int_equal(mqtt_decode_body(4, 0x36, dm_bytes("\0\1t\0\1", 5), &packet), 0x81);
  assert_int_equal(mqtt_decode_body(4, 0x38, dm_bytes("\0\1t", 3), &packet), 0x81);
  assert_int_equal(mqtt_decode_body(4, 0x60, dm_bytes("\0\1", 2), &packet), 0x81);
  assert_int_equal(mqtt_decode_body(4, 0x00, dm_bytes("", 0), &packet), 0x81);
}

static void test_a_refused_connect_tells_its_level(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint8_t level;
  } cases[] = {
      {"10 0D 0004'MQTT'05 03 0000 00 0000", 5}, {"10 0C 0004'MQTT'04 03 0000 0000", 4},
      {"10 0E 0006'MQIsdp'03 03 0000 0000", 3},  {"10 07 0004'MQTT'05", 5},
      {"10 0C 0004'MQTT'06 02 0000 0000", 0},    {"10 06 0004'MQTT'", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    size_t len;
    char *bytes = mqtt_bytes(cases[i].text, &len);
    dm_mqtt_packet packet;
    assert_int_not_equal(mqtt_decode_bytes(4, dm_bytes(bytes, len), &packet), 0);
    assert_int_equal(packet.connect.level, cases[i].level);
    free(bytes);
  }
}

static void test_misuse(void **state) {
  (void)state;
  dm_mqtt_packet packet;
  dm_mqtt_header header = {.type = DM_MQTT_PUBACK, .remaining_length = 2};
  dm_span body = dm_bytes("\0\1", 2);
  assert_int_equal(dm_mqtt_decode(4, &header, body, &packet), 0);
  assert_int_equal(dm_mqtt_decode(2, &header, body, &packet), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_decode(6, &header, body, &packet), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_decode(4, &header, dm_bytes("\0\1", 1), &packet),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_decode(4, &header, dm_bytes(NULL, 2), &packet),
                   DM_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_connect),
      cmocka_unit_test(test_absent_and_empty_credentials),
      cmocka_unit_test(test_the_level_given_is_not_that_of_a_connect),
      cmocka_unit_test(test_will_properties),
      cmocka_unit_test(test_connack),
      cmocka_unit_test(test_publish),
      cmocka_unit_test(test_receipts),
      cmocka_unit_test(test_subscribe),
      cmocka_unit_test(test_unsubscribe),
      cmocka_unit_test(test_suback),
      cmocka_unit_test(test_disconnect_and_auth),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_a_bridge_says_so),
      cmocka_unit_test(test_what_mqtt_3_1_repeats),
      cmocka_unit_test(test_a_length_longer_than_it_need_be),
      cmocka_unit_test(test_flags_are_checked_without_reading_a_header_too),
      cmocka_unit_test(test_a_refused_connect_tells_its_level),
      cmocka_unit_test(test_misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
