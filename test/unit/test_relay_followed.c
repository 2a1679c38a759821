/* Tests of what the relay follows although a broker may refuse it: reserved flags, and remaining
 * lengths longer than they need be.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include "mqtt_bytes.h"

/* The device can still be sent messages, and its PUBACK is still found. */
static void assert_followed(relay_host *h) {
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_device(h, "40 02 %04X", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_broker(h, "");
}

static const char *const from_device[] = {
    "8A 06 0001 0001'a'01", /* DUP, as MQTT 3.1 wants it */
    "AA 05 0001 0001'a'",
    "80 06 0001 0001'a'01",
    "8F 06 0001 0001'a'01",
    "A0 05 0001 0001'a'",
    "6A 02 0001",
    "42 02 0001",
    "4F 02 0001",
    "58 02 0001",
    "78 02 0001",
    "C1 00",
    "F8 00",
    "38 07 0003'a/b' 'hi'",
    "36 09 0003'a/b' 0001 'hi'", /* QoS 3 is the broker's to judge, where the device has it */
    "C0 80 00",
    "C0 80 80 80 00",
    "30 87 00 0003'a/b''hi'",
    "40 82 80 00 0001",
    "82 86 00 0001 0001'a'01",
};

static const char *const from_broker[] = {
    "92 03 0001 01",
    "42 02 0001",
    "B2 02 0001",
    "6A 02 0001",
    "60 02 0001",
    "52 02 0001",
    "72 02 0001",
    "D1 00",
    "38 07 0003'a/b' 'hi'",
    "39 07 0003'a/b' 'hi'",
    "D0 80 00",
    "D0 80 80 00",
    "90 83 00 0001 01",
    "62 82 00 0001",
    "30 87 00 0003'a/b''hi'",
    "32 89 80 00 0003'a/b' 0001 'hi'",
};

static void check(relay_host *h, int side, uint8_t level, const char *packet) {
  relay_reopen(h);
  relay_connect_level(h, level);
  if (side == RELAY_DEVICE) {
    relay_device(h, "%s", packet);
    assert_broker(h, "%s", packet);
  } else {
    relay_broker(h, "%s", packet);
    assert_device(h, "%s", packet);
  }
  assert_told(h, "");
  assert_followed(h);
}

static void reserved_flags_and_long_lengths_are_followed(void **state) {
  relay_host *h = *state;
  for (uint8_t level = 3; level <= 5; level++) {
    for (int bytewise = 0; bytewise < 2; bytewise++) {
      h->bytewise = bytewise == 1;
      for (size_t i = 0; i < sizeof from_device / sizeof *from_device; i++)
        check(h, RELAY_DEVICE, level, from_device[i]);
      for (size_t i = 0; i < sizeof from_broker / sizeof *from_broker; i++)
        check(h, RELAY_BROKER, level, from_broker[i]);
    }
  }
}

/* A PUBACK of an injected message is found however it is written. */
static void a_puback_is_taken_out_with_flags(void **state) {
  relay_host *h = *state;
  static const char *const pubacks[] = {"42 02 %04X", "4F 02 %04X", "40 82 00 %04X",
                                        "48 82 80 80 00 %04X"};
  for (size_t i = 0; i < sizeof pubacks / sizeof *pubacks; i++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    uint16_t id = relay_inject_now(h, 1, 7);
    relay_device(h, pubacks[i], id);
    assert_told(h, "acknowledged 7 00; ");
    assert_broker(h, "");
  }
}

/* CONNECT has no flags at any level, others may: the broker accepts them, or does not. */
static void a_connection_begins_and_ends_with_flags(void **state) {
  relay_host *h = *state;
  static const char *const connects[] = {
      "10 0E 0004'MQTT'04 02 003C 0002'c1'", "10 8E 00 0004'MQTT'04 02 003C 0002'c1'",
      "10 8E 80 80 00 0004'MQTT'04 02 003C 0002'c1'", "10 90 00 0006'MQIsdp'03 02 003C 0002'c1'"};
  static const char *const connacks[] = {"20 02 00 00", "22 02 00 00", "20 82 00 00 00",
                                         "2F 82 80 00 00 00"};
  for (size_t i = 0; i < sizeof connects / sizeof *connects; i++) {
    relay_reopen(h);
    relay_device(h, "%s", connects[i]);
    assert_broker(h, "%s", connects[i]);
    relay_broker(h, "%s", connacks[i]);
    assert_device(h, "%s", connacks[i]);
    assert_told(h, "connected c1; ");
    assert_followed(h);
    relay_device(h, "E1 80 00");
    assert_broker(h, "E1 80 00");
    assert_told(h, "disconnected 0; ");
  }
}

/* What a device is subscribed to is known all the same. */
static unsigned told;

static void subscription(void *user, const dm_mqtt_packet *packet) {
  (void)user;
  (void)packet;
  told++;
}

static void subscriptions_are_told_of_with_flags(void **state) {
  relay_host *h = *state;
  h->config.subscription = subscription;
  relay_reopen(h);
  for (uint8_t level = 3; level <= 4; level++) {
    relay_reopen(h);
    relay_connect_level(h, level);
    told = 0;
    relay_device(h, "8A 06 0001 0001'a'01 AA 85 00 0001 0001'a'");
    relay_broker(h, "92 03 0001 01 B2 82 00 0001");
    assert_int_equal(told, 4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(reserved_flags_and_long_lengths_are_followed),
      relay_test(a_puback_is_taken_out_with_flags),
      relay_test(a_connection_begins_and_ends_with_flags),
      relay_test(subscriptions_are_told_of_with_flags),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
