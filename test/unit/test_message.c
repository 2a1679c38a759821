/* Tests of what a well-formed message is, and of the size of its packet.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "core/message.h"
#include "dm/mqtt.h"

static char letters[70000]; /* all 'x' */

static const dm_limits limits = {
    .max_payload = 1000,
    .max_content_type = 256,
    .max_correlation_data = 8192,
    .max_user_properties = 8192,
    .max_timeout = 15 * DM_SECOND,
};

static dm_message good(void) {
  return (dm_message){
      .size = sizeof(dm_message),
      .client_id = SPAN("boiler"),
      .topic = SPAN("a/b"),
      .payload = SPAN("hello"),
      .mode = DM_MODE_ACKNOWLEDGED,
  };
}

static int check(const dm_message *message) {
  return dmi_message_check(&limits, message);
}

static bool sound(const dm_message *message) {
  dm_message room;
  return dmi_message_read(message, &room) != NULL;
}

/* A copy that ends where its memory ends: AddressSanitizer sees every byte read beyond. */
static dm_span exact(const char *text, size_t len) {
  char *copy = malloc(len == 0 ? 1 : len);
  assert_non_null(copy);
  memcpy(copy, text, len);
  return (dm_span){copy, len};
}

static void exact_free(dm_span span) {
  free((char *)span.ptr);
}

static void test_a_good_message_is_fine(void **state) {
  (void)state;
  dm_message message = good();
  assert_true(sound(&message));
  assert_int_equal(check(&message), DM_OK);
}

/* ---- Client ID ---------------------------------------------------------- */

static int check_client_id(const char *text, size_t len) {
  dm_message message = good();
  message.client_id = exact(text, len);
  assert_int_equal(dmi_client_id_valid(message.client_id), check(&message) == DM_OK);
  int outcome = check(&message);
  exact_free(message.client_id);
  return outcome;
}

static void test_client_ids_of_1_to_128_bytes(void **state) {
  (void)state;
  assert_int_equal(check_client_id("", 0), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("x", 1), DM_OK);
  assert_int_equal(check_client_id(letters, 128), DM_OK);
  assert_int_equal(check_client_id(letters, 129), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id(letters, 128 + 65536), DM_MALFORMED_CLIENTID);
  dm_message message = good();
  message.client_id = (dm_span){NULL, 0};
  assert_int_equal(check(&message), DM_MALFORMED_CLIENTID);
}

static void test_client_ids_may_hold_almost_anything(void **state) {
  (void)state;
  assert_int_equal(check_client_id("a/b c+d#e", 9), DM_OK);
  assert_int_equal(check_client_id("k\xC3\xBC", 3), DM_OK);
  assert_int_equal(check_client_id("a$", 2), DM_OK);
  assert_int_equal(check_client_id("*?", 2), DM_OK);
}

static void test_client_ids_that_are_malformed(void **state) {
  (void)state;
  assert_int_equal(check_client_id("$a", 2), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("$", 1), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("a\0b", 3), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("a\xC3", 2), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("\xFF", 1), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("\xC0\x80", 2), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id("\xED\xA0\x80", 3), DM_MALFORMED_CLIENTID);
}

/* The limit counts bytes, not characters. */
static void test_128_bytes_may_end_inside_a_character(void **state) {
  (void)state;
  char id[129];
  memset(id, 'x', sizeof id);
  memcpy(id + 126, "\xC3\xBC", 2);
  assert_int_equal(check_client_id(id, 128), DM_OK);
  memcpy(id + 127, "\xC3\xBC", 2);
  assert_int_equal(check_client_id(id, 128), DM_MALFORMED_CLIENTID);
  assert_int_equal(check_client_id(id, 129), DM_MALFORMED_CLIENTID);
}

/* ---- Topics ------------------------------------------------------------- */

static int check_topic(const char *text, size_t len) {
  dm_message message = good();
  message.topic = exact(text, len);
  int outcome = check(&message);
  dm_message other = good();
  other.response_topic = message.topic;
  int response = check(&other); /* keeps the same rules */
  assert_int_equal(response, outcome == DM_OK ? DM_OK : DM_INVALID_RESPONSE_TOPIC);
  exact_free(message.topic);
  return outcome;
}

static void test_topics_of_1_to_256_bytes(void **state) {
  (void)state;
  assert_int_equal(check_topic("", 0), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("x", 1), DM_OK);
  assert_int_equal(check_topic(letters, 256), DM_OK);
  assert_int_equal(check_topic(letters, 257), DM_INVALID_TOPIC);
  dm_message message = good();
  message.topic = (dm_span){NULL, 0};
  assert_int_equal(check(&message), DM_INVALID_TOPIC);
}

