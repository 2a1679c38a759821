/* Tests of the relay: the packet identifiers of injected messages and those of the broker.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

static void drop_output(relay_host *h) {
  for (int side = 0; side < RELAY_SIDES; side++)
    h->out[side].len = h->all[side].len = 0;
}

/* A packet of two bytes of body, a packet identifier. */
static void receipt(relay_host *h, int side, uint8_t first, uint16_t id) {
  const char bytes[] = {(char)first, 2, (char)(id >> 8), (char)id};
  assert_int_equal(relay_feed(h, side, dm_bytes(bytes, sizeof bytes)), DM_OK);
}

/* The smallest PUBLISH. */
static void publish(relay_host *h, uint8_t qos, uint16_t id) {
  const char bytes[] = {(char)(0x30 | qos << 1), 5, 0, 1, 't', (char)(id >> 8), (char)id};
  assert_int_equal(relay_feed(h, RELAY_BROKER, dm_bytes(bytes, sizeof bytes)), DM_OK);
}

/* ---- Far from the broker's ----------------------------------------------------------- */

/* How many identifiers the broker has to take before it takes this one. */
static unsigned distance(uint16_t id, uint16_t last) {
  return (unsigned)(id - last + 65535) % 65535;
}

static void identifiers_are_far_from_the_brokers(void **state) {
  relay_host *h = *state;
  static const uint16_t lasts[] = {1, 2, 49, 50, 51, 1000, 32768, 65534, 65535};
  for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    publish(h, 1, lasts[i]);
    for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
      assert_in_range(distance(relay_inject_now(h, 1, n), lasts[i]), 65000, 65534);
  }
}

/* A broker that counts up, a device that answers, and fifty messages that stay open. */
static void a_counting_broker_is_not_met(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  publish(h, 1, 1);
  receipt(h, RELAY_DEVICE, 0x40, 1);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
    relay_inject_now(h, 1, n);
  for (unsigned id = 2; id < 65000; id++) {
    publish(h, 1, (uint16_t)id);
    assert_int_equal(h->unused[RELAY_BROKER].len, 0);
    receipt(h, RELAY_DEVICE, 0x40, (uint16_t)id);
    drop_output(h);
  }
  assert_int_equal(h->calls[IN_RESUME], 0);
}

/* The same, twice round, with messages that are answered at once. */
static void a_broker_may_come_round(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t broker_id = 0;
  for (unsigned n = 0; n < 140000; n++) {
    broker_id = (uint16_t)(broker_id == 65535 ? 1 : broker_id + 1);
    publish(h, 1, broker_id);
    assert_int_equal(h->unused[RELAY_BROKER].len, 0);
    uint16_t id = relay_inject_now(h, 1, n);
    assert_int_not_equal(id, broker_id);
    receipt(h, RELAY_DEVICE, 0x40, id);
    receipt(h, RELAY_DEVICE, 0x40, broker_id);
    drop_output(h);
    h->log[0] = '\0';
  }
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], 140000);
}

/* ---- Not the broker's ------------------------------------------------------------------- */

static void the_brokers_identifiers_are_not_taken(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  publish(h, 1, 100);
  for (uint16_t id = 99; id > 60; id -= 3) /* a broker that counts down */
    publish(h, 1 + id % 2, id);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++) {
    uint16_t id = relay_inject_now(h, 1, n);
    assert_false(id == 100 || (id > 60 && id < 100 && id % 3 == 0));
  }
}

static void an_identifier_in_flight_is_never_taken(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  for (uint16_t id = 5; id > 0; id--)
    relay_broker(h, "32 08 0003'a/b' %04X 00", id);
  /* The last seen is 1: the next below is 65535. */
  for (uint16_t id = 65535; id > 65530; id--)
    relay_broker(h, "34 08 0003'a/b' %04X 00", id);
  uint16_t id = relay_inject_now(h, 1, 1);
  assert_false(id <= 5 || id > 65530);
  relay_device(h, "40 02 0003");
  for (unsigned n = 0; n < 20; n++) {
    id = relay_inject_now(h, 1, 2);
    assert_false(id == 0 || id == 1 || id == 2 || id == 4 || id == 5 || id > 65530);
  }
}

