/* The relay: what it offers a host beside messages: subscriptions, the broker's
 * DISCONNECT, and ending a connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdio.h>
#include <string.h>

#define SUBSCRIBE_4 "82 0C 0007 0001'a'01 0003'b/c'02"

static char reported[256];
static uint8_t reported_code;

static void report(void *user, const dm_mqtt_packet *packet) {
  size_t len = strlen(reported);
  (void)user;
  snprintf(reported + len, sizeof reported - len, "%u:%u:%u ", packet->type, packet->packet_id,
           packet->type == DM_MQTT_SUBSCRIBE ? (unsigned)packet->subscribe.count : 0);
}

static void reopen(relay_host *h) {
  reported[0] = '\0';
  h->config.subscription = report;
  relay_reopen(h);
}

static void subscriptions(relay_host *h) {
  reopen(h);
  relay_connect(h, CONNECT_4, CONNACK_4);
  relay_device(h, SUBSCRIBE_4 " A2 05 0008 0001'a'");
  relay_broker(h, "90 04 0007 01 80 B0 02 0008");
  assert_broker(h, SUBSCRIBE_4 " A2 05 0008 0001'a'");
  assert_device(h, "90 04 0007 01 80 B0 02 0008");
  assert_string_equal(reported, "8:7:2 10:8:0 9:7:0 11:8:0 ");
}

static void test_subscriptions_are_reported(void **state) {
  relay_cut(*state, subscriptions, false);
}

static void test_one_before_connack_is_reported(void **state) {
  relay_host *h = *state;
  reopen(h);
  relay_device(h, CONNECT_4 SUBSCRIBE_4);
  assert_string_equal(reported, "8:7:2 ");
}

static void test_a_broken_one_is_passed_on_only(void **state) {
  relay_host *h = *state;
  reopen(h);
  relay_connect(h, CONNECT_4, CONNACK_4);
  relay_device(h, "82 02 0007");
  assert_broker(h, "82 02 0007");
  assert_string_equal(reported, "");
}

static void test_a_long_one_is_passed_on_as_it_comes(void **state) {
  relay_host *h = *state;
  h->config.max_connect_size = 16;
  reopen(h);
  relay_connect(h, CONNECT_4, CONNACK_4);
  relay_device(h, "82 40 0007");
  assert_broker(h, "82 40 0007");
  assert_string_equal(reported, "");
}

static void end_while_passing(relay_host *h, relay_hook end) {
  reopen(h);
  relay_connect(h, CONNECT_4, CONNACK_4);
  h->hooks[IN_TO_BROKER] = end;
  relay_device(h, SUBSCRIBE_4);
  assert_broker(h, SUBSCRIBE_4);
  assert_string_equal(reported, "");
}

static void leave(relay_host *h) {
  relay_device(h, "E0 00");
}

static void test_nothing_is_reported_after_the_end(void **state) {
  end_while_passing(*state, relay_end);
  end_while_passing(*state, relay_free);
}

/* The device's DISCONNECT comes while the broker's SUBACK is written. */
static void test_nothing_is_reported_after_disconnected(void **state) {
  relay_host *h = *state;
  reopen(h);
  relay_connect(h, CONNECT_4, CONNACK_4);
  h->hooks[IN_TO_DEVICE] = leave;
  relay_broker(h, "90 03 0007 00");
  assert_int_equal(h->calls[IN_DISCONNECTED], 1);
  assert_string_equal(reported, "");
}

/* ---- The broker's DISCONNECT ---------------------------------------------------------- */

static void dismissed(void *user, const dm_mqtt_packet *disconnect) {
  report(user, disconnect);
  reported_code = disconnect->reason_code;
}

static void open_dismissed(relay_host *h) {
  reopen(h);
  reported_code = 0;
  h->config.dismissed = dismissed;
  relay_reopen(h);
  relay_connect(h, CONNECT_5, CONNACK_5);
}

#define TAKEN_OVER "E0 06 8E 04 1F 0001'x'"

static void dismiss(relay_host *h) {
  open_dismissed(h);
  relay_broker(h, TAKEN_OVER);
  assert_device(h, TAKEN_OVER);
  assert_string_equal(reported, "14:0:0 ");
  assert_int_equal(reported_code, 0x8E);
  assert_int_equal(h->calls[IN_DISCONNECTED], 0);
}

