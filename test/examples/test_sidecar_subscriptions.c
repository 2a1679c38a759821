/* Tests of what dm-sidecar knows of subscriptions. Its own files are no library: they are
 * included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "sidecar/device_subscriptions.c"

static struct subscriptions all;
static size_t max;

static int setup(void **state) {
  (void)state;
  all = (struct subscriptions){.count = 0};
  max = 3;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  subscriptions_free(&all);
  return 0;
}

/* ---- Packets ----------------------------------------------------------------------- */

/* As it comes off the wire. */
static void follow(const dm_mqtt_packet *packet) {
  char bytes[70000];
  size_t len;
  dm_mqtt_header header;
  dm_mqtt_packet decoded;
  assert_int_equal(dm_mqtt_encode(DM_MQTT_LEVEL_5, packet, bytes, sizeof bytes, &len), DM_OK);
  assert_int_equal(dm_mqtt_read_header(DM_MQTT_LEVEL_5, dm_bytes(bytes, len), &header), 0);
  dm_span body = dm_bytes(bytes + header.length, header.remaining_length);
  assert_int_equal(dm_mqtt_decode(DM_MQTT_LEVEL_5, &header, body, &decoded), 0);
  subscriptions_follow(&all, &decoded, max);
}

/* Filters of one letter each. */
static void subscribe_to(uint16_t packet_id, const char *letters) {
  dm_mqtt_subscription list[8] = {{.qos = 0}};
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = packet_id};
  packet.subscribe.subscriptions = list;
  for (; letters[packet.subscribe.count] != '\0'; packet.subscribe.count++)
    list[packet.subscribe.count].topic_filter = dm_bytes(letters + packet.subscribe.count, 1);
  follow(&packet);
}

static void unsubscribe_from(uint16_t packet_id, const char *letters) {
  dm_span list[8];
  dm_mqtt_packet packet = {.type = DM_MQTT_UNSUBSCRIBE, .packet_id = packet_id};
  packet.unsubscribe.topic_filters = list;
  for (; letters[packet.unsubscribe.count] != '\0'; packet.unsubscribe.count++)
    list[packet.unsubscribe.count] = dm_bytes(letters + packet.unsubscribe.count, 1);
  follow(&packet);
}

static void answer(uint8_t type, uint16_t packet_id, const char *codes, size_t count) {
  dm_mqtt_packet packet = {.type = type, .packet_id = packet_id};
  packet.suback.reason_codes = dm_bytes(codes, count);
  subscriptions_follow(&all, &packet, max);
}

#define SUBACK(packet_id, codes)   answer(DM_MQTT_SUBACK, packet_id, codes, sizeof codes - 1)
#define UNSUBACK(packet_id, codes) answer(DM_MQTT_UNSUBACK, packet_id, codes, sizeof codes - 1)

static void print(void *visitor, dm_span topic_filter, int qos) {
  char *out = visitor;
  size_t len = strlen(out);
  snprintf(out + len, 64 - len, "%.*s%d ", (int)topic_filter.len, topic_filter.ptr, qos);
}

static void expect(const char *list, const char *gap) {
  char text[64] = "";
  subscriptions_visit(&all, print, text);
  assert_string_equal(text, list);
  assert_string_equal(all.gap == NULL ? "" : all.gap, gap);
}

/* ---- Tests --------------------------------------------------------------------------- */

static void test_suback_counts(void **state) {
  (void)state;
  subscribe_to(1, "cab");
  expect("", "");
  SUBACK(1, "\x02\x80\x00");
  expect("b0 c2 ", "");
  assert_int_equal(all.request_bytes, 0);
}

static void test_a_later_grant_replaces(void **state) {
  (void)state;
  subscribe_to(1, "a");
  SUBACK(1, "\x00");
  subscribe_to(2, "a");
  SUBACK(2, "\x01");
  expect("a1 ", "");
  subscribe_to(3, "a");
  SUBACK(3, "\x87");
  expect("a1 ", "");
}

static void test_prefixes_are_others(void **state) {
  (void)state;
  static const dm_mqtt_subscription list[] = {
      {.topic_filter = {"ab", 2}}, {.topic_filter = {"a", 1}}, {.topic_filter = {"abc", 3}}};
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = 1};
  packet.subscribe.subscriptions = list;
  packet.subscribe.count = 3;
  follow(&packet);
  answer(DM_MQTT_SUBACK, 1, "\0\0\0", 3);
  expect("a0 ab0 abc0 ", "");
}

static void test_answers_in_any_order(void **state) {
  (void)state;
  subscribe_to(1, "a");
  subscribe_to(2, "b");
  unsubscribe_from(3, "b");
  SUBACK(2, "\x01");
  SUBACK(1, "\x00");
  UNSUBACK(3, "\x00");
  expect("a0 ", "");
}

static void test_unsuback_of_mqtt_5(void **state) {
  (void)state;
  subscribe_to(1, "abc");
  SUBACK(1, "\x00\x00\x00");
  unsubscribe_from(2, "abcd");
  expect("a0 b0 c0 ", "");
  UNSUBACK(2, "\x00\x87\x00\x11");
  expect("b0 ", "");
}

static void test_unsuback_before_mqtt_5(void **state) {
  (void)state;
  subscribe_to(1, "abc");
  SUBACK(1, "\x00\x00\x00");
  unsubscribe_from(2, "ac");
  UNSUBACK(2, "");
  expect("b0 ", "");
}

