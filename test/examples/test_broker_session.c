/* Tests of what dm-broker remembers of a client, without a broker and without a client. Its own
 * files are no library: they are included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "broker/inflight.c"
#include "broker/queue.c"
#include "broker/session.c"
#include "broker/session_store.c"
#include "broker/stored_message.c"
#include "broker/topic_tree.c"
#include "broker/will.c"
#include "common/loop/loop.h"

static struct loop loop;
static struct session_store store;
static struct session *last_due;

static void on_due(void *user, struct session *session) {
  assert_ptr_equal(user, &store);
  last_due = session;
}

static int setup(void **state) {
  (void)state;
  last_due = NULL;
  if (loop_open(&loop) != 0)
    return -1;
  store = (struct session_store){.loop = &loop, .max_sessions = 2, .due = on_due, .user = &store};
  return 0;
}

static int teardown(void **state) {
  (void)state;
  sessions_clear(&store);
  assert_int_equal(store.count, 0);
  loop_close(&loop);
  return 0;
}

static struct session *add(const char *client_id) {
  return sessions_add(&store, dm_text(client_id));
}

static struct message *message(const char *payload) {
  dm_mqtt_packet publish = {.type = DM_MQTT_PUBLISH};
  publish.publish.topic = dm_text("topic");
  publish.publish.payload = dm_text(payload);
  struct message *copy = message_copy(&publish, DM_NEVER);
  assert_non_null(copy);
  return copy;
}

static void append(struct session *session, const char *payload) {
  struct message *copy = message(payload);
  assert_true(queue_append(&session->queue, copy, NULL, 0));
  message_release(copy);
}

static void test_store(void **state) {
  (void)state;
  struct session *a = add("a");
  struct session *b = add("b");
  assert_ptr_equal(sessions_find(&store, dm_text("a")), a);
  assert_ptr_equal(sessions_find(&store, dm_text("b")), b);
  assert_null(sessions_find(&store, dm_text("c")));
  assert_null(add("c"));
  sessions_remove(a);
  assert_null(sessions_find(&store, dm_text("a")));
  assert_non_null(add("c"));
}

static void test_wake(void **state) {
  (void)state;
  struct session *a = add("a");
  struct session *b = add("b");
  sessions_wake(a, clock_now());
  sessions_wake(b, clock_now());
  sessions_wake(b, DM_NEVER);
  loop_run(&loop);
  assert_ptr_equal(last_due, a);
}

static void test_subscriptions(void **state) {
  struct topic_level topics = {0};
  (void)state;
  struct session *session = add("a");
  assert_non_null(session_subscribe(session, &topics, dm_text("x/+")));
  assert_non_null(session_subscribe(session, &topics, dm_text("x/+")));
  assert_non_null(session_subscribe(session, &topics, dm_text("y")));
  assert_int_equal(session->subscription_count, 2);
  assert_false(session_unsubscribe(session, &topics, dm_text("x")));
  assert_true(session_unsubscribe(session, &topics, dm_text("x/+")));
  assert_int_equal(session->subscription_count, 1);
  sessions_remove(session);
  assert_null(topics.children);
}

static void test_room(void **state) {
  struct broker_settings limits = {.max_queued_messages = 2, .max_queued_bytes = UINT32_MAX};
  (void)state;
  struct session *session = add("a");
  append(session, "1");
  assert_true(session_has_room(session, &limits));
  append(session, "2");
  assert_false(session_has_room(session, &limits));
  limits.max_queued_messages = 3;
  assert_true(session_has_room(session, &limits));
  limits.max_queued_bytes = (uint32_t)session->queue.bytes;
  assert_false(session_has_room(session, &limits));
}

/* What was sent and not acknowledged is sent again on the next connection, in order. */
static void test_queue(void **state) {
  (void)state;
  struct session *session = add("a");
  struct queue *queue = &session->queue;
  append(session, "1");
  append(session, "2");
  struct queued *one = queue->next;
  queue_advance(queue);
  struct queued *two = queue->next;
  queue_advance(queue);
  assert_null(queue->next);
  queue_remove(queue, one);
  queue_rewind(queue);
  assert_ptr_equal(queue->next, two);
  assert_false(two->sent);
  queue_remove(queue, two);
  assert_null(queue->next);
  assert_int_equal(queue->bytes, 0);
}

static void test_packet_identifiers(void **state) {
  (void)state;
  struct inflight inflight = {0};
  for (uint32_t i = 1; i <= UINT16_MAX; i++)
    assert_int_equal(inflight_take(&inflight)->packet_id, i);
  assert_null(inflight_take(&inflight));
  inflight_give_back(&inflight, inflight_find(&inflight, 7));
  assert_null(inflight_find(&inflight, 7));
  assert_null(inflight_find(&inflight, 0));
  assert_int_equal(inflight_take(&inflight)->packet_id, 7);
  inflight_forget_direct(&inflight);
  assert_int_equal(inflight.count, 0);
  inflight_clear(&inflight);
}

/* The delay is the broker's, it is no property of the PUBLISH. */
static void test_will(void **state) {
  dm_mqtt_connect connect = {.has_will = 1};
  struct will will;
  (void)state;
  connect.will.topic = dm_text("gone");
  connect.will.qos = 2;
  connect.will.properties.will_delay_interval = 5;
  dm_mqtt_set(&connect.will.properties, DM_MQTT_WILL_DELAY_INTERVAL);
  assert_true(will_take(&will, &connect));
  assert_int_equal(will.delay, 5);
  assert_int_equal(will.message->packet.publish.qos, 1);
  assert_false(dm_mqtt_has(&will.message->packet.properties, DM_MQTT_WILL_DELAY_INTERVAL));
  will_discard(&will);
  assert_null(will.message);
}

/* [MQTT-3.3.2-6]: rounded up, so that what has not expired is not said to have. */
static void test_expiry(void **state) {
  dm_mqtt_packet publish = {.type = DM_MQTT_PUBLISH};
  dm_mqtt_properties *properties = &publish.properties;
  (void)state;
  assert_true(message_expiry(&publish, 1000) == DM_NEVER);
  properties->message_expiry_interval = 3;
  dm_mqtt_set(properties, DM_MQTT_MESSAGE_EXPIRY_INTERVAL);
  dm_time at = message_expiry(&publish, 1000);
  message_set_remaining(properties, at, 1000 + 2 * DM_SECOND + 1);
  assert_int_equal(properties->message_expiry_interval, 1);
  message_set_remaining(properties, at, at + 1);
  assert_int_equal(properties->message_expiry_interval, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_store, setup, teardown),
      cmocka_unit_test_setup_teardown(test_wake, setup, teardown),
      cmocka_unit_test_setup_teardown(test_subscriptions, setup, teardown),
      cmocka_unit_test_setup_teardown(test_room, setup, teardown),
      cmocka_unit_test_setup_teardown(test_queue, setup, teardown),
      cmocka_unit_test(test_packet_identifiers),
      cmocka_unit_test(test_will),
      cmocka_unit_test(test_expiry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