static void test_topics_of_at_most_7_slashes(void **state) {
  (void)state;
  assert_int_equal(check_topic("a/b/c/d/e/f/g/h", 15), DM_OK);
  assert_int_equal(check_topic("a/b/c/d/e/f/g/h/i", 17), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("///////", 7), DM_OK);
  assert_int_equal(check_topic("////////", 8), DM_INVALID_TOPIC);
}

static void test_topics_that_are_invalid(void **state) {
  (void)state;
  assert_int_equal(check_topic("$aws/things", 11), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("a/$b", 4), DM_OK);
  assert_int_equal(check_topic("a/+/b", 5), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("a+", 2), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("a/#", 3), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("#", 1), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("a\0b", 3), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("a\x80", 2), DM_INVALID_TOPIC);
  assert_int_equal(check_topic("k\xC3\xBC/*?", 6), DM_OK);
}

static void test_a_response_topic_may_be_absent_but_not_empty(void **state) {
  (void)state;
  dm_message message = good();
  message.response_topic = (dm_span){NULL, 0};
  assert_int_equal(check(&message), DM_OK);
  message.response_topic = SPAN("");
  assert_int_equal(check(&message), DM_INVALID_RESPONSE_TOPIC);
}

/* ---- Confirmation and timeout ------------------------------------------- */

static void test_the_modes_that_this_version_knows(void **state) {
  (void)state;
  dm_message message = good();
  message.mode = DM_MODE_SENT;
  assert_int_equal(check(&message), DM_OK);
  message.mode = DM_MODE_RESPONDED;
  assert_int_equal(check(&message), DM_INVALID_CONFIRMATION_PARAMETER);
  message.mode = 3;
  assert_int_equal(check(&message), DM_INVALID_CONFIRMATION_PARAMETER);
  message.mode = -1;
  assert_int_equal(check(&message), DM_INVALID_CONFIRMATION_PARAMETER);
}

static void test_timeouts_up_to_the_maximum(void **state) {
  (void)state;
  dm_message message = good();
  message.timeout = 1;
  assert_int_equal(check(&message), DM_OK);
  message.timeout = 15 * DM_SECOND;
  assert_int_equal(check(&message), DM_OK);
  message.timeout = 15 * DM_SECOND + 1;
  assert_int_equal(check(&message), DM_INVALID_TIMEOUT_PARAMETER);
  message.timeout = DM_NEVER;
  assert_int_equal(check(&message), DM_INVALID_TIMEOUT_PARAMETER);
}

static void test_an_unconfirmed_message_has_no_timeout_to_check(void **state) {
  (void)state;
  dm_message message = good();
  message.mode = DM_MODE_SENT;
  message.timeout = DM_NEVER;
  assert_int_equal(check(&message), DM_OK);
}

/* ---- MQTT 5 properties -------------------------------------------------- */

static void test_content_types(void **state) {
  (void)state;
  dm_message message = good();
  message.content_type = SPAN("");
  assert_int_equal(check(&message), DM_OK);
  message.content_type = dm_bytes(letters, 256);
  assert_int_equal(check(&message), DM_OK);
  message.content_type = dm_bytes(letters, 257);
  assert_int_equal(check(&message), DM_INVALID_CONTENT_TYPE);
  message.content_type = SPAN("a\0");
  assert_int_equal(check(&message), DM_INVALID_CONTENT_TYPE);
  message.content_type = SPAN("a\xFF");
  assert_int_equal(check(&message), DM_INVALID_CONTENT_TYPE);
}

/* A lifted limit does not lift the protocol's: a string's length has two bytes. */
static void test_no_limit_lifts_that_of_mqtt(void **state) {
  (void)state;
  dm_limits lifted = limits;
  lifted.max_content_type = lifted.max_user_properties = DM_UNLIMITED;
  dm_message message = good();
  message.content_type = dm_bytes(letters, 65535);
  assert_int_equal(dmi_message_check(&lifted, &message), DM_OK);
  message.content_type = dm_bytes(letters, 65536);
  assert_int_equal(dmi_message_check(&lifted, &message), DM_INVALID_CONTENT_TYPE);

  dm_property property = {dm_bytes(letters, 65535), dm_bytes(letters, 65535)};
  message = good();
  message.user_properties = &property;
  message.user_property_count = 1;
  assert_int_equal(dmi_message_check(&lifted, &message), DM_OK);
  property.key.len++;
  assert_int_equal(dmi_message_check(&lifted, &message), DM_INVALID_USER_PROPERTIES);
  property.key.len--;
  property.value.len++;
  assert_int_equal(dmi_message_check(&lifted, &message), DM_INVALID_USER_PROPERTIES);
}

