/* Tests of the relay: the first packet, which is to be a CONNECT.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

#include "mqtt_bytes.h"

static void connect_passes_once_it_is_complete(void **state) {
  relay_host *h = *state;
  size_t len;
  char *connect = mqtt_bytes(CONNECT_5, &len);
  for (size_t i = 0; i + 1 < len; i++) {
    assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(connect + i, 1)), DM_OK);
    assert_int_equal(h->unused[RELAY_DEVICE].len, i + 1);
    assert_broker(h, "");
  }
  assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(connect + len - 1, 1)), DM_OK);
  assert_broker(h, CONNECT_5);
  assert_int_equal(h->calls[IN_TO_BROKER], 1);
  assert_int_equal(h->outside, 0);
  free(connect);
}

static void what_is_no_connect_is_refused(void **state) {
  relay_host *h = *state;
  static const char *const firsts[] = {
      "16 0301 0200 0100 01FC 0303",         /* TLS */
      "'GET / HTTP/1.1' 0D0A 0D0A",          /* HTTP */
      "'PRI * HTTP/2.0' 0D0A 0D0A",          /* HTTP/2 */
      "'PROXY TCP4 1.2.3.4 5.6.7.8 1 2'",    /* PROXY protocol */
      "0D0A0D0A 000D0A51 5549540A 21110054", /* PROXY protocol v2 */
      "00 00 00 00",
      "C0 00",
      "20 02 00 00",
      "30 07 0003'a/b''hi'",
      "E0 00",
      "F0 00",
      "82 08 0001 0003'a/b' 00",
      "11 0E 0004'MQTT'04 02 003C 0002'c1'", /* a reserved flag */
      "1F 0E 0004'MQTT'04 02 003C 0002'c1'",
      "10 FF FF FF FF 01", /* the remaining length */
      "10 FF FF FF 80 01",
  };
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
    for (int bytewise = 0; bytewise < 2; bytewise++) {
      relay_reopen(h);
      h->bytewise = bytewise == 1;
      assert_int_equal(relay_device(h, "%s", firsts[i]), DM_RELAY_NOT_A_CONNECT);
      assert_broker(h, "");
      assert_device(h, "");
      relay_end(h);
      assert_told(h, "");
    }
  }
}

static void no_connect_is_seen_in_the_fixed_header(void **state) {
  relay_host *h = *state;
  for (unsigned first = 0; first < 256; first++) {
    relay_reopen(h);
    int expected = first == 0x10 ? DM_OK : DM_RELAY_NOT_A_CONNECT;
    assert_int_equal(relay_device(h, "%02X 0E", first), expected);
    assert_broker(h, "");
  }
}

static void no_connect_stays_no_connect(void **state) {
  relay_host *h = *state;
  assert_int_equal(relay_device(h, "'GET / HTTP/1.1'"), DM_RELAY_NOT_A_CONNECT);
  assert_true(relay_device(h, CONNECT_4) < 0);
  assert_broker(h, "");
}

/* The broker refuses it in its own words, or does not. */
static void a_broken_connect_passes_unseen(void **state) {
  relay_host *h = *state;
  static const char *const broken[] = {
      "10 00",
      "10 02 0004",
      "10 0D 0004'MQTT'04 02 003C 0002'c'",     /* cut short */
      "10 0F 0004'MQTT'04 02 003C 0002'c1' 00", /* too long */
      "10 0E 0004'MQTT'04 03 003C 0002'c1'",    /* the reserved connect flag */
      "10 0E 0004'MQTT'04 0A 003C 0002'c1'",    /* a will's QoS without a will */
      "10 0E 0004'MQTT'04 02 003C 0002 C0 80",  /* not UTF-8 */
      "10 0F 0004'MQTT'05 02 003C 05 0002'c1'", /* properties */
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    relay_reopen(h);
    assert_int_equal(relay_device(h, "%s", broken[i]), DM_OK);
    assert_broker(h, "%s", broken[i]);
    relay_broker(h, "20 02 00 02");
    assert_device(h, "20 02 00 02");
    assert_nobody(h);
    relay_end(h);
    assert_told(h, "");
  }
}

/* CONNECT of exactly a size, filled up with a will's payload. */
static char *connect_of(size_t size) {
  size_t head_len;
  char *head = mqtt_bytes("10 00 00 0004'MQTT'04 06 003C 0002'c1' 0001't' 0000", &head_len);
  char *bytes = calloc(1, size);
  assert_non_null(bytes);
  memcpy(bytes, head, head_len);
  free(head);
  bytes[1] = (char)((size - 3) % 128 | 128);
  bytes[2] = (char)((size - 3) / 128);
  assert_in_range(size - 3, 128, 128 * 128 - 1);
  bytes[head_len - 2] = (char)((size - head_len) >> 8);
  bytes[head_len - 1] = (char)(size - head_len);
  return bytes;
}

static void check_connect_size(relay_host *h, size_t size, int expected) {
  relay_reopen(h);
  char *bytes = connect_of(size);
  assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(bytes, size)), expected);
  assert_int_equal(h->out[RELAY_BROKER].len, expected == DM_OK ? size : 0);
  if (expected != DM_OK) { /* is known as soon as the header is */
    relay_reopen(h);
    assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(bytes, 3)), expected);
  }
  free(bytes);
}

