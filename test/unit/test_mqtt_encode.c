/* Tests of encoding from structs, for every level, and of what must not be sent.
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

static void assert_encodes(uint8_t level, const dm_mqtt_packet *packet, const char *text) {
  char out[256];
  size_t len;
  size_t size;
  assert_int_equal(dm_mqtt_encode(level, packet, out, sizeof out, &len), DM_OK);
  mqtt_assert_bytes("encoded", out, len, text);
  assert_int_equal(dm_mqtt_encoded_size(level, packet, &size), DM_OK);
  assert_int_equal(size, len);
}

static void assert_refused(uint8_t level, const dm_mqtt_packet *packet) {
  char out[256];
  size_t len = 4711;
  assert_int_equal(dm_mqtt_encode(level, packet, out, sizeof out, &len), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_encoded_size(level, packet, &len), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(len, 4711);
}

/* ---- One struct for every level ---- */

static void test_publish_with_properties(void **state) {
  (void)state;
  const dm_property pairs[] = {{SPAN("k"), SPAN("v")}, {SPAN("k"), SPAN("")}};
  const uint32_t identifiers[] = {7, 300};
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH, .packet_id = 10};
  packet.publish =
      (dm_mqtt_publish){.qos = 1, .retain = 1, .topic = SPAN("a/b"), .payload = SPAN("hi")};
  dm_mqtt_properties *p = &packet.properties;
  p->content_type = SPAN("t");
  p->payload_format_indicator = 1;
  p->user_properties = pairs;
  p->user_property_count = 2;
  p->subscription_identifiers = identifiers;
  p->subscription_identifier_count = 2;
  assert_encodes(5, &packet, "33 0A 0003'a/b' 000A 00 'hi'"); /* nothing is present yet */
  dm_mqtt_set(p, DM_MQTT_CONTENT_TYPE);
  dm_mqtt_set(p, DM_MQTT_PAYLOAD_FORMAT_INDICATOR);
  dm_mqtt_set(p, DM_MQTT_USER_PROPERTY);
  dm_mqtt_set(p, DM_MQTT_SUBSCRIPTION_IDENTIFIER);
  assert_encodes(5, &packet,
                 "33 22 0003'a/b' 000A 18 01 01 03 0001't' 0B 07 0B AC02"
                 " 26 0001'k'0001'v' 26 0001'k'0000 'hi'");
  assert_encodes(4, &packet, "33 09 0003'a/b' 000A 'hi'");
  assert_encodes(3, &packet, "33 09 0003'a/b' 000A 'hi'");
}

static void test_publish_of_qos_0_has_no_packet_id(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH, .packet_id = 10};
  packet.publish.topic = SPAN("t");
  assert_encodes(4, &packet, "30 03 0001't'");
}

static void test_forwarding_user_properties(void **state) {
  (void)state;
  const dm_property own = {SPAN("mine"), SPAN("1")};
  size_t len;
  char *bytes = mqtt_bytes("30 1A 0001't' 16 26 0001'a'0001'1' 03 0001'c' 26 0001'b'0001'2'"
                           " 01 01 'x'",
                           &len);
  bytes[1] = (char)(len - 2);
  bytes[5] = (char)(len - 7);
  dm_mqtt_packet received;
  assert_int_equal(mqtt_decode_bytes(5, dm_bytes(bytes, len), &received), 0);
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH};
  packet.publish.topic = SPAN("t");
  packet.properties.encoded = received.properties.encoded;
  assert_encodes(5, &packet, "30 04 0001't' 00");
  dm_mqtt_set(&packet.properties, DM_MQTT_USER_PROPERTY);
  assert_encodes(5, &packet, "30 12 0001't' 0E 26 0001'a'0001'1' 26 0001'b'0001'2'");
  packet.properties.user_properties = &own;
  packet.properties.user_property_count = 1;
  assert_encodes(5, &packet,
                 "30 1C 0001't' 18 26 0001'a'0001'1' 26 0001'b'0001'2' 26 0004'mine'0001'1'");
  packet.properties.encoded = dm_text("\x26\x01");
  assert_refused(5, &packet);
  assert_encodes(4, &packet, "30 03 0001't'");
  packet.properties.encoded = dm_bytes(NULL, 3);
  assert_refused(5, &packet);
  free(bytes);
}