static void test_correlation_data_is_any_bytes(void **state) {
  (void)state;
  dm_message message = good();
  message.correlation_data = SPAN("\0\xFF");
  assert_int_equal(check(&message), DM_OK);
  message.correlation_data = dm_bytes(letters, 8192);
  assert_int_equal(check(&message), DM_OK);
  message.correlation_data = dm_bytes(letters, 8193);
  assert_int_equal(check(&message), DM_INVALID_CORRELATION_DATA);
}

static int check_properties_of(const dm_property *properties, size_t count) {
  dm_message message = good();
  message.user_properties = properties;
  message.user_property_count = count;
  return check(&message);
}

static void test_user_properties_are_counted_together(void **state) {
  (void)state;
  dm_property properties[3] = {{dm_bytes(letters, 4000), dm_bytes(letters, 96)},
                               {SPAN("k"), dm_bytes(letters, 4000)},
                               {SPAN(""), dm_bytes(letters, 95)}};
  assert_int_equal(check_properties_of(properties, 3), DM_OK); /* 8192 */
  properties[2].key = SPAN("y");
  assert_int_equal(check_properties_of(properties, 3), DM_INVALID_USER_PROPERTIES);
  assert_int_equal(check_properties_of(properties, 2), DM_OK);
}

static void test_user_properties_are_utf8_without_nul(void **state) {
  (void)state;
  const dm_property bad[] = {{SPAN("a\0"), SPAN("")},
                             {SPAN(""), SPAN("\0")},
                             {SPAN("\x80"), SPAN("")},
                             {SPAN("a"), SPAN("\xE2\x82")}};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(check_properties_of(&bad[i], 1), DM_INVALID_USER_PROPERTIES);
  const dm_property empty = {{NULL, 0}, {NULL, 0}};
  assert_int_equal(check_properties_of(&empty, 1), DM_OK);
}

/* libmosquitto, for one, closes its connection at them (MQTT 5 section 1.5.4). */
static void test_texts_that_throw_devices_off(void **state) {
  (void)state;
  const dm_span bad[] = {
      SPAN("a\x01"),    SPAN("\x1F"),         SPAN("a\x7F"),        SPAN("\xC2\x80"),
      SPAN("\xC2\x9F"), SPAN("\xEF\xB7\x90"), SPAN("\xEF\xBF\xBE"), SPAN("\xF4\x8F\xBF\xBF")};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    dm_message message = good();
    message.topic = bad[i];
    assert_int_equal(check(&message), DM_INVALID_TOPIC);
    message = good();
    message.response_topic = bad[i];
    assert_int_equal(check(&message), DM_INVALID_RESPONSE_TOPIC);
    message = good();
    message.content_type = bad[i];
    assert_int_equal(check(&message), DM_INVALID_CONTENT_TYPE);
    const dm_property properties[] = {{bad[i], SPAN("")}, {SPAN("k"), bad[i]}};
    assert_int_equal(check_properties_of(&properties[0], 1), DM_INVALID_USER_PROPERTIES);
    assert_int_equal(check_properties_of(&properties[1], 1), DM_INVALID_USER_PROPERTIES);
  }
}

/* Lengths whose sum is more than a size_t holds. */
static void test_user_properties_cannot_overflow_the_count(void **state) {
  (void)state;
  const dm_property huge = {{letters, SIZE_MAX - 4}, {letters, 10}};
  assert_int_equal(check_properties_of(&huge, 1), DM_INVALID_USER_PROPERTIES);
  const dm_property pair[] = {{{letters, 1}, {letters, 1}}, {{letters, SIZE_MAX}, {letters, 0}}};
  assert_int_equal(check_properties_of(pair, 2), DM_INVALID_USER_PROPERTIES);
}

static void test_payload_formats(void **state) {
  (void)state;
  dm_message message = good();
  for (int format = -1; format <= 3; format++) {
    message.payload_format = format;
    bool known = format >= DM_PAYLOAD_FORMAT_ABSENT && format <= DM_PAYLOAD_FORMAT_UTF8;
    assert_int_equal(check(&message), known ? DM_OK : DM_INVALID_PAYLOAD_FORMAT);
  }
}

