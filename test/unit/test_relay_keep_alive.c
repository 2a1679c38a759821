/* Tests of the relay: the broker hears from a device that lives.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdio.h>

#define CONNECT_ALIVE "10 0E 0004'MQTT'04 02 %04X 0002'c1'"

static void connect_alive(relay_host *h, unsigned keep_alive) {
  char connect[64];
  snprintf(connect, sizeof connect, CONNECT_ALIVE, keep_alive);
  relay_connect(h, connect, CONNACK_4);
  assert_int_equal(h->connection.keep_alive, keep_alive);
}

/* A message is injected, and answered. */
static void exchange(relay_host *h) {
  uint16_t id = relay_inject_now(h, 1, 1);
  assert_int_equal(relay_device(h, "40 02 %04X", id), DM_OK);
  h->out[RELAY_DEVICE].len = 0;
  h->log[0] = '\0';
}

/* The broker of a device that only answers: it closes after one and a half keep-alives. */
static void check_alive(relay_host *h, unsigned keep_alive, dm_duration pause) {
  connect_alive(h, keep_alive);
  dm_time heard = h->now;
  unsigned pings = 0;
  while (h->now < DM_SECOND + 60 * keep_alive * DM_SECOND) {
    dm_time next = h->now + pause;
    while (h->now < next) {
      dm_time due = dm_relay_next_deadline(h->relay);
      relay_wait(h, due < next && due > h->now ? due - h->now : next - h->now);
      if (h->out[RELAY_BROKER].len > 0) {
        assert_broker(h, PINGREQ);
        heard = h->now;
        pings++;
        relay_broker(h, PINGRESP);
        assert_device(h, "");
      }
      assert_in_range(h->now - heard, 0, keep_alive * DM_SECOND * 3 / 2);
    }
    exchange(h);
    if (h->out[RELAY_BROKER].len > 0) {
      assert_broker(h, PINGREQ);
      heard = h->now;
      pings++;
      relay_broker(h, PINGRESP);
      assert_device(h, "");
    }
    assert_in_range(h->now - heard, 0, keep_alive * DM_SECOND);
  }
  assert_in_range(pings, 10, 130); /* not more than twice a keep-alive */
}

static void a_device_that_only_answers_stays_connected(void **state) {
  relay_host *h = *state;
  static const dm_duration pauses[] = {10, 100, 1000, 2400, 2500, 2600, 3000, 4900};
  for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
    relay_reopen(h);
    check_alive(h, 5, pauses[i] * DM_MILLISECOND);
  }
  relay_reopen(h);
  check_alive(h, 1, 300 * DM_MILLISECOND);
}

static void a_ping_comes_after_half_the_keep_alive(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  h->now += 2 * DM_SECOND;
  relay_device(h, PINGREQ);
  h->now += DM_SECOND;
  exchange(h);
  assert_broker(h, PINGREQ);
  assert_true(dm_relay_next_deadline(h->relay) == 8 * DM_SECOND);
  dm_relay_tick(h->relay, 8 * DM_SECOND - 1);
  assert_broker(h, "");
  dm_relay_tick(h->relay, 8 * DM_SECOND);
  assert_broker(h, PINGREQ);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
}

static void what_the_device_sends_is_enough(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  for (unsigned i = 0; i < 100; i++) {
    exchange(h);
    relay_wait(h, 2 * DM_SECOND);
    relay_device(h, "30 05 0003'a/b'");
    relay_wait(h, 2 * DM_SECOND);
    assert_broker(h, "30 05 0003'a/b'");
  }
}

/* So is a part of a packet, in the middle of which there is no room for another. */
static void no_ping_gets_into_a_packet(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  exchange(h);
  relay_device(h, "30 20 0003'a/b'");
  relay_wait(h, 100 * DM_SECOND);
  assert_broker(h, "30 20 0003'a/b'");
  relay_device(h, "'0123456789'");
  relay_wait(h, 100 * DM_SECOND);
  assert_broker(h, "'0123456789'");
  uint16_t id = relay_inject_now(h, 1, 1);
  relay_device(h, "'0123456789ABCDEFG' 40 02 %04X", id);
  assert_broker(h, "'0123456789ABCDEFG'");
  relay_wait(h, 5 * DM_SECOND);
  assert_broker(h, PINGREQ);
}