static void test_connect(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_CONNECT};
  packet.connect.level = 5;
  packet.connect.clean_start = 1;
  packet.connect.keep_alive = 60;
  packet.connect.client_id = SPAN("c1");
  packet.connect.password = SPAN("p");
  packet.connect.has_will = 1;
  packet.connect.will = (dm_mqtt_will){.qos = 2, .retain = 1, .topic = SPAN("w")};
  packet.connect.will.properties.will_delay_interval = 9;
  dm_mqtt_set(&packet.connect.will.properties, DM_MQTT_WILL_DELAY_INTERVAL);
  packet.properties.receive_maximum = 20;
  dm_mqtt_set(&packet.properties, DM_MQTT_RECEIVE_MAXIMUM);
  const char *five = "10 20 0004'MQTT'05 76 003C 03 210014 0002'c1' 05 1800000009 0001'w' 0000"
                     " 0001'p'";
  assert_encodes(5, &packet, five);
  assert_encodes(0, &packet, five); /* CONNECT's own level counts */
  packet.connect.level = 4;
  assert_refused(4, &packet); /* a password alone */
  packet.connect.user_name = SPAN("");
  assert_encodes(4, &packet, "10 18 0004'MQTT'04 F6 003C 0002'c1' 0001'w' 0000 0000 0001'p'");
  packet.connect.level = 3;
  packet.connect.has_will = 0;
  assert_encodes(4, &packet, "10 15 0006'MQIsdp'03 C2 003C 0002'c1' 0000 0001'p'");
  packet.connect.level = 6;
  assert_refused(5, &packet);
}

static void test_connack(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_CONNACK, .reason_code = DM_MQTT_BANNED};
  dm_mqtt_set(&packet.properties, DM_MQTT_MAXIMUM_QOS);
  assert_encodes(5, &packet, "20 05 00 8A 02 24 00");
  assert_encodes(4, &packet, "20 02 00 05");
  packet.reason_code = DM_MQTT_PROTOCOL_ERROR;
  assert_encodes(5, &packet, "20 05 00 82 02 24 00");
  assert_refused(4, &packet);
  packet.reason_code = 5;
  assert_refused(5, &packet);
  assert_encodes(4, &packet, "20 02 00 05");
  packet.reason_code = 6;
  assert_refused(4, &packet);
  packet.reason_code = 0;
  packet.connack.session_present = 1;
  assert_encodes(4, &packet, "20 02 01 00");
}

static void test_receipts(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBREL, .packet_id = 1, .reason_code = 0x92};
  assert_encodes(5, &packet, "62 03 0001 92");
  assert_encodes(4, &packet, "62 02 0001");
  packet.properties.reason_string = SPAN("no");
  dm_mqtt_set(&packet.properties, DM_MQTT_REASON_STRING);
  assert_encodes(5, &packet, "62 09 0001 92 05 1F 0002'no'");
  packet.packet_id = 0;
  assert_refused(5, &packet);
  assert_refused(4, &packet);
}

static void test_subscribe(void **state) {
  (void)state;
  const dm_mqtt_subscription subscriptions[] = {
      {.topic_filter = SPAN("a/b"), .qos = 1, .no_local = 1, .retain_handling = 2},
      {.topic_filter = SPAN("#"), .qos = 2, .retain_as_published = 1},
  };
  const uint32_t identifier = 128;
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = 2};
  packet.subscribe.subscriptions = subscriptions;
  packet.subscribe.count = 2;
  packet.properties.subscription_identifiers = &identifier;
  packet.properties.subscription_identifier_count = 1;
  dm_mqtt_set(&packet.properties, DM_MQTT_SUBSCRIPTION_IDENTIFIER);
  assert_encodes(5, &packet, "82 10 0002 03 0B8001 0003'a/b' 25 0001'#' 0A");
  assert_encodes(4, &packet, "82 0C 0002 0003'a/b' 01 0001'#' 02");
  packet.subscribe.count = 0;
  assert_refused(5, &packet);
}

static void test_a_list_in_wire_form(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = 2};
  packet.subscribe.encoded = dm_bytes("\0\1a\x2D\0\1b\x02", 8);
  assert_encodes(5, &packet, "82 0B 0002 00 0001'a' 2D 0001'b' 02");
  assert_encodes(4, &packet, "82 0A 0002 0001'a' 01 0001'b' 02");
  packet.subscribe.encoded = dm_bytes("\0\1a\x2D\0\1b", 7);
  assert_refused(5, &packet);
  packet.subscribe.encoded = dm_bytes("\0\1a\x81", 4);
  assert_refused(4, &packet);
  packet.subscribe.encoded = dm_bytes(NULL, 4);
  assert_refused(4, &packet);
}

