/* Tests of the relay: the device's Receive Maximum.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdio.h>

static void assert_full(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 99), DM_RELAY_WINDOW_FULL);
}

/* The window has room for `count` messages and no more; uses it up. */
static void assert_room(relay_host *h, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    relay_inject_now(h, 1, i);
  assert_full(h);
  h->out[RELAY_DEVICE].len = 0;
}

static void injected_messages_fill_the_window(void **state) {
  relay_host *h = *state;
  for (unsigned window = 1; window < DM_RELAY_UNACKNOWLEDGED_MAX; window++) {
    relay_reopen(h);
    relay_connect_window(h, window);
    assert_room(h, window);
    relay_inject_now(h, 0, 1);
    relay_device(h, "40 02 %04X", h->id);
  }
}

static void the_brokers_messages_fill_it_too(void **state) {
  relay_host *h = *state;
  for (unsigned window = 1; window < 20; window++) {
    for (unsigned brokers = 0; brokers <= window; brokers++) {
      relay_reopen(h);
      relay_connect_window(h, window);
      for (unsigned i = 1; i <= brokers; i++)
        relay_broker(h, "%02X 08 0003'a/b' %04X 00", 0x30 + 2 * (i % 2 + 1), i);
      relay_broker(h, "30 06 0003'a/b' 00"); /* does not count */
      assert_room(h, window - brokers);
    }
  }
}

static void a_large_window_is_counted(void **state) {
  relay_host *h = *state;
  static const unsigned windows[] = {100, 101, 130, 300, 1000};
  for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
    for (unsigned room = 0; room < 4; room++) {
      relay_reopen(h);
      relay_connect_window(h, windows[i]);
      for (unsigned id = 1; id <= windows[i] - room; id++)
        relay_broker(h, "32 08 0003'a/b' %04X 00", id);
      unsigned injected = 0;
      dm_mqtt_packet publish = relay_publish(1);
      while (relay_inject(h, &publish, 1) == DM_OK)
        injected++;
      assert_in_range(injected, 0, room);
      assert_full(h);
      for (unsigned id = 1; id <= windows[i] - room; id++)
        relay_device(h, "40 02 %04X", id);
      assert_room(h, DM_RELAY_UNACKNOWLEDGED_MAX - injected);
    }
  }
}

static void without_receive_maximum_it_is_the_largest(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  assert_room(h, DM_RELAY_UNACKNOWLEDGED_MAX);
  relay_reopen(h);
  relay_connect_window(h, 65535);
  assert_room(h, DM_RELAY_UNACKNOWLEDGED_MAX);
}

/* ---- What makes room ------------------------------------------------------------- */

static void a_puback_makes_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  relay_broker(h, "32 08 0003'a/b' 0001 00");
  assert_full(h);
  relay_device(h, "40 02 0001");
  assert_room(h, 1);
  relay_device(h, "40 02 %04X", h->id);
  assert_room(h, 1);
}

static void a_puback_with_a_reason_makes_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  relay_broker(h, "32 08 0003'a/b' 0001 00");
  relay_device(h, "40 03 0001 87");
  assert_room(h, 1);
}

static void only_the_last_of_qos_2_makes_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  relay_broker(h, "34 08 0003'a/b' 0001 00");
  assert_full(h);
  relay_device(h, "50 02 0001");
  assert_full(h);
  relay_broker(h, "62 02 0001");
  assert_full(h);
  relay_device(h, "70 02 0001");
  assert_room(h, 1);
}

/* Whichever ends first. */
static void both_qualities_make_room(void **state) {
  relay_host *h = *state;
  for (unsigned order = 0; order < 2; order++) {
    relay_reopen(h);
    relay_connect_window(h, 3);
    relay_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00 32 08 0003'a/b' 0003 00");
    relay_device(h, "50 02 0002");
    relay_device(h, order == 0 ? "40 02 0001" : "70 02 0002");
    relay_device(h, order == 0 ? "70 02 0002" : "40 02 0003");
    relay_device(h, order == 0 ? "40 02 0003" : "40 02 0001");
    assert_room(h, 3);
  }
}