/* The same in one read: the PUBACK comes first. */
static void no_ping_gets_into_a_packet_behind_a_puback(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  uint16_t id = relay_inject_now(h, 1, 1);
  relay_wait(h, 7 * DM_SECOND);
  relay_device(h, "40 02 %04X 30 20 0003'a/b'", id);
  assert_broker(h, PINGREQ "30 20 0003'a/b'");
  relay_wait(h, 100 * DM_SECOND);
  assert_broker(h, "");
}

static void a_late_answer_is_followed_at_once(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  uint16_t id = relay_inject_now(h, 1, 1);
  relay_wait(h, 9 * DM_SECOND);
  assert_broker(h, "");
  relay_device(h, "40 02 %04X", id);
  relay_wait(h, 0);
  assert_broker(h, PINGREQ);
}

static void a_part_of_a_puback_is_no_answer(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  uint16_t id = relay_inject_now(h, 1, 1);
  relay_device(h, "40 02 %02X", id >> 8);
  relay_wait(h, 100 * DM_SECOND);
  assert_broker(h, "");
  relay_device(h, "%02X", id & 0xFF);
  relay_wait(h, 0);
  assert_broker(h, PINGREQ);
}

static void a_silent_device_gets_no_help(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  relay_inject_now(h, 1, 1);
  relay_inject_now(h, 0, 1);
  relay_wait(h, 1000 * DM_SECOND);
  assert_broker(h, "");
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
}

static void a_device_that_fell_silent_gets_help_once(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  exchange(h);
  relay_inject_now(h, 1, 1);
  relay_wait(h, 1000 * DM_SECOND);
  assert_broker(h, PINGREQ);
}

/* What only passes from the broker is no sign of life. */
static void the_brokers_packets_do_not_count(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  exchange(h);
  relay_wait(h, 2 * DM_SECOND);
  relay_broker(h, "30 05 0003'a/b'");
  relay_wait(h, 3 * DM_SECOND);
  assert_broker(h, PINGREQ);
}

static void pubacks_of_the_brokers_count(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  relay_broker(h, "32 07 0003'a/b' 0001");
  relay_device(h, "40 02 0001");
  assert_broker(h, "40 02 0001");
  relay_wait(h, 1000 * DM_SECOND);
  assert_broker(h, "");
}

static void a_keep_alive_of_0_is_off(void **state) {
  relay_host *h = *state;
  connect_alive(h, 0);
  exchange(h);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, h->now + 1000000 * DM_SECOND);
  exchange(h);
  assert_broker(h, "");
}

static void the_servers_keep_alive_counts(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, "20 06 00 00 03 13 0004");
  exchange(h);
  relay_wait(h, 2 * DM_SECOND - 1);
  assert_broker(h, "");
  relay_wait(h, 1);
  assert_broker(h, PINGREQ);
  relay_reopen(h);
  relay_connect(h, CONNECT_5, "20 06 00 00 03 13 0000");
  exchange(h);
  relay_wait(h, 1000 * DM_SECOND);
  assert_broker(h, "");
}

static void the_longest_keep_alive_works(void **state) {
  relay_host *h = *state;
  connect_alive(h, 65535);
  exchange(h);
  assert_true(dm_relay_next_deadline(h->relay) == DM_SECOND + 65535 * DM_SECOND / 2);
  relay_wait(h, 65535 * DM_SECOND / 2);
  assert_broker(h, PINGREQ);
}

/* ---- PINGRESP ------------------------------------------------------------------------- */

/* Leads to a PINGREQ of the relay. */
static void ask(relay_host *h) {
  exchange(h);
  relay_wait(h, 2500 * DM_MILLISECOND);
  assert_broker(h, PINGREQ);
}