static void test_the_brokers_disconnect_is_reported(void **state) {
  relay_cut(*state, dismiss, false);
}

static void test_nobody_need_hear_of_it(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, CONNACK_5);
  relay_broker(h, TAKEN_OVER);
  assert_device(h, TAKEN_OVER);
}

static void test_the_devices_own_is_another_matter(void **state) {
  relay_host *h = *state;
  open_dismissed(h);
  relay_device(h, "E0 00");
  relay_broker(h, TAKEN_OVER);
  assert_device(h, TAKEN_OVER);
  assert_string_equal(reported, "");
}

/* ---- Ending a connection ------------------------------------------------------------ */

static void disconnect(relay_host *h, int prevent_will, int end_session) {
  assert_int_equal(dm_relay_disconnect(h->relay, 0x98, prevent_will, end_session), DM_OK);
  size_t used;
  assert_int_equal(dm_relay_from_device(h->relay, dm_text("x"), h->now, &used), DM_ERROR_CLOSED);
}

static void test_with_its_will(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, CONNACK_5);
  disconnect(h, 0, 0);
  assert_device(h, "E0 01 98");
  assert_broker(h, "");
  assert_int_equal(h->calls[IN_DISCONNECTED], 1);
}

static void test_without_its_will(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, CONNACK_5);
  disconnect(h, 1, 0);
  assert_device(h, "E0 01 98");
  assert_broker(h, "E0 00");
}

/* What an old device and its broker can be told. */
static void test_below_mqtt_5(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_4, CONNACK_4);
  disconnect(h, 1, 1);
  assert_device(h, "");
  assert_broker(h, "E0 00");
}

#define CONNECT_SESSION "10 14 0004'MQTT'05 02 003C 05 11 00000064 0002'c1'"

static void test_with_its_session(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_SESSION, CONNACK_5);
  disconnect(h, 1, 1);
  assert_broker(h, "E0 07 00 05 11 00000000");
}

static void test_with_its_session_and_will(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_SESSION, CONNACK_5);
  disconnect(h, 0, 1);
  assert_broker(h, "E0 07 04 05 11 00000000");
}

static void test_inside_of_packets(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, CONNACK_5);
  relay_device(h, "30 10 0001'a'00");
  relay_broker(h, "30 10 0001'a'00");
  disconnect(h, 1, 0);
  assert_device(h, "30 10 0001'a'00");
  assert_broker(h, "30 10 0001'a'00");
}

static void test_only_a_connected_device(void **state) {
  relay_host *h = *state;
  assert_int_equal(dm_relay_disconnect(h->relay, 0x98, 1, 0), DM_RELAY_NOT_CONNECTED);
  relay_device(h, CONNECT_5);
  assert_int_equal(dm_relay_disconnect(h->relay, 0x98, 1, 0), DM_RELAY_NOT_CONNECTED);
  relay_broker(h, CONNACK_5);
  relay_device(h, "E0 00");
  assert_int_equal(dm_relay_disconnect(h->relay, 0x98, 1, 0), DM_RELAY_NOT_CONNECTED);
}

static void test_only_reason_codes_of_a_server(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, CONNACK_5);
  assert_int_equal(dm_relay_disconnect(NULL, 0x98, 0, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_disconnect(h->relay, 0x00, 0, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_disconnect(h->relay, 0x91, 0, 0), DM_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      relay_test(test_subscriptions_are_reported),
      relay_test(test_one_before_connack_is_reported),
      relay_test(test_a_broken_one_is_passed_on_only),
      relay_test(test_a_long_one_is_passed_on_as_it_comes),
      relay_test(test_nothing_is_reported_after_the_end),
      relay_test(test_nothing_is_reported_after_disconnected),
      relay_test(test_the_brokers_disconnect_is_reported),
      relay_test(test_nobody_need_hear_of_it),
      relay_test(test_the_devices_own_is_another_matter),
      relay_test(test_with_its_will),
      relay_test(test_without_its_will),
      relay_test(test_below_mqtt_5),
      relay_test(test_with_its_session),
      relay_test(test_with_its_session_and_will),
      relay_test(test_inside_of_packets),
      relay_test(test_only_a_connected_device),
      relay_test(test_only_reason_codes_of_a_server),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