static void what_is_being_released_is_in_flight(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  publish(h, 2, 20);
  receipt(h, RELAY_DEVICE, 0x50, 20); /* PUBREC */
  publish(h, 1, 21);                  /* the next below is 20 */
  assert_int_not_equal(relay_inject_now(h, 1, 1), 20);
  receipt(h, RELAY_BROKER, 0x62, 20); /* PUBREL */
  publish(h, 1, 21);
  assert_int_not_equal(relay_inject_now(h, 1, 2), 20);
}

/* A PUBREL may come without its PUBLISH where the session was resumed. */
static void a_resumed_release_is_in_flight(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  for (uint16_t id = 100; id > 90; id--)
    receipt(h, RELAY_BROKER, 0x62, id);
  for (uint16_t id = 110; id > 100; id--)
    publish(h, 1, id);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++) {
    uint16_t id = relay_inject_now(h, 1, n);
    assert_false(id > 90 && id <= 110);
  }
}

static void check_many(relay_host *h, unsigned count, unsigned step) {
  relay_reopen(h);
  relay_connect_level(h, 4);
  static bool taken[65536];
  memset(taken, 0, sizeof taken);
  for (unsigned n = 1; n <= count; n++) {
    uint16_t id = (uint16_t)(n * step % 65535 + 1);
    taken[id] = true;
    publish(h, (uint8_t)(1 + n % 2), id);
    assert_int_equal(h->unused[RELAY_BROKER].len, 0);
  }
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++) {
    dm_mqtt_packet packet = relay_publish(1);
    int result = relay_inject(h, &packet, n);
    assert_true(result == DM_OK || (result == DM_RELAY_WINDOW_FULL && count > 100));
    assert_true(result != DM_OK || (h->id != 0 && !taken[h->id]));
  }
  /* All are answered: there is room as before. */
  for (unsigned n = 1; n <= count; n++) {
    uint16_t id = (uint16_t)(n * step % 65535 + 1);
    receipt(h, RELAY_DEVICE, n % 2 == 0 ? 0x40 : 0x50, id);
    if (n % 2 == 1) {
      receipt(h, RELAY_BROKER, 0x62, id);
      receipt(h, RELAY_DEVICE, 0x70, id);
    }
  }
  assert_int_equal(h->unused[RELAY_BROKER].len, 0);
  drop_output(h);
  receipt(h, RELAY_DEVICE, 0x40, h->id); /* one that was injected, if any was */
  drop_output(h);
  uint16_t id = relay_inject_now(h, 1, 1);
  receipt(h, RELAY_DEVICE, 0x40, id);
  assert_broker(h, "");
}

static void many_of_the_brokers_are_not_taken(void **state) {
  relay_host *h = *state;
  static const unsigned counts[] = {10, 99, 100, 101, 150, 1000, 20000};
  static const unsigned steps[] = {1, 3, 300, 65534, 65500, 12345};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
      check_many(h, counts[i], steps[k]);
}

/* After more were in flight than anybody remembers, messages can be injected again. */
static void many_of_the_brokers_pass_by(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  for (uint16_t id = 1; id <= 3000; id++)
    publish(h, 1, id);
  for (uint16_t id = 1; id <= 3000; id++)
    receipt(h, RELAY_DEVICE, 0x40, id);
  drop_output(h);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
    relay_inject_now(h, 1, n);
  receipt(h, RELAY_DEVICE, 0x40, h->id);
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], 1);
  assert_broker(h, "");
}

/* ---- The broker takes one all the same --------------------------------------------------- */