/* What does not answer a QoS does not end it. */
static void a_wrong_answer_makes_no_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00");
  relay_device(h, "70 02 0001 50 03 0001 80 40 02 0002");
  assert_broker(h, "70 02 0001 50 03 0001 80 40 02 0002");
  assert_full(h);
}

static void a_pubrec_that_refuses_makes_room(void **state) {
  relay_host *h = *state;
  for (unsigned reason = 0; reason < 256; reason++) {
    relay_reopen(h);
    relay_connect_window(h, 1);
    relay_broker(h, "34 08 0003'a/b' 0001 00");
    static const uint8_t reasons[] = {0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
    if (memchr(reasons, (int)reason, sizeof reasons) == NULL)
      continue;
    relay_device(h, "50 03 0001 %02X", reason);
    assert_broker(h, "50 03 0001 %02X", reason);
    if (reason < 0x80)
      assert_full(h);
    else
      assert_room(h, 1);
  }
}

static void a_long_pubrec_that_refuses_makes_room(relay_host *h) {
  relay_connect_window(h, 1);
  relay_broker(h, "34 08 0003'a/b' 0001 00");
  relay_device(h, "50 0A 0001 97 06 1F 0003'why'");
  assert_broker(h, "50 0A 0001 97 06 1F 0003'why'");
  assert_room(h, 1);
}

static void cuts_in_a_pubrec_do_not_matter(void **state) {
  relay_cut(*state, a_long_pubrec_that_refuses_makes_room, true);
}

static void an_unknown_puback_makes_no_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00");
  relay_device(h, "40 02 0003 40 02 0003 70 02 0004 50 03 0005 80");
  assert_broker(h, "40 02 0003 40 02 0003 70 02 0004 50 03 0005 80");
  assert_full(h);
  relay_device(h, "40 02 0001 40 02 0001 40 02 0001");
  assert_room(h, 1);
}

static void an_unknown_puback_adds_no_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_device(h, "40 02 0003 40 02 0004 70 02 0005 50 03 0006 80");
  assert_room(h, 2);
}

static void a_repeated_publish_counts_once(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00 3A 08 0003'a/b' 0001 00 3A 08 0003'a/b' 0001 00");
  relay_device(h, "40 02 0001");
  assert_room(h, 2);
}

/* ---- What is held back --------------------------------------------------------------- */

static void overfill(relay_host *h) {
  relay_connect_window(h, 1);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "30 06 0003'a/b' 00 D0 00 32 08 0003'a/b' 0001 00 30 06 0003'a/b' 00");
  assert_device(h, "30 06 0003'a/b' 00 D0 00");
  assert_int_equal(h->calls[IN_RESUME], 0);
  relay_device(h, "40 02 %04X", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_device(h, "32 08 0003'a/b' 0001 00 30 06 0003'a/b' 00");
  assert_broker(h, "");
  assert_full(h);
  relay_device(h, "40 02 0001");
  assert_broker(h, "40 02 0001");
  assert_room(h, 1);
}

static void what_would_exceed_it_is_held_back(void **state) {
  relay_cut(*state, overfill, true);
}

/* What makes room is one of the broker's. */
static void check_made_by(relay_host *h, const char *publish, const char *answer) {
  relay_reopen(h);
  relay_connect_window(h, 2);
  relay_broker(h, "%s", publish);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "34 08 0003'c/d' 0002 00");
  assert_device(h, "");
  relay_device(h, "%s", answer);
  assert_device(h, "34 08 0003'c/d' 0002 00");
  assert_full(h);
  relay_broker(h, "32 08 0003'c/d' 0003 00");
  assert_device(h, "");
  relay_device(h, "40 02 %04X", id);
  assert_device(h, "32 08 0003'c/d' 0003 00");
  assert_full(h);
}