static void test_a_payload_keeps_the_promise_of_utf8(void **state) {
  (void)state;
  dm_message message = good();
  message.payload = SPAN("\xFF");
  assert_int_equal(check(&message), DM_OK);
  message.payload_format = DM_PAYLOAD_FORMAT_BYTES;
  assert_int_equal(check(&message), DM_OK);
  message.payload_format = DM_PAYLOAD_FORMAT_UTF8;
  assert_int_equal(check(&message), DM_INVALID_PAYLOAD_FORMAT);
  message.payload = SPAN("k\xC3\xBC\0");
  assert_int_equal(check(&message), DM_OK);
  message.payload = (dm_span){NULL, 0};
  assert_int_equal(check(&message), DM_OK);
}

/* Its size is checked later, and it is not worth being read. */
static void test_a_payload_that_is_too_large_is_not_read(void **state) {
  (void)state;
  char bytes[1000];
  memset(bytes, '\xFF', sizeof bytes);
  dm_message message = good();
  message.payload_format = DM_PAYLOAD_FORMAT_UTF8;
  message.payload = dm_bytes(bytes, sizeof bytes);
  assert_int_equal(check(&message), DM_INVALID_PAYLOAD_FORMAT);
  message.payload = (dm_span){(const char *)1, 1001};
  assert_int_equal(check(&message), DM_OK);
}

/* ---- The contract of the API -------------------------------------------- */

static void test_a_length_needs_a_pointer(void **state) {
  (void)state;
  dm_message message;
  dm_span *const fields[] = {&message.client_id,      &message.topic,
                             &message.payload,        &message.content_type,
                             &message.response_topic, &message.correlation_data};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    message = good();
    *fields[i] = (dm_span){NULL, 0};
    assert_true(sound(&message));
    *fields[i] = (dm_span){NULL, 1};
    assert_false(sound(&message));
  }
}

static void test_user_properties_need_their_pointers(void **state) {
  (void)state;
  dm_message message = good();
  message.user_property_count = 1;
  assert_false(sound(&message));
  dm_property property = {SPAN("a"), SPAN("b")};
  message.user_properties = &property;
  assert_true(sound(&message));
  property.key = (dm_span){NULL, 1};
  assert_false(sound(&message));
  property = (dm_property){SPAN("a"), {NULL, 1}};
  assert_false(sound(&message));
  message.user_property_count = 0;
  assert_true(sound(&message));
}

static void test_no_message_is_not_sound(void **state) {
  (void)state;
  assert_false(sound(NULL));
}

/* ---- Packet size -------------------------------------------------------- */

static uint32_t random_word;

static size_t below(size_t limit) {
  random_word = random_word * 1664525u + 1013904223u;
  return (random_word >> 8) % limit;
}

/* Sizes near those where a length field grows are the ones that go wrong. */
static dm_span random_text(size_t limit) {
  static const size_t edges[] = {0, 1, 110, 127, 128, 16365, 16383, 16384};
  size_t len = below(3) == 0 ? edges[below(8)] + below(4) : below(limit);
  return dm_bytes(letters, len > limit ? limit : len);
}

static dm_span random_optional(size_t limit) {
  return below(2) == 0 ? (dm_span){NULL, 0} : random_text(limit);
}

static dm_message random_message(dm_property properties[4]) {
  dm_message message = good();
  message.topic = dm_bytes(letters, 1 + below(256));
  message.payload = random_text(20000);
  message.mode = (int)below(2);
  message.content_type = random_optional(256);
  if (below(2) == 0)
    message.response_topic = dm_bytes(letters, 1 + below(256));
  message.correlation_data = random_optional(17000);
  message.user_properties = properties;
  message.user_property_count = below(5);
  for (size_t i = 0; i < message.user_property_count; i++)
    properties[i] = (dm_property){random_text(300), random_text(300)};
  message.payload_format = (int)below(3);
  return message;
}

static void set_optional(dm_mqtt_properties *properties, unsigned identifier, dm_span *field,
                         dm_span value) {
  if (!dmi_span_present(value))
    return;
  dm_mqtt_set(properties, identifier);
  *field = value;
}

/* The packet that a host writes for it. */
static dm_mqtt_packet packet_of(const dm_message *message) {
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH};
  dm_mqtt_properties *properties = &packet.properties;
  packet.packet_id = message->mode ? 7 : 0;
  packet.publish.qos = (uint8_t)message->mode;
  packet.publish.topic = message->topic;
  packet.publish.payload = message->payload;
  set_optional(properties, DM_MQTT_CONTENT_TYPE, &properties->content_type, message->content_type);
  set_optional(properties, DM_MQTT_RESPONSE_TOPIC, &properties->response_topic,
               message->response_topic);
  set_optional(properties, DM_MQTT_CORRELATION_DATA, &properties->correlation_data,
               message->correlation_data);
  if (message->payload_format != DM_PAYLOAD_FORMAT_ABSENT)
    dm_mqtt_set(properties, DM_MQTT_PAYLOAD_FORMAT_INDICATOR);
  properties->payload_format_indicator = message->payload_format == DM_PAYLOAD_FORMAT_UTF8;
  if (message->user_property_count > 0)
    dm_mqtt_set(properties, DM_MQTT_USER_PROPERTY);
  properties->user_properties = message->user_properties;
  properties->user_property_count = message->user_property_count;
  return packet;
}

