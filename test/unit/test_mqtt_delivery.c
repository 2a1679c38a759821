/* Tests of direct messages as MQTT packets.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/span.h"
#include "dm/dm.h"
#include "mqtt_bytes.h"

/* Encodes the PUBLISH of a message as a host does, with packet identifier 10 at QoS 1. */
static void assert_publishes(uint8_t level, uint8_t qos, const dm_message *message,
                             const char *text) {
  char out[256];
  size_t len;
  dm_mqtt_packet packet;
  memset(&packet, 0x5A, sizeof packet);
  dm_delivery delivery = {
      .size = sizeof delivery, .message = message, .qos = qos, .protocol_level = level};
  assert_int_equal(dm_mqtt_delivery(&delivery, &packet), DM_OK);
  assert_int_equal(packet.packet_id, 0);
  packet.packet_id = qos == 0 ? 0 : 10;
  assert_int_equal(dm_mqtt_encode(level, &packet, out, sizeof out, &len), DM_OK);
  mqtt_assert_bytes("published", out, len, text);
}

static dm_message plain_message(void) {
  return (dm_message){.size = sizeof(dm_message), .topic = SPAN("a/b"), .payload = SPAN("hi")};
}

static void test_a_plain_message(void **state) {
  (void)state;
  const dm_message message = plain_message();
  assert_publishes(5, 0, &message, "30 08 0003'a/b' 00 'hi'");
  assert_publishes(5, 1, &message, "32 0A 0003'a/b' 000A 00 'hi'");
  assert_publishes(4, 0, &message, "30 07 0003'a/b' 'hi'");
  assert_publishes(3, 1, &message, "32 09 0003'a/b' 000A 'hi'");
}

static void test_an_empty_payload(void **state) {
  (void)state;
  dm_message message = plain_message();
  message.payload = dm_text(NULL);
  assert_publishes(4, 0, &message, "30 05 0003'a/b'");
}

static void test_the_payload_format(void **state) {
  (void)state;
  dm_message message = plain_message();
  message.payload_format = DM_PAYLOAD_FORMAT_BYTES;
  assert_publishes(5, 0, &message, "30 0A 0003'a/b' 02 01 00 'hi'");
  message.payload_format = DM_PAYLOAD_FORMAT_UTF8;
  assert_publishes(5, 0, &message, "30 0A 0003'a/b' 02 01 01 'hi'");
}

static void test_all_properties(void **state) {
  (void)state;
  const dm_property pairs[] = {{SPAN("k"), SPAN("v")}, {SPAN("k"), SPAN("")}};
  dm_message message = plain_message();
  message.payload_format = DM_PAYLOAD_FORMAT_UTF8;
  message.content_type = SPAN("t");
  message.response_topic = SPAN("r");
  message.correlation_data = SPAN("c");
  message.user_properties = pairs;
  message.user_property_count = 2;
  assert_publishes(5, 1, &message,
                   "32 25 0003'a/b' 000A 1B 01 01 03 0001't' 08 0001'r' 09 0001'c'"
                   " 26 0001'k'0001'v' 26 0001'k'0000 'hi'");
  assert_publishes(4, 1, &message, "32 09 0003'a/b' 000A 'hi'");
}

/* Present and empty is not absent. */
static void test_an_empty_property(void **state) {
  (void)state;
  dm_message message = plain_message();
  message.content_type = SPAN("");
  message.correlation_data = SPAN("");
  assert_publishes(5, 0, &message, "30 0E 0003'a/b' 06 03 0000 09 0000 'hi'");
}

static void test_what_is_missing_is_refused(void **state) {
  (void)state;
  const dm_message message = plain_message();
  const dm_delivery delivery = {.size = sizeof delivery, .message = &message};
  const dm_delivery empty = {.size = sizeof empty};
  dm_mqtt_packet packet = {.type = 77};
  assert_int_equal(dm_mqtt_delivery(NULL, &packet), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_delivery(&empty, &packet), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_mqtt_delivery(&delivery, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(packet.type, 77);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_plain_message),    cmocka_unit_test(test_an_empty_payload),
      cmocka_unit_test(test_the_payload_format), cmocka_unit_test(test_all_properties),
      cmocka_unit_test(test_an_empty_property),  cmocka_unit_test(test_what_is_missing_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