static void test_unsubscribe(void **state) {
  (void)state;
  const dm_span filters[] = {SPAN("a/b"), SPAN("+")};
  dm_mqtt_packet packet = {.type = DM_MQTT_UNSUBSCRIBE, .packet_id = 2};
  packet.unsubscribe.topic_filters = filters;
  packet.unsubscribe.count = 2;
  assert_encodes(5, &packet, "A2 0B 0002 00 0003'a/b' 0001'+'");
  assert_encodes(4, &packet, "A2 0A 0002 0003'a/b' 0001'+'");
  packet.unsubscribe.topic_filters = NULL;
  assert_refused(4, &packet);
  packet.unsubscribe.encoded = dm_bytes("\0\1a", 3);
  assert_encodes(4, &packet, "A2 05 0002 0001'a'");
  packet.unsubscribe.encoded = dm_bytes("\0\2a", 3);
  assert_refused(4, &packet);
  packet.unsubscribe.encoded = dm_bytes(NULL, 3);
  assert_refused(4, &packet);
}

static void test_subacks(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBACK, .packet_id = 2};
  packet.suback.reason_codes = SPAN("\x01\x87\x02\x80");
  assert_encodes(5, &packet, "90 07 0002 00 01 87 02 80");
  assert_encodes(4, &packet, "90 06 0002 01 80 02 80");
  packet.suback.reason_codes = SPAN("\x11");
  assert_refused(5, &packet);
  packet.type = DM_MQTT_UNSUBACK;
  assert_encodes(5, &packet, "B0 04 0002 00 11");
  assert_encodes(4, &packet, "B0 02 0002");
  packet.suback.reason_codes = dm_bytes(NULL, 1);
  assert_refused(5, &packet);
}

static void test_disconnect_and_auth(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = DM_MQTT_DISCONNECT, .reason_code = 0x98};
  assert_encodes(5, &packet, "E0 01 98");
  assert_encodes(4, &packet, "E0 00");
  packet.type = DM_MQTT_AUTH;
  packet.reason_code = 0x18;
  assert_refused(5, &packet);
  packet.properties.authentication_method = SPAN("m");
  dm_mqtt_set(&packet.properties, DM_MQTT_AUTHENTICATION_METHOD);
  assert_encodes(5, &packet, "F0 06 18 04 15 0001'm'");
  assert_refused(4, &packet);
}

/* ---- What must not be sent ---- */

static void test_types_and_levels(void **state) {
  (void)state;
  dm_mqtt_packet packet = {.type = 0};
  assert_refused(5, &packet);
  packet.type = 16;
  assert_refused(5, &packet);
  packet.type = DM_MQTT_PINGREQ;
  assert_encodes(3, &packet, "C0 00");
  assert_refused(2, &packet);
  assert_refused(6, &packet);
}

static dm_mqtt_packet publish(const char *topic) {
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH, .packet_id = 1};
  packet.publish.topic = dm_text(topic);
  return packet;
}

static void test_bad_publishes(void **state) {
  (void)state;
  dm_mqtt_packet packet = publish("a/+");
  assert_refused(5, &packet);
  packet = publish("");
  assert_refused(5, &packet);
  packet.properties.topic_alias = 3;
  dm_mqtt_set(&packet.properties, DM_MQTT_TOPIC_ALIAS);
  assert_encodes(5, &packet, "30 06 0000 03 230003");
  assert_refused(4, &packet); /* there are no aliases */
  packet.properties.topic_alias = 0;
  assert_refused(5, &packet);
  packet = publish("t");
  packet.publish.qos = 3;
  assert_refused(5, &packet);
  packet.publish.qos = 1;
  packet.packet_id = 0;
  assert_refused(5, &packet);
  packet = publish("t");
  packet.publish.dup = 1;
  assert_refused(5, &packet);
  packet.publish.qos = 1;
  packet.publish.dup = 2;
  assert_refused(5, &packet);
  packet = publish("t");
  packet.publish.payload = dm_bytes(NULL, 1);
  char out[16];
  size_t len;
  assert_int_equal(dm_mqtt_encode(5, &packet, out, sizeof out, &len), DM_ERROR_INVALID_ARGUMENT);
}