static void a_pingresp_goes_to_who_asked(void **state) {
  relay_host *h = *state;
  for (int order = 0; order < 8; order++) {
    relay_reopen(h);
    connect_alive(h, 5);
    for (int bit = 0; bit < 3; bit++) {
      if ((order >> bit & 1) == 0) {
        ask(h);
      } else {
        relay_device(h, PINGREQ);
        assert_broker(h, PINGREQ);
      }
    }
    for (int bit = 0; bit < 3; bit++) {
      relay_broker(h, PINGRESP);
      assert_device(h, "%s", (order >> bit & 1) == 0 ? "" : PINGRESP);
    }
    relay_broker(h, PINGRESP); /* nobody asked */
    assert_device(h, PINGRESP);
  }
}

static void several_pingresp_come_in_one_read(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  relay_device(h, PINGREQ);
  assert_broker(h, PINGREQ);
  ask(h);
  relay_device(h, PINGREQ);
  relay_broker(h, "D0 00 30 05 0003'a/b' D0 00 30 05 0003'c/d' D0 00 30 05 0003'e/f'");
  assert_device(h, "D0 00 30 05 0003'a/b' 30 05 0003'c/d' D0 00 30 05 0003'e/f'");
}

static void ping_in_pieces(relay_host *h) {
  connect_alive(h, 5);
  ask(h);
  relay_device(h, PINGREQ);
  relay_broker(h, "D0 00 D0 00 30 05 0003'a/b'");
  assert_device(h, "D0 00 30 05 0003'a/b'");
}

static void cuts_do_not_matter(void **state) {
  relay_cut(*state, ping_in_pieces, true);
}

/* No broker sends such a one. While it is taken out, no packet to the device is in progress. */
static void a_long_pingresp_is_taken_out(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  ask(h);
  relay_broker(h, "D0 03 01");
  relay_inject_now(h, 0, 1);
  relay_broker(h, "0203 D0 00");
  assert_device(h, "30 07 0003'a/b''hi' D0 00");
}

static void many_pings_may_be_open(void **state) {
  relay_host *h = *state;
  for (unsigned pings = 60; pings < 70; pings++) {
    relay_reopen(h);
    connect_alive(h, 5);
    for (unsigned i = 0; i < pings; i++)
      relay_device(h, PINGREQ);
    h->out[RELAY_BROKER].len = 0;
    exchange(h);
    relay_wait(h, 2500 * DM_MILLISECOND);
    unsigned ours = (unsigned)(h->out[RELAY_BROKER].len / 2);
    assert_in_range(ours, 0, 1);
    relay_device(h, PINGREQ);
    for (unsigned i = 0; i < pings; i++) {
      relay_broker(h, PINGRESP);
      assert_device(h, PINGRESP);
    }
    for (unsigned i = 0; i < ours; i++) {
      relay_broker(h, PINGRESP);
      assert_device(h, "");
    }
    relay_broker(h, PINGRESP);
    assert_device(h, PINGRESP);
    h->out[RELAY_BROKER].len = 0;
    ask(h);
  }
}

/* A broker that is slow, or does not answer at all. */
static void unanswered_pings_do_no_harm(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  unsigned ours = 0;
  for (unsigned i = 0; i < 200; i++) {
    exchange(h);
    relay_wait(h, 2500 * DM_MILLISECOND);
    ours += (unsigned)(h->out[RELAY_BROKER].len / 2);
    h->out[RELAY_BROKER].len = 0;
  }
  relay_device(h, PINGREQ);
  for (unsigned i = 0; i < ours; i++) {
    relay_broker(h, PINGRESP);
    assert_device(h, "");
  }
  relay_broker(h, PINGRESP);
  assert_device(h, PINGRESP);
}

/* ---- When it is over ---------------------------------------------------------------------- */

static void no_ping_comes_after_goodbye(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  exchange(h);
  relay_device(h, "E0 00");
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, h->now + 1000 * DM_SECOND);
  assert_broker(h, "E0 00");
}