static void collide_publish(relay_host *h) {
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  uint16_t other = relay_inject_now(h, 1, 8);
  assert_device(h, "32 09 0003'a/b' %04X 'hi' 32 09 0003'a/b' %04X 'hi'", id, other);
  relay_broker(h, "30 05 0003'a/b' 32 09 0003'c/d' %04X 'yo' 30 05 0003'e/f' D0 00", id);
  assert_device(h, "30 05 0003'a/b'");
  assert_int_equal(h->calls[IN_RESUME], 0);
  relay_device(h, "C0 00 32 07 0003'a/b' %04X", id);
  assert_broker(h, "C0 00 32 07 0003'a/b' %04X", id);
  assert_device(h, "");
  relay_device(h, "40 02 %04X", other);
  assert_told(h, "acknowledged 8 00; ");
  assert_device(h, "");
  relay_device(h, "40 02 %04X", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_true(h->calls[IN_RESUME] > 0);
  assert_device(h, "32 09 0003'c/d' %04X 'yo' 30 05 0003'e/f' D0 00", id);
  assert_broker(h, "");
  relay_device(h, "40 02 %04X", id);
  assert_broker(h, "40 02 %04X", id);
  assert_told(h, "");
}

static void a_publish_is_held_back(void **state) {
  relay_cut(*state, collide_publish, false);
}

static void collide_exactly_once(relay_host *h) {
  relay_connect_level(h, 5);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "34 0A 0003'c/d' %04X 00 'yo'", id);
  assert_device(h, "");
  relay_device(h, "40 03 %04X 80", id);
  assert_told(h, "acknowledged 7 80; ");
  assert_device(h, "34 0A 0003'c/d' %04X 00 'yo'", id);
  relay_device(h, "50 02 %04X", id);
  relay_broker(h, "62 02 %04X", id);
  relay_device(h, "70 02 %04X", id);
  assert_device(h, "62 02 %04X", id);
  assert_broker(h, "50 02 %04X 70 02 %04X", id, id);
}

static void a_publish_with_qos_2_is_held_back(void **state) {
  relay_cut(*state, collide_exactly_once, true);
}

static void collide_release(relay_host *h) {
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "62 02 %04X D0 00", id);
  assert_device(h, "");
  assert_int_equal(h->calls[IN_RESUME], 0);
  relay_device(h, "40 02 %04X", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_device(h, "62 02 %04X D0 00", id);
  relay_device(h, "70 02 %04X", id);
  assert_broker(h, "70 02 %04X", id);
}

static void a_pubrel_is_held_back(void **state) {
  relay_cut(*state, collide_release, true);
}

/* A PUBACK, SUBACK and so on answer the device: those identifiers are its own. */
static void answers_are_not_held_back(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "40 02 %04X 50 02 %04X 70 02 %04X 90 03 %04X 00 B0 02 %04X", id, id, id, id, id);
  assert_device(h, "40 02 %04X 50 02 %04X 70 02 %04X 90 03 %04X 00 B0 02 %04X", id, id, id, id, id);
}

static void the_second_of_two_is_held_again(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t first = relay_inject_now(h, 1, 7);
  uint16_t second = relay_inject_now(h, 1, 8);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 09 0003'c/d' %04X 'yo' 32 09 0003'c/d' %04X 'yo'", first, second);
  assert_device(h, "");
  relay_device(h, "40 02 %04X", first);
  assert_device(h, "32 09 0003'c/d' %04X 'yo'", first);
  relay_device(h, "40 02 %04X", first); /* now the broker's */
  assert_broker(h, "40 02 %04X", first);
  assert_device(h, "");
  relay_device(h, "40 02 %04X", second);
  assert_device(h, "32 09 0003'c/d' %04X 'yo'", second);
}

/* Both are answered in one read. */
static void one_read_may_release_and_answer(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 09 0003'c/d' %04X 'yo'", id);
  relay_device(h, "C0 00 40 02 %04X 40 02 %04X C0 00", id, id);
  assert_device(h, "32 09 0003'c/d' %04X 'yo'", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_broker(h, "C0 00 40 02 %04X C0 00", id);
}

static void assert_full(relay_host *h) {
  dm_mqtt_packet packet = relay_publish(1);
  assert_int_equal(relay_inject(h, &packet, 99), DM_RELAY_WINDOW_FULL);
}

/* Towards the device nothing is in progress. But what could hold the broker back for longer
 * has to wait its turn. */
static void while_held_back_only_qos_0_is_injected(void **state) {
  relay_host *h = *state;
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    relay_reopen(h);
    h->bytewise = bytewise == 1;
    relay_connect_level(h, 4);
    uint16_t id = relay_inject_now(h, 1, 7);
    h->out[RELAY_DEVICE].len = 0;
    relay_broker(h, "32 09 0003'c/d' %04X 'yo'", id);
    relay_inject_now(h, 0, 8);
    assert_full(h);
    assert_device(h, "30 07 0003'a/b''hi'");
    relay_device(h, "40 02 %04X", id);
    assert_device(h, "32 09 0003'c/d' %04X 'yo'", id);
    assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 0);
    assert_int_not_equal(relay_inject_now(h, 1, 9), id);
  }
}

