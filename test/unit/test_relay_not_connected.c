/* Tests of the relay: who is not connected, before and without a CONNACK that accepts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

static void nothing_is_injected_before_connack(void **state) {
  relay_host *h = *state;
  assert_nobody(h);
  relay_device(h, CONNECT_4);
  assert_nobody(h);
  relay_broker(h, "20 02 00");
  assert_nobody(h);
  relay_broker(h, "00");
  assert_told(h, "connected c1; ");
  assert_device(h, CONNACK_4);
  relay_inject_now(h, 0, 1);
}

static void a_refusal_passes(void **state) {
  relay_host *h = *state;
  static const struct {
    const char *connect, *connack;
  } refusals[] = {
      {CONNECT_3_1, "20 02 00 05"},
      {CONNECT_4, "20 02 00 01"},
      {CONNECT_4, "20 02 00 04"},
      {CONNECT_5, "20 03 00 87 00"},
      {CONNECT_5, "20 0A 00 97 07 1F 0004'full'"},
  };
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    relay_reopen(h);
    relay_device(h, "%s", refusals[i].connect);
    assert_int_equal(relay_broker(h, "%s", refusals[i].connack), DM_OK);
    assert_device(h, "%s", refusals[i].connack);
    assert_nobody(h);
    relay_end(h);
    assert_told(h, "");
  }
}

static void a_broken_connack_passes(void **state) {
  relay_host *h = *state;
  static const char *const connacks[] = {
      "20 02 01 05", /* a session and a refusal */
      "20 02 00 06", /* no such code */
      "20 00",
      "20 01 00",
      "20 FF FF FF FF FF",
      "30 07 0003'a/b''hi'", /* before CONNACK */
      "D0 00",
      "00 00",
      "'HTTP/1.1 400 Bad Request'",
  };
  for (size_t i = 0; i < sizeof connacks / sizeof *connacks; i++) {
    relay_reopen(h);
    relay_device(h, CONNECT_4);
    assert_int_equal(relay_broker(h, "%s", connacks[i]), DM_OK);
    assert_device(h, "%s", connacks[i]);
    assert_nobody(h);
  }
}

/* The device is there, and is told from one that is not. */
static void a_broken_connack_may_accept(void **state) {
  relay_host *h = *state;
  static const char *const connacks[] = {
      "20 02 02 00",    /* reserved flags */
      "20 03 00 00 00", /* MQTT 5's */
  };
  for (size_t i = 0; i < sizeof connacks / sizeof *connacks; i++) {
    relay_reopen(h);
    relay_device(h, CONNECT_4);
    relay_broker(h, "%s", connacks[i]);
    assert_device(h, "%s", connacks[i]);
    assert_told(h, "unfollowed c1; ");
    dm_mqtt_packet publish = relay_publish(1);
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_UNFOLLOWED);
    relay_device(h, "E0 00");
    assert_told(h, "disconnected 0; ");
  }
}

static void a_long_connack_passes(void **state) {
  relay_host *h = *state;
  h->config.max_connect_size = 100;
  for (unsigned size = 99; size < 103; size++) {
    relay_reopen(h);
    relay_device(h, CONNECT_5);
    unsigned properties = size - 5;
    char text[256];
    memset(text, 'x', sizeof text);
    text[properties - 3] = '\0';
    relay_broker(h, "20 %02X 00 00 %02X 1F %04X '%s'", size - 2, properties, properties - 3, text);
    assert_device(h, "20 %02X 00 00 %02X 1F %04X '%s'", size - 2, properties, properties - 3, text);
    assert_told(h, size <= 100 ? "connected c1; " : "unfollowed c1; ");
    relay_broker(h, "30 08 0003'a/b' 00 'hi'");
    assert_device(h, "30 08 0003'a/b' 00 'hi'");
    dm_mqtt_packet publish = relay_publish(0);
    assert_int_equal(relay_inject(h, &publish, 1), size <= 100 ? DM_OK : DM_RELAY_UNFOLLOWED);
  }
}