static void the_brokers_own_make_room_too(void **state) {
  relay_host *h = *state;
  check_made_by(h, "32 08 0003'a/b' 0001 00", "40 02 0001");
  check_made_by(h, "34 08 0003'a/b' 0001 00", "50 03 0001 80");
  check_made_by(h, "34 08 0003'a/b' 0001 00", "50 02 0001 70 02 0001");
}

/* A PUBREL is no PUBLISH. */
static void a_pubrel_is_not_held_back(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "34 08 0003'a/b' 0001 00");
  relay_device(h, "50 02 0001");
  relay_inject_now(h, 1, 7);
  assert_full(h);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "62 02 0001");
  assert_device(h, "62 02 0001");
}

static void a_repeated_publish_is_not_held_back(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00");
  relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "3A 08 0003'a/b' 0001 00");
  assert_device(h, "3A 08 0003'a/b' 0001 00");
}

/* A broker that itself exceeds it is the device's affair. */
static void without_injected_messages_nothing_is_held_back(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00 32 08 0003'a/b' 0003 00");
  assert_device(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00 32 08 0003'a/b' 0003 00");
  assert_full(h);
  relay_device(h, "40 02 0001");
  assert_full(h);
  relay_device(h, "50 03 0002 80");
  assert_room(h, 1);
}

static void many_held_pass_one_by_one(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 3);
  uint16_t ids[3];
  for (unsigned i = 0; i < 3; i++)
    ids[i] = relay_inject_now(h, 1, i);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 08 0003'a/b' 0001 00 32 08 0003'a/b' 0002 00 32 08 0003'a/b' 0003 00");
  for (unsigned i = 0; i < 3; i++) {
    assert_device(h, "");
    relay_device(h, "40 02 %04X", ids[i]);
    assert_device(h, "32 08 0003'a/b' %04X 00", i + 1);
  }
}

/* Held back or not: an old level has no Receive Maximum. */
static void an_old_device_has_no_window(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  assert_room(h, DM_RELAY_UNACKNOWLEDGED_MAX);
  for (unsigned id = 1; id < 500; id++)
    relay_broker(h, "32 07 0003'a/b' %04X", id);
  assert_int_equal(h->out[RELAY_DEVICE].len, 499 * 9);
}

/* PUBLISH from the device fill a window of the broker's, not this one. */
static void the_devices_messages_do_not_count(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  relay_device(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00");
  assert_room(h, 1);
  relay_broker(h, "40 02 0001 50 02 0002");
  relay_device(h, "62 02 0002");
  relay_broker(h, "70 02 0002");
  assert_full(h);
  assert_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00 62 02 0002");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(injected_messages_fill_the_window),
      relay_test(the_brokers_messages_fill_it_too),
      relay_test(a_large_window_is_counted),
      relay_test(without_receive_maximum_it_is_the_largest),
      relay_test(a_puback_makes_room),
      relay_test(a_puback_with_a_reason_makes_room),
      relay_test(only_the_last_of_qos_2_makes_room),
      relay_test(both_qualities_make_room),
      relay_test(a_wrong_answer_makes_no_room),
      relay_test(a_pubrec_that_refuses_makes_room),
      relay_test(cuts_in_a_pubrec_do_not_matter),
      relay_test(an_unknown_puback_makes_no_room),
      relay_test(an_unknown_puback_adds_no_room),
      relay_test(a_repeated_publish_counts_once),
      relay_test(what_would_exceed_it_is_held_back),
      relay_test(the_brokers_own_make_room_too),
      relay_test(a_pubrel_is_not_held_back),
      relay_test(a_repeated_publish_is_not_held_back),
      relay_test(without_injected_messages_nothing_is_held_back),
      relay_test(many_held_pass_one_by_one),
      relay_test(an_old_device_has_no_window),
      relay_test(the_devices_messages_do_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