static void test_bad_properties(void **state) {
  (void)state;
  dm_mqtt_packet packet = publish("t");
  dm_mqtt_set(&packet.properties, DM_MQTT_SERVER_KEEP_ALIVE); /* not in a PUBLISH */
  assert_refused(5, &packet);
  packet.properties.present = UINT64_C(1) << 63; /* there is no such property */
  assert_refused(5, &packet);
  packet.properties.present = 1;
  assert_refused(5, &packet);
  packet.properties.present = UINT64_C(1) << DM_MQTT_PAYLOAD_FORMAT_INDICATOR;
  packet.properties.payload_format_indicator = 2;
  assert_refused(5, &packet);
  const dm_property pair = {SPAN("\xFF"), SPAN("")};
  packet.properties.present = UINT64_C(1) << DM_MQTT_USER_PROPERTY;
  packet.properties.user_properties = &pair;
  packet.properties.user_property_count = 1;
  assert_refused(5, &packet);
  const uint32_t identifiers[] = {1, 0, 268435456};
  packet.properties.present = UINT64_C(1) << DM_MQTT_SUBSCRIPTION_IDENTIFIER;
  packet.properties.subscription_identifiers = identifiers;
  packet.properties.subscription_identifier_count = 2;
  assert_refused(5, &packet);
  packet.properties.subscription_identifiers = identifiers + 2;
  packet.properties.subscription_identifier_count = 1;
  assert_refused(5, &packet);
}

static void test_bad_connects(void **state) {
  (void)state;
  dm_mqtt_packet good = {.type = DM_MQTT_CONNECT};
  good.connect.level = 5;
  good.connect.has_will = 1;
  good.connect.will.topic = SPAN("w");
  assert_encodes(5, &good, "10 13 0004'MQTT'05 04 0000 00 0000 00 0001'w' 0000");
  dm_mqtt_packet packet = good;
  packet.connect.clean_start = 2;
  assert_refused(5, &packet);
  packet = good;
  packet.connect.has_will = 2;
  assert_refused(5, &packet);
  packet = good;
  packet.connect.will.qos = 3;
  assert_refused(5, &packet);
  packet = good;
  packet.connect.will.retain = 2;
  assert_refused(5, &packet);
  packet = good;
  packet.connect.will.topic = SPAN("#");
  assert_refused(5, &packet);
  packet = good;
  packet.connect.client_id = SPAN("\xFF");
  assert_refused(5, &packet);
  packet = good;
  packet.connect.client_id = dm_bytes(NULL, 1);
  assert_refused(5, &packet);
  packet = good;
  packet.connect.will.properties.encoded = SPAN("\x26");
  assert_refused(5, &packet);
}

static void test_bad_subscriptions(void **state) {
  (void)state;
  dm_mqtt_subscription entry = {.topic_filter = SPAN("a")};
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = 1};
  packet.subscribe.subscriptions = &entry;
  packet.subscribe.count = 1;
  assert_encodes(5, &packet, "82 07 0001 00 0001'a' 00");
  entry.qos = 3;
  assert_refused(5, &packet);
  assert_refused(4, &packet);
  entry = (dm_mqtt_subscription){.topic_filter = SPAN("a"), .no_local = 2};
  assert_refused(5, &packet);
  entry = (dm_mqtt_subscription){.topic_filter = SPAN("a"), .retain_as_published = 2};
  assert_refused(5, &packet);
  entry = (dm_mqtt_subscription){.topic_filter = SPAN("a"), .retain_handling = 3};
  assert_refused(5, &packet);
  entry = (dm_mqtt_subscription){.topic_filter = SPAN("#a")};
  assert_refused(5, &packet);
}

/* ---- Sizes ---- */

static void test_long_strings(void **state) {
  (void)state;
  char *longest = malloc(65536);
  char *out = malloc(70000);
  assert_non_null(longest);
  assert_non_null(out);
  memset(longest, 'a', 65536);
  dm_mqtt_packet packet = publish("");
  packet.publish.topic = dm_bytes(longest, 65535);
  size_t len;
  assert_int_equal(dm_mqtt_encode(4, &packet, out, 70000, &len), DM_OK);
  assert_int_equal(len, 4 + 2 + 65535);
  assert_memory_equal(out, "\x30\x81\x80\x04\xFF\xFF", 6);
  packet.publish.topic.len = 65536;
  assert_refused(4, &packet);
  packet = publish("t");
  packet.properties.correlation_data = dm_bytes(longest, 65536);
  dm_mqtt_set(&packet.properties, DM_MQTT_CORRELATION_DATA);
  assert_refused(5, &packet);
  free(out);
  free(longest);
}