static void a_huge_connack_passes_in_pieces(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_5);
  relay_broker(h, "20 FF FF 7F 00 00 FC FF 7F");
  char zeros[1000] = {0};
  for (size_t i = 0; i < 100; i++)
    assert_int_equal(relay_feed(h, RELAY_BROKER, dm_bytes(zeros, sizeof zeros)), DM_OK);
  assert_int_equal(h->out[RELAY_DEVICE].len, 9 + 100 * sizeof zeros);
  assert_told(h, "unfollowed c1; ");
  relay_reopen(h);
  relay_device(h, CONNECT_5);
  relay_broker(h, "20 FF FF 7F 00");
  assert_device(h, "");
  relay_broker(h, "87");
  assert_device(h, "20 FF FF 7F 00 87");
  assert_nobody(h);
}

static void authenticate(relay_host *h) {
  relay_device(h, "10 16 0004'MQTT'05 02 003C 07 15 0004'SCRA' 0002'c1'");
  relay_broker(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'x'");
  assert_device(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'x'");
  assert_nobody(h);
  relay_device(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'y'");
  relay_broker(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'z'");
  assert_nobody(h);
  relay_device(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'w'");
  relay_broker(h, "20 0A 00 00 07 15 0004'SCRA'");
  assert_told(h, "connected c1; ");
  relay_device(h, "F0 09 19 07 15 0004'SCRA'");
  relay_broker(h, "F0 09 00 07 15 0004'SCRA'");
  assert_device(h, "F0 0D 18 0B 15 0004'SCRA' 16 0001'z' 20 0A 00 00 07 15 0004'SCRA'"
                   "F0 09 00 07 15 0004'SCRA'");
  relay_inject_now(h, 1, 1);
}

static void authentication_passes(void **state) {
  relay_cut(*state, authenticate, false);
}

static void a_device_need_not_wait_for_connack(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_4 "82 08 0001 0003'a/b' 00 30 05 0003'a/b' 32 07 0003'a/b' 0002 C0 00");
  assert_broker(h, CONNECT_4 "82 08 0001 0003'a/b' 00 30 05 0003'a/b' 32 07 0003'a/b' 0002 C0 00");
  relay_broker(h, CONNACK_4 "90 03 0001 00 40 02 0002 D0 00");
  assert_device(h, CONNACK_4 "90 03 0001 00 40 02 0002 D0 00");
  assert_told(h, "connected c1; ");
}

static void who_said_goodbye_before_connack_is_not_connected(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_4 "E0 00");
  relay_broker(h, CONNACK_4);
  assert_broker(h, CONNECT_4 "E0 00");
  assert_device(h, CONNACK_4);
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  assert_int_equal(h->calls[IN_CONNECTED], h->calls[IN_DISCONNECTED]);
}

/* Also where only its beginning has come. */
static void who_begins_to_say_goodbye_is_not_connected(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_5 "E0 08 04 06");
  assert_broker(h, CONNECT_5 "E0 08 04 06");
  relay_broker(h, CONNACK_5);
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
}

static void connecting_again_changes_nothing(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_device(h, "10 0E 0004'MQTT'04 02 003C 0002'c2'");
  relay_broker(h, CONNACK_4);
  assert_broker(h, "10 0E 0004'MQTT'04 02 003C 0002'c2'");
  assert_device(h, CONNACK_4);
  assert_int_equal(h->calls[IN_CONNECTED], 1);
}

static void a_broker_that_speaks_first_passes(void **state) {
  relay_host *h = *state;
  relay_broker(h, "30 FF FF FF FF FF");
  assert_device(h, "30 FF FF FF FF FF");
  assert_int_equal(relay_device(h, "'GET /'"), DM_RELAY_NOT_A_CONNECT);
  assert_broker(h, "");
  relay_reopen(h);
  relay_broker(h, CONNACK_4);
  assert_nobody(h);
  relay_device(h, CONNECT_4);
  assert_broker(h, CONNECT_4);
  assert_nobody(h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(nothing_is_injected_before_connack),
      relay_test(a_refusal_passes),
      relay_test(a_broken_connack_passes),
      relay_test(a_broken_connack_may_accept),
      relay_test(a_long_connack_passes),
      relay_test(a_huge_connack_passes_in_pieces),
      relay_test(authentication_passes),
      relay_test(a_device_need_not_wait_for_connack),
      relay_test(who_said_goodbye_before_connack_is_not_connected),
      relay_test(who_begins_to_say_goodbye_is_not_connected),
      relay_test(connecting_again_changes_nothing),
      relay_test(a_broker_that_speaks_first_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
