/* Tests of what dm-sidecar remembers of sessions. Its own files are no library: they are
 * included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sidecar/device_subscriptions.c"
#include "sidecar/remembered_sessions.c"

static struct sessions all;

static int set_up(void **state) {
  (void)state;
  sessions_open(&all, 3);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  sessions_close(&all);
  return 0;
}

static void put_until(const char *client_id, const char *saved, dm_time ends_at) {
  struct subscriptions none = {.count = 0};
  sessions_put(&all, dm_text(client_id), dm_text(saved), &none, ends_at);
}

static void put(const char *client_id, const char *saved) {
  put_until(client_id, saved, DM_NEVER);
}

static void assert_saved(const char *client_id, const char *expected) {
  dm_span saved = sessions_find(&all, dm_text(client_id), 0);
  assert_int_equal(saved.len, strlen(expected));
  assert_memory_equal(saved.ptr, expected, saved.len);
}

static void assert_unknown(const char *client_id, dm_time now) {
  assert_null(sessions_find(&all, dm_text(client_id), now).ptr);
  assert_null(sessions_subscriptions(&all, dm_text(client_id), now));
}

static void test_remembers_by_client_id(void **state) {
  (void)state;
  put("one", "1");
  put("two", "22");
  assert_saved("one", "1");
  assert_saved("two", "22");
  assert_unknown("three", 0);
}

static void test_the_last_one_counts(void **state) {
  (void)state;
  put("one", "1");
  put("one", "other");
  assert_saved("one", "other");
  assert_int_equal(all.count, 1);
}

static void test_ends_in_time(void **state) {
  (void)state;
  put_until("one", "1", 100);
  assert_non_null(sessions_find(&all, dm_text("one"), 99).ptr);
  assert_unknown("one", 100);
  assert_int_equal(all.count, 0);
}

static void test_forgets_the_oldest(void **state) {
  (void)state;
  put("one", "1");
  put("two", "2");
  put("three", "3");
  put("one", "again"); /* which makes it the newest */
  put("four", "4");
  assert_unknown("two", 0);
  assert_saved("one", "again");
  assert_saved("three", "3");
  assert_saved("four", "4");
}

static void test_drops(void **state) {
  (void)state;
  put("one", "1");
  sessions_drop(&all, dm_text("one"));
  sessions_drop(&all, dm_text("one"));
  assert_unknown("one", 0);
}

/* As it comes off the wire. */
static void follow(struct subscriptions *to, const dm_mqtt_packet *packet) {
  char bytes[64];
  size_t len;
  dm_mqtt_header header;
  dm_mqtt_packet decoded;
  assert_int_equal(dm_mqtt_encode(DM_MQTT_LEVEL_5, packet, bytes, sizeof bytes, &len), DM_OK);
  assert_int_equal(dm_mqtt_read_header(DM_MQTT_LEVEL_5, dm_bytes(bytes, len), &header), 0);
  dm_span body = dm_bytes(bytes + header.length, header.remaining_length);
  assert_int_equal(dm_mqtt_decode(DM_MQTT_LEVEL_5, &header, body, &decoded), 0);
  subscriptions_follow(to, &decoded, 10);
}

static void subscribe_to_one(struct subscriptions *to) {
  dm_mqtt_subscription filter = {.topic_filter = dm_text("a/#"), .qos = 1};
  dm_mqtt_packet request = {.type = DM_MQTT_SUBSCRIBE, .packet_id = 1};
  dm_mqtt_packet answer = {.type = DM_MQTT_SUBACK, .packet_id = 1};
  request.subscribe.subscriptions = &filter;
  request.subscribe.count = 1;
  answer.suback.reason_codes = dm_bytes("\1", 1);
  follow(to, &request);
  follow(to, &answer);
}

static void test_takes_the_subscriptions_over(void **state) {
  (void)state;
  struct subscriptions before = {.count = 0};
  subscribe_to_one(&before);
  assert_int_equal(before.count, 1);
  sessions_put(&all, dm_text("one"), dm_text("1"), &before, DM_NEVER);
  assert_int_equal(before.count, 0);
  assert_int_equal(sessions_subscriptions(&all, dm_text("one"), 0)->count, 1);
  subscriptions_free(&before);
}

#define WITH_SESSIONS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SESSIONS(test_remembers_by_client_id),
      WITH_SESSIONS(test_the_last_one_counts),
      WITH_SESSIONS(test_ends_in_time),
      WITH_SESSIONS(test_forgets_the_oldest),
      WITH_SESSIONS(test_drops),
      WITH_SESSIONS(test_takes_the_subscriptions_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
