/* Tests of the relay: CONNECT, CONNACK, and who is connected when.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

#include "mqtt_bytes.h"

/* ---- The first packet ----------------------------------------------------------- */

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
      "10 8E 00 0004'MQTT'04 02 003C 0002'c1'",
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

/* The broker refuses it in its own words. */
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
    relay_broker(h, CONNACK_4);
    assert_device(h, CONNACK_4);
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
      "10 0E 0004'MQTT'84 02 003C 0002'c1'", /* a bridge's 3.1.1 */
      "10 10 0006'MQIsdp'83 02 003C 0002'c1'",
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
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
    relay_device(h, "40"); /* not even a fixed header */
    assert_broker(h, "40");
    relay_broker(h, "32");
    assert_device(h, "32");
    relay_end(h);
    assert_told(h, "");
  }
}

/* ---- Who is connected ------------------------------------------------------------- */

static void every_level_connects(void **state) {
  relay_host *h = *state;
  for (uint8_t level = DM_MQTT_LEVEL_3_1; level <= DM_MQTT_LEVEL_5; level++) {
    relay_reopen(h);
    relay_connect_level(h, level);
    assert_int_equal(h->connection.protocol_level, level);
    assert_int_equal(h->connection.keep_alive, 60);
    assert_int_equal(h->connection.session_present, 0);
    assert_int_equal(h->connection.persistent, 0);
    assert_int_equal(h->connection.receive_maximum, 65535);
    assert_int_equal(h->connection.session_expiry, 0);
    assert_int_equal(h->connection.maximum_packet_size, 0);
  }
}

static void converse_simply(relay_host *h) {
  relay_device(h,
               "10 23 0004'MQTT'05 C6 003C 00 0002'c1' 00 0001'w' 0002'by' 0004'user' 0004'pass'");
  assert_broker(h,
                "10 23 0004'MQTT'05 C6 003C 00 0002'c1' 00 0001'w' 0002'by' 0004'user' 0004'pass'");
  relay_broker(h, "20 06 01 00 03 21 000A");
  assert_device(h, "20 06 01 00 03 21 000A");
  assert_told(h, "connected c1; ");
  assert_int_equal(h->connection.session_present, 1);
  relay_device(h, "E0 00");
  assert_broker(h, "E0 00");
  assert_told(h, "disconnected 0; ");
}

static void cuts_do_not_matter(void **state) {
  relay_cut(*state, converse_simply, true);
}

static void look_at_connect(relay_host *h) {
  const dm_mqtt_packet *connect = h->connection.connect;
  const dm_mqtt_packet *connack = h->connection.connack;
  assert_int_equal(connect->type, DM_MQTT_CONNECT);
  assert_int_equal(connect->connect.level, 5);
  assert_int_equal(connect->connect.clean_start, 1);
  assert_int_equal(connect->connect.user_name.len, 4);
  assert_memory_equal(connect->connect.user_name.ptr, "user", 4);
  assert_non_null(connect->connect.password.ptr);
  for (size_t i = 0; i < connect->connect.password.len; i++)
    assert_null(memchr("secret", connect->connect.password.ptr[i], 6));
  assert_true(connect->connect.has_will);
  assert_memory_equal(connect->connect.will.topic.ptr, "w", 1);
  assert_memory_equal(connect->connect.will.payload.ptr, "by", 2);
  size_t position = 0;
  dm_property property;
  assert_int_equal(dm_mqtt_next_user_property(&connect->properties, &position, &property), 1);
  assert_memory_equal(property.key.ptr, "k", 1);
  assert_int_equal(connack->type, DM_MQTT_CONNACK);
  assert_int_equal(connack->reason_code, 0);
  assert_int_equal(connack->properties.topic_alias_maximum, 7);
  assert_int_equal(connack->connack.session_present, 0);
  /* Its CONNACK was given to to_device(). */
  assert_device(h, "20 06 00 00 03 22 0007");
}

static void connected_shows_both_packets(void **state) {
  relay_host *h = *state;
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    relay_reopen(h);
    h->bytewise = bytewise == 1;
    h->hooks[IN_CONNECTED] = look_at_connect;
    relay_device(h, "10 2C 0004'MQTT'05 C6 003C 07 26 0001'k' 0001'v' 0002'c1' 00 0001'w' 0002'by'"
                    "0004'user' 0006'secret'");
    assert_broker(h, "10 2C 0004'MQTT'05 C6 003C 07 26 0001'k' 0001'v' 0002'c1' 00 0001'w' 0002'by'"
                     "0004'user' 0006'secret'");
    relay_broker(h, "20 06 00 00 03 22 0007");
    assert_null(h->hooks[IN_CONNECTED]);
    assert_told(h, "connected c1; ");
  }
}

static void look_at_old_password(relay_host *h) {
  const dm_mqtt_connect *connect = &h->connection.connect->connect;
  assert_int_equal(connect->user_name.len, 6);
  assert_memory_equal(connect->user_name.ptr, "secret", 6);
  assert_non_null(connect->password.ptr);
  for (size_t i = 0; i < connect->password.len; i++)
    assert_int_not_equal(connect->password.ptr[i], "secret"[i]);
}

