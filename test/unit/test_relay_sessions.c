/* Tests of the relay: what one connection of a session leaves for the next.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

#define CONNECT_KEPT "10 0E 0004'MQTT'04 00 003C 0002'c1'"
#define CONNACK_KEPT "20 02 01 00"

/* Ends the connection and opens the session's next; returns how many bytes were kept. */
static size_t reconnect(relay_host *h) {
  char saved[DM_RELAY_SAVED_MAX];
  memset(saved, 0x55, sizeof saved);
  relay_end(h);
  size_t len = dm_relay_save(h->relay, saved);
  assert_in_range(len, 0, sizeof saved);
  relay_reopen(h);
  relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
  assert_int_equal(h->connection.session_present, 1);
  char *exact = malloc(len == 0 ? 1 : len);
  assert_non_null(exact);
  memcpy(exact, saved, len);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(exact, len)), DM_OK);
  free(exact);
  return len;
}

static void assert_kept_away(relay_host *h, uint16_t from, uint16_t to) {
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++) {
    uint16_t id = relay_inject_now(h, 1, n);
    assert_false(id >= from && id <= to);
  }
  h->out[RELAY_DEVICE].len = 0;
}

static void open_identifiers_are_kept(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  for (unsigned id = 120; id > 60; id--) /* so that they would be the first to be taken */
    relay_broker(h, "%02X 07 0003'a/b' %04X", 0x32 + 2 * (id % 2), id);
  relay_broker(h, "32 07 0003'a/b' 0079");
  reconnect(h);
  assert_kept_away(h, 61, 121);
  for (unsigned id = 61; id <= 121; id++)
    relay_broker(h, "%02X 07 0003'a/b' %04X", (id == 121 ? 0x32 : 0x32 + 2 * (id % 2)) + 8, id);
  assert_int_equal(h->out[RELAY_DEVICE].len, 61 * 9);
}

static void releases_are_kept(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  for (unsigned id = 120; id > 100; id--) {
    relay_broker(h, "34 07 0003'a/b' %04X", id);
    relay_device(h, "50 02 %04X", id);
    if (id % 2 == 0)
      relay_broker(h, "62 02 %04X", id);
  }
  relay_broker(h, "32 07 0003'a/b' 0079");
  relay_device(h, "40 02 0079");
  reconnect(h);
  assert_kept_away(h, 101, 120);
  for (unsigned id = 101; id <= 120; id++)
    relay_broker(h, "62 02 %04X", id);
  assert_int_equal(h->out[RELAY_DEVICE].len, 20 * 4);
}

/* The counter of the broker may go on, or begin anew. */
static void the_brokers_counter_is_kept(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  relay_broker(h, "32 07 0003'a/b' 4000");
  relay_device(h, "40 02 4000");
  reconnect(h);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
    assert_false((unsigned)(relay_inject_now(h, 1, n) - 0x4000 + 65535) % 65535 < 60000);
}

/* What was seen on this connection counts more. */
static void an_old_counter_is_not_restored(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  relay_broker(h, "32 07 0003'a/b' 0100");
  char saved[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, saved);
  relay_reopen(h);
  relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
  relay_broker(h, "32 07 0003'a/b' 4000");
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  assert_true((unsigned)(relay_inject_now(h, 1, 1) - 0x4000 + 65535) % 65535 > 60000);
}

static void what_ended_is_not_kept(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  char before[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, before);
  for (unsigned id = 1; id <= 100; id++) {
    relay_broker(h, "%02X 07 0003'a/b' %04X", 0x32 + 2 * (id % 2), id);
    if (id % 2 == 0)
      relay_device(h, "40 02 %04X", id);
    else {
      relay_device(h, "50 02 %04X", id);
      relay_broker(h, "62 02 %04X", id);
      relay_device(h, "70 02 %04X", id);
    }
  }
  char after[DM_RELAY_SAVED_MAX];
  assert_int_equal(dm_relay_save(h->relay, after), len);
}

/* Of what is remembered the QoS is not known: any answer ends it. */
static void what_is_remembered_ends(void **state) {
  relay_host *h = *state;
  static const char *const answers[] = {"40 02 0001", "70 02 0001"};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    relay_reopen(h);
    relay_connect(h, CONNECT_KEPT, CONNACK_4);
    relay_broker(h, "34 07 0003'a/b' 0001 34 07 0003'a/b' 0002");
    size_t len = reconnect(h);
    relay_device(h, "%s", answers[i]);
    assert_broker(h, "%s", answers[i]);
    assert_true(reconnect(h) < len);
  }
}

/* Injected messages are of their connection only. */
static void injected_identifiers_are_not_kept(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  uint16_t id = relay_inject_now(h, 1, 1);
  reconnect(h);
  relay_broker(h, "32 09 0003'a/b' %04X 'hi'", id);
  assert_device(h, "32 09 0003'a/b' %04X 'hi'", id);
  relay_device(h, "40 02 %04X", id);
  assert_broker(h, "40 02 %04X", id);
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], 0);
}

/* What the broker does not send again is not in flight. */
static void what_is_remembered_takes_no_room(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 2);
  relay_broker(h, "32 08 0003'a/b' 0001 00 34 08 0003'a/b' 0002 00");
  char saved[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, saved);
  relay_reopen(h);
  relay_connect_window(h, 2);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  relay_inject_now(h, 1, 1);
  relay_inject_now(h, 1, 2);
  dm_mqtt_packet publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 3), DM_RELAY_WINDOW_FULL);
  h->out[RELAY_DEVICE].len = 0;
  relay_broker(h, "3A 08 0003'a/b' 0001 00");
  assert_device(h, ""); /* it would be the third */
  relay_device(h, "40 02 %04X", h->id);
  assert_device(h, "3A 08 0003'a/b' 0001 00");
  relay_device(h, "40 02 0001");
  relay_inject_now(h, 1, 3);
}