/* A host with many messages injects the next one as soon as there is room. */
static void inject_the_next(relay_host *h) {
  dm_mqtt_packet packet = relay_publish(1);
  relay_inject(h, &packet, 8);
  h->hooks[IN_ACKNOWLEDGED] = inject_the_next;
}

static void what_is_held_back_goes_first(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 08 0003'c/d' 0001 00");
  h->hooks[IN_ACKNOWLEDGED] = inject_the_next;
  relay_device(h, "40 02 %04X", id);
  assert_device(h, "32 08 0003'c/d' 0001 00");
  relay_device(h, "40 02 0001");
  relay_inject_now(h, 1, 9);
}

static void goodbye_ends_the_hold(relay_host *h) {
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 09 0003'c/d' %04X 'yo' D0 00", id);
  assert_device(h, "");
  relay_device(h, "E0 00");
  assert_told(h, "disconnected 0; ");
  assert_device(h, "32 09 0003'c/d' %04X 'yo' D0 00", id);
}

static void the_devices_goodbye_ends_the_hold(void **state) {
  relay_cut(*state, goodbye_ends_the_hold, true);
}

static void garbage_ends_the_hold(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 09 0003'c/d' %04X 'yo' D0 00", id);
  relay_device(h, "C0 FF FF FF FF FF");
  assert_told(h, "unfollowed ; ");
  assert_device(h, "32 09 0003'c/d' %04X 'yo' D0 00", id);
}

static void the_end_ends_the_hold(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 09 0003'c/d' %04X 'yo' D0 00", id);
  relay_end(h);
  assert_device(h, "");
  assert_told(h, "disconnected -1; ");
}

/* What was held back is counted once: the identifier is free when it was answered once. */
static void what_was_held_back_is_in_flight_once(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_broker(h, "32 09 0003'c/d' %04X 00 'y'", id);
  relay_device(h, "40 02 %04X", id);
  relay_inject_now(h, 1, 8);
  dm_mqtt_packet packet = relay_publish(1);
  assert_int_equal(relay_inject(h, &packet, 9), DM_RELAY_WINDOW_FULL);
  relay_device(h, "40 02 %04X", id);
  relay_inject_now(h, 1, 9);
}

/* Held with its payload still to come, which is longer than anybody should keep. */
static void a_large_packet_is_held_by_its_beginning(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "32 87 80 10 0003'a/b' %04X", id);
  char zeros[1024] = {0};
  relay_feed(h, RELAY_BROKER, dm_bytes(zeros, sizeof zeros));
  assert_device(h, "");
  relay_device(h, "40 02 %04X", id);
  assert_int_equal(h->out[RELAY_DEVICE].len, 11 + 1024);
  for (unsigned i = 1; i < 256; i++)
    relay_feed(h, RELAY_BROKER, dm_bytes(zeros, sizeof zeros));
  relay_inject_now(h, 0, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(identifiers_are_far_from_the_brokers),
      relay_test(a_counting_broker_is_not_met),
      relay_test(a_broker_may_come_round),
      relay_test(the_brokers_identifiers_are_not_taken),
      relay_test(an_identifier_in_flight_is_never_taken),
      relay_test(what_is_being_released_is_in_flight),
      relay_test(a_resumed_release_is_in_flight),
      relay_test(many_of_the_brokers_are_not_taken),
      relay_test(many_of_the_brokers_pass_by),
      relay_test(a_publish_is_held_back),
      relay_test(a_publish_with_qos_2_is_held_back),
      relay_test(a_pubrel_is_held_back),
      relay_test(answers_are_not_held_back),
      relay_test(the_second_of_two_is_held_again),
      relay_test(one_read_may_release_and_answer),
      relay_test(while_held_back_only_qos_0_is_injected),
      relay_test(what_is_held_back_goes_first),
      relay_test(the_devices_goodbye_ends_the_hold),
      relay_test(garbage_ends_the_hold),
      relay_test(the_end_ends_the_hold),
      relay_test(what_was_held_back_is_in_flight_once),
      relay_test(a_large_packet_is_held_by_its_beginning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
