/* Tests of the relay: DISCONNECT ends what connected() began.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

static void look_at_disconnect(relay_host *h) {
  assert_non_null(h->disconnect_packet);
  assert_true(dm_mqtt_has(&h->disconnect_packet->properties, DM_MQTT_REASON_STRING));
  assert_memory_equal(h->disconnect_packet->properties.reason_string.ptr, "bye", 3);
}

static void say_goodbye(relay_host *h) {
  relay_connect_level(h, 5);
  h->hooks[IN_DISCONNECTED] = look_at_disconnect;
  relay_device(h, "C0 00 E0 08 04 06 1F 0003'bye'");
  assert_null(h->hooks[IN_DISCONNECTED]);
  assert_broker(h, "C0 00 E0 08 04 06 1F 0003'bye'");
  assert_told(h, "disconnected 4; ");
  assert_nobody(h);
  relay_broker(h, "30 08 0003'a/b' 00 'hi'");
  relay_device(h, "C0 00 40 02 0001");
  assert_device(h, "30 08 0003'a/b' 00 'hi'");
  assert_broker(h, "C0 00 40 02 0001");
  relay_end(h);
  assert_told(h, "");
}

static void a_device_says_goodbye(void **state) {
  relay_cut(*state, say_goodbye, true);
}

static void a_short_goodbye_is_read(void **state) {
  relay_host *h = *state;
  for (uint8_t level = DM_MQTT_LEVEL_3_1; level <= DM_MQTT_LEVEL_5; level++) {
    relay_reopen(h);
    relay_connect_level(h, level);
    relay_device(h, "E0 00");
    assert_broker(h, "E0 00");
    assert_told(h, "disconnected 0; ");
    assert_nobody(h);
  }
}

static void a_goodbye_that_cannot_be_read_is_one(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  relay_device(h, "E0 03 04 05 1F");
  assert_broker(h, "E0 03 04 05 1F");
  assert_told(h, "disconnected -1; ");
  assert_nobody(h);
}

static void a_long_goodbye_is_one(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  relay_device(h, "E0 FF FF 03 04 FB FF 03");
  char zeros[1000] = {0};
  for (size_t i = 0; i < 70; i++)
    assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(zeros, sizeof zeros)), DM_OK);
  assert_int_equal(h->out[RELAY_BROKER].len, 8 + 70 * sizeof zeros);
  assert_told(h, "disconnected -1; ");
  assert_nobody(h);
}

static void after_the_brokers_goodbye_nothing_is_injected(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  relay_broker(h, "E0 02 8E 00");
  assert_device(h, "E0 02 8E 00");
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  relay_device(h, "E0 00");
  relay_end(h);
  assert_int_equal(h->calls[IN_DISCONNECTED], 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(a_device_says_goodbye),
      relay_test(a_short_goodbye_is_read),
      relay_test(a_goodbye_that_cannot_be_read_is_one),
      relay_test(a_long_goodbye_is_one),
      relay_test(after_the_brokers_goodbye_nothing_is_injected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