static void a_full_table_is_kept(void **state) {
  relay_host *h = *state;
  for (unsigned count = 95; count < 110; count++) {
    relay_reopen(h);
    relay_connect(h, CONNECT_KEPT, CONNACK_4);
    for (unsigned id = 1; id <= count; id++)
      relay_broker(h, "32 07 0003'a/b' %04X", id);
    char saved[DM_RELAY_SAVED_MAX];
    size_t len = dm_relay_save(h->relay, saved);
    assert_in_range(len, 1, sizeof saved);
    relay_reopen(h);
    relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
    assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
    /* All come again, and others: those that came count. */
    for (unsigned id = 1; id <= 90; id++)
      relay_broker(h, "3A 07 0003'a/b' %04X", id + 300);
    assert_int_equal(h->unused[RELAY_BROKER].len, 0);
    uint16_t id = relay_inject_now(h, 1, 1);
    assert_false(id > 300 && id <= 390);
    for (unsigned n = 1; n <= 90; n++)
      relay_device(h, "40 02 %04X", n + 300);
    for (unsigned n = 1; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
      relay_inject_now(h, 1, n);
  }
}

static void it_may_be_saved_at_any_time(void **state) {
  relay_host *h = *state;
  char saved[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, saved);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  len = dm_relay_save(h->relay, saved);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  relay_broker(h, "32 07 0003'a/b' 0001");
  relay_device(h, "E0 00");
  len = dm_relay_save(h->relay, saved);
  relay_end(h);
  char again[DM_RELAY_SAVED_MAX];
  assert_int_equal(dm_relay_save(h->relay, again), len);
  assert_memory_equal(saved, again, len);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
}

/* Answers that the device sends after goodbye, while the host still reads. */
static void what_ends_after_goodbye_has_ended(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  char before[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, before);
  relay_broker(h, "32 07 0003'a/b' 0001");
  relay_broker(h, "E0 00");
  relay_device(h, "40 02 0001");
  char after[DM_RELAY_SAVED_MAX];
  assert_int_equal(dm_relay_save(h->relay, after), len);
}

static void what_was_never_saved_is_refused(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_KEPT, CONNACK_4);
  relay_broker(h, "32 07 0003'a/b' 0101 34 07 0003'a/b' 0102");
  char saved[DM_RELAY_SAVED_MAX + 100] = {0};
  size_t len = dm_relay_save(h->relay, saved);
  assert_in_range(len, 1, DM_RELAY_SAVED_MAX);
  relay_reopen(h);
  relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len - 1)), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len + 1)), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len + 2)), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, 1)), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(NULL, 4)), DM_ERROR_INVALID_ARGUMENT);
  memset(saved, 1, sizeof saved);
  for (size_t long_len = DM_RELAY_SAVED_MAX + 1; long_len < sizeof saved; long_len++)
    assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, long_len)),
                     DM_ERROR_INVALID_ARGUMENT);
  for (unsigned n = 0; n < DM_RELAY_UNACKNOWLEDGED_MAX; n++)
    relay_inject_now(h, 1, n);
}

/* An identifier of 0 is none. What was saved can be restored even then. */
static void an_identifier_of_0_is_not_kept(void **state) {
  relay_host *h = *state;
  static const char *const packets[] = {"32 07 0003'a/b' 0000", "34 07 0003'a/b' 0000",
                                        "62 02 0000"};
  for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
    relay_reopen(h);
    relay_connect(h, CONNECT_KEPT, CONNACK_4);
    relay_broker(h, "%s", packets[i]);
    assert_device(h, "%s", packets[i]);
    reconnect(h);
  }
}

static void random_bytes_do_no_harm(void **state) {
  relay_host *h = *state;
  uint32_t seed = 1;
  for (unsigned round = 0; round < 3000; round++) {
    char bytes[300];
    size_t len = round % sizeof bytes;
    for (size_t i = 0; i < len; i++) {
      seed = seed * 1664525 + 1013904223;
      bytes[i] = (char)(seed >> 24);
    }
    relay_reopen(h);
    relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
    int result = dm_relay_restore(h->relay, dm_bytes(bytes, len));
    assert_true(result == DM_OK || result == DM_ERROR_INVALID_ARGUMENT);
    assert_true(result == DM_ERROR_INVALID_ARGUMENT || len <= DM_RELAY_SAVED_MAX);
    relay_inject_now(h, 1, 1);
    relay_broker(h, "30 05 0003'a/b'");
  }
}

static void restore_what_was_saved(relay_host *h) {
  static const char nothing[2] = {0};
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(nothing, 0)), DM_ERROR_INVALID_ARGUMENT);
}

static void restoring_is_for_connected(void **state) {
  relay_host *h = *state;
  h->hooks[IN_CONNECTED] = restore_what_was_saved;
  relay_connect(h, CONNECT_KEPT, CONNACK_KEPT);
  assert_null(h->hooks[IN_CONNECTED]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(open_identifiers_are_kept),
      relay_test(releases_are_kept),
      relay_test(the_brokers_counter_is_kept),
      relay_test(an_old_counter_is_not_restored),
      relay_test(what_ended_is_not_kept),
      relay_test(what_is_remembered_ends),
      relay_test(injected_identifiers_are_not_kept),
      relay_test(what_is_remembered_takes_no_room),
      relay_test(a_full_table_is_kept),
      relay_test(it_may_be_saved_at_any_time),
      relay_test(what_ends_after_goodbye_has_ended),
      relay_test(what_was_never_saved_is_refused),
      relay_test(an_identifier_of_0_is_not_kept),
      relay_test(random_bytes_do_no_harm),
      relay_test(restoring_is_for_connected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