static void no_ping_comes_after_the_end(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  exchange(h);
  relay_end(h);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, h->now + 1000 * DM_SECOND);
  assert_broker(h, "");
}

static void no_ping_comes_before_connack(void **state) {
  relay_host *h = *state;
  dm_relay_tick(h->relay, h->now + 1000 * DM_SECOND);
  relay_device(h, CONNECT_4);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, h->now + 1000 * DM_SECOND);
  assert_broker(h, CONNECT_4);
}

/* What was asked before is still answered, and not to the device. */
static void a_pingresp_after_goodbye_is_taken_out(void **state) {
  relay_host *h = *state;
  connect_alive(h, 5);
  ask(h);
  relay_device(h, "E0 00");
  relay_broker(h, "D0 00 D0 00");
  assert_device(h, "D0 00");
}

/* ---- Time ----------------------------------------------------------------------------------- */

static void time_does_not_go_back(void **state) {
  relay_host *h = *state;
  h->now = 100 * DM_SECOND;
  connect_alive(h, 10);
  h->now = 50; /* counts as 100 seconds */
  exchange(h);
  relay_device(h, PINGREQ);
  exchange(h);
  assert_broker(h, PINGREQ);
  assert_true(dm_relay_next_deadline(h->relay) == 105 * DM_SECOND);
  dm_relay_tick(h->relay, 105 * DM_SECOND - 1);
  dm_relay_tick(h->relay, 70 * DM_SECOND);
  assert_broker(h, "");
  dm_relay_tick(h->relay, 105 * DM_SECOND);
  assert_broker(h, PINGREQ);
}

static void never_is_no_moment(void **state) {
  relay_host *h = *state;
  connect_alive(h, 10);
  h->now = DM_NEVER; /* counts as a second */
  relay_device(h, PINGREQ);
  exchange(h);
  assert_broker(h, PINGREQ);
  assert_true(dm_relay_next_deadline(h->relay) == 6 * DM_SECOND);
  dm_relay_tick(h->relay, DM_NEVER);
  assert_broker(h, "");
  dm_relay_tick(h->relay, 6 * DM_SECOND);
  assert_broker(h, PINGREQ);
}

static void the_end_of_time_is_no_trouble(void **state) {
  relay_host *h = *state;
  h->now = DM_NEVER - 10;
  connect_alive(h, 10);
  exchange(h);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, DM_NEVER - 1);
  assert_broker(h, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(a_device_that_only_answers_stays_connected),
      relay_test(a_ping_comes_after_half_the_keep_alive),
      relay_test(what_the_device_sends_is_enough),
      relay_test(no_ping_gets_into_a_packet),
      relay_test(no_ping_gets_into_a_packet_behind_a_puback),
      relay_test(a_late_answer_is_followed_at_once),
      relay_test(a_part_of_a_puback_is_no_answer),
      relay_test(a_silent_device_gets_no_help),
      relay_test(a_device_that_fell_silent_gets_help_once),
      relay_test(the_brokers_packets_do_not_count),
      relay_test(pubacks_of_the_brokers_count),
      relay_test(a_keep_alive_of_0_is_off),
      relay_test(the_servers_keep_alive_counts),
      relay_test(the_longest_keep_alive_works),
      relay_test(a_pingresp_goes_to_who_asked),
      relay_test(several_pingresp_come_in_one_read),
      relay_test(cuts_do_not_matter),
      relay_test(a_long_pingresp_is_taken_out),
      relay_test(many_pings_may_be_open),
      relay_test(unanswered_pings_do_no_harm),
      relay_test(no_ping_comes_after_goodbye),
      relay_test(no_ping_comes_after_the_end),
      relay_test(no_ping_comes_before_connack),
      relay_test(a_pingresp_after_goodbye_is_taken_out),
      relay_test(time_does_not_go_back),
      relay_test(never_is_no_moment),
      relay_test(the_end_of_time_is_no_trouble),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