/* Packet identifiers pair an answer with a request of its kind. */
static void test_kinds_do_not_mix(void **state) {
  (void)state;
  subscribe_to(1, "a");
  SUBACK(1, "\x00");
  unsubscribe_from(7, "a");
  subscribe_to(7, "b");
  SUBACK(7, "\x01");
  expect("a0 b1 ", "");
  UNSUBACK(7, "\x00");
  expect("b1 ", "");
}

static void test_too_many(void **state) {
  (void)state;
  subscribe_to(1, "abcd");
  SUBACK(1, "\x00\x00\x00\x00");
  expect("a0 b0 c0 ", TOO_MANY);
  subscribe_to(2, "c");
  SUBACK(2, "\x02");
  unsubscribe_from(3, "d");
  UNSUBACK(3, "\x00");
  expect("a0 b0 c2 ", TOO_MANY);
}

/* A filter of `len` bytes that begins with a letter. */
static void subscribe_to_long(uint16_t packet_id, char letter, size_t len) {
  static char filter[65536];
  memset(filter, 'x', sizeof filter);
  filter[0] = letter;
  dm_mqtt_subscription one = {.topic_filter = dm_bytes(filter, len)};
  dm_mqtt_packet packet = {.type = DM_MQTT_SUBSCRIBE, .packet_id = packet_id};
  packet.subscribe.subscriptions = &one;
  packet.subscribe.count = 1;
  follow(&packet);
  SUBACK(packet_id, "\x00");
}

static void test_too_long(void **state) {
  (void)state;
  max = 100;
  for (uint16_t i = 0; i < 4; i++)
    subscribe_to_long(i + 1, (char)('b' + i), 65500);
  subscribe_to_long(5, 'g', SUBSCRIPTION_FILTERS_MAX - 4 * 65500);
  assert_int_equal(all.count, 5);
  assert_null(all.gap);
  unsubscribe_from(6, "a"); /* which is none of them */
  UNSUBACK(6, "\x00");
  subscribe_to(7, "a");
  SUBACK(7, "\x00");
  assert_int_equal(all.count, 5);
  assert_string_equal(all.gap, TOO_LONG);
}

static void test_what_has_ended_makes_room(void **state) {
  (void)state;
  max = 100;
  for (uint16_t i = 0; i < 1000; i++) {
    subscribe_to(1, "abcd");
    SUBACK(1, "\x00\x00\x00\x00");
    unsubscribe_from(2, "abcd");
    UNSUBACK(2, "\x00\x00\x00\x00");
  }
  assert_int_equal(all.filter_bytes, 0);
  assert_null(all.gap);
}

static void test_an_answer_to_nothing(void **state) {
  (void)state;
  SUBACK(1, "\x00");
  expect("", UNSEEN);
}

static void test_an_answer_of_the_wrong_length(void **state) {
  (void)state;
  subscribe_to(1, "ab");
  SUBACK(1, "\x01");
  expect("a1 ", UNREADABLE);
}

static void test_requests_are_bounded(void **state) {
  (void)state;
  for (uint16_t i = 1; i < 5000; i++)
    subscribe_to(i, "a");
  assert_true(all.request_bytes <= SUBSCRIPTION_REQUESTS_MAX);
  expect("", TOO_MANY_ASKED);
}

static void test_a_session_is_taken_up(void **state) {
  (void)state;
  subscribe_to(1, "ab");
  SUBACK(1, "\x00\x01");
  subscribe_to(2, "c"); /* has no answer, and gets none */
  struct subscriptions before = all;
  all = (struct subscriptions){.count = 0};
  subscribe_to(2, "d");
  subscriptions_take_over(&all, &before);
  expect("a0 b1 ", "");
  SUBACK(2, "\x00");
  expect("a0 b1 d0 ", "");
  subscriptions_free(&before);
}

static void test_a_gap_is_taken_up_too(void **state) {
  (void)state;
  struct subscriptions before = {.gap = TOO_MANY};
  subscriptions_take_over(&all, &before);
  expect("", TOO_MANY);
}

static void test_a_session_that_nobody_knows(void **state) {
  (void)state;
  subscriptions_take_over(&all, NULL);
  expect("", BEFORE_OUR_TIME);
}

/* Before CONNACK, from a broker that does not know MQTT. */
static void test_an_answer_too_early(void **state) {
  (void)state;
  subscribe_to(1, "a");
  SUBACK(1, "\x00");
  struct subscriptions before = {.count = 0};
  subscriptions_take_over(&all, &before);
  expect("", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  static const struct CMUnitTest tests[] = {
      TEST(test_suback_counts),
      TEST(test_a_later_grant_replaces),
      TEST(test_prefixes_are_others),
      TEST(test_answers_in_any_order),
      TEST(test_unsuback_of_mqtt_5),
      TEST(test_unsuback_before_mqtt_5),
      TEST(test_kinds_do_not_mix),
      TEST(test_too_many),
      TEST(test_too_long),
      TEST(test_what_has_ended_makes_room),
      TEST(test_an_answer_to_nothing),
      TEST(test_an_answer_of_the_wrong_length),
      TEST(test_requests_are_bounded),
      TEST(test_a_session_is_taken_up),
      TEST(test_a_gap_is_taken_up_too),
      TEST(test_a_session_that_nobody_knows),
      TEST(test_an_answer_too_early),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