/* The bytes of the payload are not read, so that they need not exist. */
static void test_the_largest_packet(void **state) {
  (void)state;
  dm_mqtt_packet packet = publish("t");
  packet.publish.payload.len = DM_MQTT_REMAINING_LENGTH_MAX - 3;
  char out[16];
  size_t len;
  assert_int_equal(dm_mqtt_encoded_size(4, &packet, &len), DM_OK);
  assert_int_equal(len, DM_MQTT_REMAINING_LENGTH_MAX + DM_MQTT_HEADER_LENGTH_MAX);
  assert_int_equal(dm_mqtt_encode_publish_head(4, &packet, out, sizeof out, &len), DM_OK);
  mqtt_assert_bytes("head", out, len, "30 FFFFFF7F 0001't'");
  packet.publish.payload.len++;
  assert_refused(4, &packet);
  assert_int_equal(dm_mqtt_encode_publish_head(4, &packet, out, sizeof out, &len),
                   DM_ERROR_INVALID_ARGUMENT);
  packet.publish.payload.len = SIZE_MAX;
  assert_refused(4, &packet);
}

static void test_lists_above_the_largest_packet(void **state) {
  (void)state;
  enum {
    COUNT = 4200
  };
  char *text = malloc(65535);
  dm_property *pairs = malloc(COUNT * sizeof *pairs);
  assert_non_null(text);
  assert_non_null(pairs);
  memset(text, 'a', 65535);
  for (size_t i = 0; i < COUNT; i++)
    pairs[i] = (dm_property){dm_bytes(text, 65535), SPAN("")};
  dm_mqtt_packet packet = publish("t");
  packet.properties.user_properties = pairs;
  packet.properties.user_property_count = COUNT;
  dm_mqtt_set(&packet.properties, DM_MQTT_USER_PROPERTY);
  assert_refused(5, &packet);
  size_t len;
  packet.properties.user_property_count = 10;
  assert_int_equal(dm_mqtt_encoded_size(5, &packet, &len), DM_OK);
  assert_int_equal(len, 4 + 3 + 3 + 10 * (5 + 65535));
  free(pairs);
  dm_span *filters = malloc(COUNT * sizeof *filters);
  assert_non_null(filters);
  for (size_t i = 0; i < COUNT; i++)
    filters[i] = dm_bytes(text, 65535);
  packet = (dm_mqtt_packet){.type = DM_MQTT_UNSUBSCRIBE, .packet_id = 1};
  packet.unsubscribe.topic_filters = filters;
  packet.unsubscribe.count = COUNT;
  assert_refused(4, &packet);
  free(filters);
  free(text);
}

static void test_publish_head(void **state) {
  (void)state;
  dm_mqtt_packet packet = publish("a/b");
  packet.publish.qos = 1;
  packet.publish.payload = SPAN("hello");
  char out[16];
  char head[16];
  size_t len;
  size_t head_len;
  assert_int_equal(dm_mqtt_encode(5, &packet, out, sizeof out, &len), DM_OK);
  assert_int_equal(dm_mqtt_encode_publish_head(5, &packet, head, 10, &head_len), DM_OK);
  assert_int_equal(head_len + 5, len);
  assert_memory_equal(head, out, head_len);
  assert_int_equal(dm_mqtt_encode_publish_head(5, &packet, head, 9, &head_len),
                   DM_ERROR_BUFFER_TOO_SMALL);
  assert_int_equal(head_len, 10);
  packet.type = DM_MQTT_PUBACK;
  assert_int_equal(dm_mqtt_encode_publish_head(5, &packet, head, sizeof head, &head_len),
                   DM_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_publish_with_properties),
      cmocka_unit_test(test_publish_of_qos_0_has_no_packet_id),
      cmocka_unit_test(test_forwarding_user_properties),
      cmocka_unit_test(test_connect),
      cmocka_unit_test(test_connack),
      cmocka_unit_test(test_receipts),
      cmocka_unit_test(test_subscribe),
      cmocka_unit_test(test_a_list_in_wire_form),
      cmocka_unit_test(test_unsubscribe),
      cmocka_unit_test(test_subacks),
      cmocka_unit_test(test_disconnect_and_auth),
      cmocka_unit_test(test_types_and_levels),
      cmocka_unit_test(test_bad_publishes),
      cmocka_unit_test(test_bad_properties),
      cmocka_unit_test(test_bad_connects),
      cmocka_unit_test(test_bad_subscriptions),
      cmocka_unit_test(test_long_strings),
      cmocka_unit_test(test_the_largest_packet),
      cmocka_unit_test(test_lists_above_the_largest_packet),
      cmocka_unit_test(test_publish_head),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