static void connect_has_a_largest_size(void **state) {
  relay_host *h = *state;
  h->config.max_connect_size = 200;
  check_connect_size(h, 199, DM_OK);
  check_connect_size(h, 200, DM_OK);
  check_connect_size(h, 201, DM_RELAY_CONNECT_TOO_LARGE);
  h->config.max_connect_size = 0;
  check_connect_size(h, 16384, DM_OK);
  check_connect_size(h, 16385, DM_RELAY_CONNECT_TOO_LARGE);
}

static void a_level_that_is_not_known_passes_unseen(void **state) {
  relay_host *h = *state;
  static const char *const connects[] = {
      "10 0E 0004'MQTT'06 02 003C 0002'c1'",
      "10 0F 0004'MQTT'85 02 003C 00 0002'c1'", /* no bridge says so in MQTT 5 */
      "10 10 0006'MQIsdp'04 02 003C 0002'c1'",
      "10 0E 0004'MQTT'03 02 003C 0002'c1'",
      "10 0C 0006'FOOBAR'05 01 02 03",
  };
  for (size_t i = 0; i < sizeof connects / sizeof *connects; i++) {
    relay_reopen(h);
    assert_int_equal(relay_device(h, "%s 32", connects[i]), DM_OK);
    assert_broker(h, "%s 32", connects[i]);
    assert_int_equal(relay_broker(h, CONNACK_4 "32 09 0003'a/b' 000A 'hi' 30 FF FF FF FF FF"),
                     DM_OK);
    assert_device(h, CONNACK_4 "32 09 0003'a/b' 000A 'hi' 30 FF FF FF FF FF");
    assert_int_equal(relay_device(h, "00 FF FF FF FF FF FF 40 02 00 01"), DM_OK);
    assert_broker(h, "00 FF FF FF FF FF FF 40 02 00 01");
    dm_mqtt_packet publish = relay_publish(0);
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_UNFOLLOWED);
    relay_device(h, "40"); /* not even a fixed header */
    assert_broker(h, "40");
    relay_broker(h, "32");
    assert_device(h, "32");
    bool found = strstr(connects[i], "'c1'") != NULL && strstr(connects[i], "'06") == NULL;
    assert_told(h, found ? "unfollowed c1; " : "unfollowed ; ");
    relay_end(h);
    assert_told(h, "disconnected -1; ");
  }
}

/* It is addressed by its client ID as far as that can be read; the password is in no memory. */
static void a_connect_that_the_broker_alone_can_read(void **state) {
  relay_host *h = *state;
  static const struct {
    const char *connect, *told;
  } cases[] = {
      {"10 0E 0004'MQTT'04 0A 003C 0002'c1'", "unfollowed c1; "},
      {"10 11 0004'MQTT'05 02 003C 02 7E00 0002'c1'", "unfollowed c1; "},
      {"10 0F 0004'MQTT'04 02 003C 0002'c1' 00", "unfollowed c1; "},
      {"10 15 0004'MQTT'04 43 003C 0002'c1' 0005'passw'", "unfollowed c1; "},
      {"10 0D 0004'MQTT'04 02 003C 0002'c'", "unfollowed ; "},
      {"10 00", "unfollowed ; "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int bytewise = 0; bytewise < 2; bytewise++) {
      h->bytewise = bytewise == 1;
      relay_reopen(h);
      relay_device(h, "%s C0 00", cases[i].connect);
      assert_told(h, "");
      relay_broker(h, CONNACK_4 "30 04 0001'a' 78");
      assert_device(h, CONNACK_4 "30 04 0001'a' 78");
      assert_told(h, cases[i].told);
      relay_end(h);
      assert_told(h, "disconnected -1; ");
    }
  }
}

/* A host that does not want to know has nobody to address. */
static void nobody_need_hear_of_it(void **state) {
  relay_host *h = *state;
  h->config.unfollowed = NULL;
  relay_reopen(h);
  relay_device(h, "10 0E 0004'MQTT'04 0A 003C 0002'c1'");
  relay_broker(h, CONNACK_4);
  assert_device(h, CONNACK_4);
  assert_nobody(h);
}

/* A bridge of mosquitto's sets bit 7 of the level; the broker decides. */
static void a_bridge_is_followed(void **state) {
  relay_host *h = *state;
  static const char *const connects[] = {"10 10 0006'MQIsdp'83 02 003C 0002'c1'",
                                         "10 0E 0004'MQTT'84 02 003C 0002'c1'"};
  for (size_t i = 0; i < sizeof connects / sizeof *connects; i++) {
    relay_reopen(h);
    relay_device(h, "%s", connects[i]);
    assert_broker(h, "%s", connects[i]);
    relay_broker(h, "20 02 00 01"); /* this one does not want it */
    assert_nobody(h);
    relay_reopen(h);
    relay_device(h, "%s", connects[i]);
    relay_broker(h, CONNACK_4);
    assert_told(h, "connected c1; ");
    assert_int_equal(h->connection.protocol_level, 3 + i);
    h->out[RELAY_DEVICE].len = h->out[RELAY_BROKER].len = 0;
    uint16_t id = relay_inject_now(h, 1, 7);
    relay_device(h, "40 02 %04X", id);
    assert_told(h, "acknowledged 7 00; ");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(connect_passes_once_it_is_complete),
      relay_test(what_is_no_connect_is_refused),
      relay_test(no_connect_is_seen_in_the_fixed_header),
      relay_test(no_connect_stays_no_connect),
      relay_test(a_broken_connect_passes_unseen),
      relay_test(connect_has_a_largest_size),
      relay_test(a_level_that_is_not_known_passes_unseen),
      relay_test(a_connect_that_the_broker_alone_can_read),
      relay_test(nobody_need_hear_of_it),
      relay_test(a_bridge_is_followed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