static void only_the_password_is_blotted_out(void **state) {
  relay_host *h = *state;
  h->hooks[IN_CONNECTED] = look_at_old_password;
  relay_connect(h, "10 1E 0004'MQTT'04 C2 003C 0002'c1' 0006'secret' 0006'secret'", CONNACK_4);
  assert_null(h->hooks[IN_CONNECTED]);
}

static void what_the_device_says_counts(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 1C 0004'MQTT'05 00 000A 0D 11 00000E10 21 0014 27 00001000 0002'c1'",
                CONNACK_5);
  assert_int_equal(h->connection.keep_alive, 10);
  assert_int_equal(h->connection.session_expiry, 3600);
  assert_int_equal(h->connection.persistent, 1);
  assert_int_equal(h->connection.receive_maximum, 20);
  assert_int_equal(h->connection.maximum_packet_size, 4096);
}

static void the_receive_maximum_of_the_server_is_not_the_devices(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, "20 0B 00 00 08 21 0002 27 00000100");
  assert_int_equal(h->connection.receive_maximum, 65535);
  assert_int_equal(h->connection.maximum_packet_size, 0);
}

static void what_the_server_says_counts_more(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 14 0004'MQTT'05 02 003C 05 11 00000E10 0002'c1'",
                "20 0B 00 00 08 11 00000000 13 001E");
  assert_int_equal(h->connection.keep_alive, 30);
  assert_int_equal(h->connection.session_expiry, 0);
  assert_int_equal(h->connection.persistent, 0);
  relay_reopen(h);
  relay_connect(h, CONNECT_5, "20 08 00 00 05 11 FFFFFFFF");
  assert_int_equal(h->connection.session_expiry, UINT32_MAX);
  assert_int_equal(h->connection.persistent, 1);
}

static void an_old_session_may_be_persistent(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 0E 0004'MQTT'04 00 0000 0002'c1'", "20 02 01 00");
  assert_int_equal(h->connection.persistent, 1);
  assert_int_equal(h->connection.session_expiry, UINT32_MAX);
  assert_int_equal(h->connection.session_present, 1);
  assert_int_equal(h->connection.keep_alive, 0);
}

static void the_server_may_assign_the_client_id(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 0D 0004'MQTT'05 02 003C 00 0000", "20 0B 00 00 08 12 0005'auto1'");
  assert_told(h, "connected auto1; ");
  relay_reopen(h);
  relay_connect(h, "10 0D 0004'MQTT'05 02 003C 00 0000", CONNACK_5);
  assert_int_equal(h->connection.client_id.len, 0);
  relay_reopen(h);
  relay_connect(h, "10 0C 0004'MQTT'04 02 003C 0000", CONNACK_4);
  assert_int_equal(h->connection.client_id.len, 0);
}

/* ---- Who is not ------------------------------------------------------------------- */

static void assert_nobody(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  assert_told(h, "");
}

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
      "20 02 02 00",    /* reserved flags */
      "20 02 01 05",    /* a session and a refusal */
      "20 02 00 06",    /* no such code */
      "20 03 00 00 00", /* MQTT 5's */
      "20 00",
      "20 01 00",
      "21 02 00 00",
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
    assert_told(h, size <= 100 ? "connected c1; " : "");
    relay_broker(h, "30 08 0003'a/b' 00 'hi'");
    assert_device(h, "30 08 0003'a/b' 00 'hi'");
    if (size > 100)
      assert_nobody(h);
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

/* ---- Goodbye ------------------------------------------------------------------------ */

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
      relay_test(connect_passes_once_it_is_complete),
      relay_test(what_is_no_connect_is_refused),
      relay_test(no_connect_is_seen_in_the_fixed_header),
      relay_test(no_connect_stays_no_connect),
      relay_test(a_broken_connect_passes_unseen),
      relay_test(connect_has_a_largest_size),
      relay_test(a_level_that_is_not_known_passes_unseen),
      relay_test(every_level_connects),
      relay_test(cuts_do_not_matter),
      relay_test(connected_shows_both_packets),
      relay_test(only_the_password_is_blotted_out),
      relay_test(what_the_device_says_counts),
      relay_test(the_receive_maximum_of_the_server_is_not_the_devices),
      relay_test(what_the_server_says_counts_more),
      relay_test(an_old_session_may_be_persistent),
      relay_test(the_server_may_assign_the_client_id),
      relay_test(nothing_is_injected_before_connack),
      relay_test(a_refusal_passes),
      relay_test(a_broken_connack_passes),
      relay_test(a_long_connack_passes),
      relay_test(a_huge_connack_passes_in_pieces),
      relay_test(authentication_passes),
      relay_test(a_device_need_not_wait_for_connack),
      relay_test(who_said_goodbye_before_connack_is_not_connected),
      relay_test(who_begins_to_say_goodbye_is_not_connected),
      relay_test(connecting_again_changes_nothing),
      relay_test(a_broker_that_speaks_first_passes),
      relay_test(a_device_says_goodbye),
      relay_test(a_short_goodbye_is_read),
      relay_test(a_goodbye_that_cannot_be_read_is_one),
      relay_test(a_long_goodbye_is_one),
      relay_test(after_the_brokers_goodbye_nothing_is_injected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