static void test_the_packet_size_is_that_of_the_encoded_packet(void **state) {
  (void)state;
  static char out[70000];
  random_word = 1;
  for (int i = 0; i < 20000; i++) {
    dm_property properties[4];
    dm_message message = random_message(properties);
    dm_mqtt_packet packet = packet_of(&message);
    for (uint8_t level = 3; level <= 5; level++) {
      size_t len = 0;
      assert_int_equal(dm_mqtt_encode(level, &packet, out, sizeof out, &len), DM_OK);
      assert_int_equal(dmi_message_packet_size(&message, level), len);
    }
  }
}

static void test_the_packet_size_where_the_length_grows(void **state) {
  (void)state;
  static const uint64_t remaining[] = {127, 128, 16383, 16384, 2097151, 2097152, 268435455};
  static const uint64_t header[] = {2, 3, 3, 4, 4, 5, 5};
  dm_message message = good();
  message.topic = SPAN("t");
  message.mode = DM_MODE_SENT;
  for (size_t i = 0; i < 7; i++) {
    message.payload = (dm_span){letters, remaining[i] - 3};
    assert_int_equal(dmi_message_packet_size(&message, 4), remaining[i] + header[i]);
    message.payload.len--; /* the length of the properties, 0, takes a byte */
    assert_int_equal(dmi_message_packet_size(&message, 5), remaining[i] + header[i]);
  }
}

static void test_what_no_packet_can_hold(void **state) {
  (void)state;
  dm_message message = good();
  message.topic = SPAN("t");
  message.mode = DM_MODE_SENT;
  message.payload = (dm_span){letters, 268435456 - 3};
  assert_int_equal(dmi_message_packet_size(&message, 4), UINT64_MAX);
  message.payload = SPAN("");
  message.correlation_data = (dm_span){letters, 268435456};
  assert_int_equal(dmi_message_packet_size(&message, 5), UINT64_MAX);
  assert_int_equal(dmi_message_packet_size(&message, 4), 5);
}

int main(void) {
  memset(letters, 'x', sizeof letters);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_good_message_is_fine),
      cmocka_unit_test(test_client_ids_of_1_to_128_bytes),
      cmocka_unit_test(test_client_ids_may_hold_almost_anything),
      cmocka_unit_test(test_client_ids_that_are_malformed),
      cmocka_unit_test(test_128_bytes_may_end_inside_a_character),
      cmocka_unit_test(test_topics_of_1_to_256_bytes),
      cmocka_unit_test(test_topics_of_at_most_7_slashes),
      cmocka_unit_test(test_topics_that_are_invalid),
      cmocka_unit_test(test_a_response_topic_may_be_absent_but_not_empty),
      cmocka_unit_test(test_the_modes_that_this_version_knows),
      cmocka_unit_test(test_timeouts_up_to_the_maximum),
      cmocka_unit_test(test_an_unconfirmed_message_has_no_timeout_to_check),
      cmocka_unit_test(test_content_types),
      cmocka_unit_test(test_no_limit_lifts_that_of_mqtt),
      cmocka_unit_test(test_correlation_data_is_any_bytes),
      cmocka_unit_test(test_user_properties_are_counted_together),
      cmocka_unit_test(test_user_properties_are_utf8_without_nul),
      cmocka_unit_test(test_texts_that_throw_devices_off),
      cmocka_unit_test(test_user_properties_cannot_overflow_the_count),
      cmocka_unit_test(test_payload_formats),
      cmocka_unit_test(test_a_payload_keeps_the_promise_of_utf8),
      cmocka_unit_test(test_a_payload_that_is_too_large_is_not_read),
      cmocka_unit_test(test_a_length_needs_a_pointer),
      cmocka_unit_test(test_user_properties_need_their_pointers),
      cmocka_unit_test(test_no_message_is_not_sound),
      cmocka_unit_test(test_the_packet_size_is_that_of_the_encoded_packet),
      cmocka_unit_test(test_the_packet_size_where_the_length_grows),
      cmocka_unit_test(test_what_no_packet_can_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
