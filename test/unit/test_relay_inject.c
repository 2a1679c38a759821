/* Tests of the relay: what is injected, and the PUBACK that answers it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include "mqtt_bytes.h"

static void refuses(relay_host *h, const dm_mqtt_packet *publish, int expected) {
  assert_int_equal(relay_inject(h, publish, 99), expected);
  assert_device(h, "");
}

/* ---- What is injected -------------------------------------------------------------- */

static void a_message_has_the_form_of_its_level(void **state) {
  relay_host *h = *state;
  for (uint8_t level = DM_MQTT_LEVEL_3_1; level <= DM_MQTT_LEVEL_5; level++) {
    relay_reopen(h);
    relay_connect_level(h, level);
    const char *properties = level == DM_MQTT_LEVEL_5 ? "00" : "";
    unsigned more = level == DM_MQTT_LEVEL_5;
    relay_inject_now(h, 0, 1);
    assert_int_equal(h->id, 0);
    assert_device(h, "30 %02X 0003'a/b' %s 'hi'", 7 + more, properties);
    relay_inject_now(h, 1, 2);
    assert_int_not_equal(h->id, 0);
    assert_device(h, "32 %02X 0003'a/b' %04X %s 'hi'", 9 + more, h->id, properties);
    assert_broker(h, "");
  }
}

static void properties_are_for_level_5(void **state) {
  relay_host *h = *state;
  dm_mqtt_packet publish = relay_publish(0);
  publish.properties.content_type = dm_text("text");
  publish.properties.response_topic = dm_text("r");
  dm_mqtt_set(&publish.properties, DM_MQTT_CONTENT_TYPE);
  dm_mqtt_set(&publish.properties, DM_MQTT_RESPONSE_TOPIC);
  relay_connect_level(h, 5);
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  assert_device(h, "30 13 0003'a/b' 0B 03 0004'text' 08 0001'r' 'hi'");
  relay_reopen(h);
  relay_connect_level(h, 4);
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  assert_device(h, "30 07 0003'a/b' 'hi'");
}

static void the_packet_identifier_given_is_not_looked_at(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  dm_mqtt_packet publish = relay_publish(1);
  for (unsigned i = 0; i < 3; i++) {
    publish.packet_id = 1234;
    assert_int_equal(relay_inject(h, &publish, i), DM_OK);
    assert_int_not_equal(h->id, 1234);
    assert_int_equal(publish.packet_id, 1234);
  }
  publish = relay_publish(0);
  publish.packet_id = 1234;
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  assert_int_equal(h->id, 0);
}

static void a_payload_is_only_counted(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  dm_mqtt_packet publish = relay_publish(0);
  publish.publish.payload = dm_bytes((const char *)16, 200000000);
  char head[32];
  size_t len = 0;
  assert_int_equal(dm_relay_inject(h->relay, &publish, 1, head, sizeof head, &len), DM_OK);
  mqtt_assert_bytes("head", head, len, "30 85 84 AF 5F 0003'a/b'");
}

static void an_empty_payload_is_fine(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  dm_mqtt_packet publish = relay_publish(0);
  publish.publish.payload = dm_text(NULL);
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  assert_device(h, "30 05 0003'a/b'");
}

/* ---- What cannot be ------------------------------------------------------------------- */

static void what_may_not_be_injected_is_refused(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  dm_mqtt_packet publish = relay_publish(2);
  refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
  publish = relay_publish(3);
  refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
  publish = relay_publish(1);
  publish.publish.dup = 1;
  refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
  for (uint8_t qos = 0; qos <= 1; qos++) {
    publish = relay_publish(qos);
    publish.publish.retain = 1;
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish = relay_publish(qos);
    publish.publish.topic = dm_text("");
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish.publish.topic = dm_text("a/+");
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish = relay_publish(qos);
    publish.properties.topic_alias = 1;
    dm_mqtt_set(&publish.properties, DM_MQTT_TOPIC_ALIAS);
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish.publish.topic = dm_text("");
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish = relay_publish(qos);
    publish.publish.payload = dm_bytes((const char *)16, DM_MQTT_REMAINING_LENGTH_MAX);
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish.publish.payload.len = SIZE_MAX;
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
  }
  for (uint8_t type = 0; type < 17; type++) {
    publish = relay_publish(0);
    publish.type = type;
    if (type != DM_MQTT_PUBLISH)
      refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
  }
}

static void what_was_refused_takes_no_room(void **state) {
  relay_host *h = *state;
  h->config.max_unacknowledged = 1;
  relay_reopen(h);
  relay_connect(h, "10 14 0004'MQTT'05 02 003C 05 27 00000040 0002'c1'", CONNACK_5);
  for (unsigned i = 0; i < 100; i++) {
    dm_mqtt_packet publish = relay_publish(1);
    publish.publish.retain = 1;
    refuses(h, &publish, DM_ERROR_INVALID_ARGUMENT);
    publish = relay_publish(1);
    publish.publish.payload = dm_bytes((const char *)16, 200);
    refuses(h, &publish, DM_RELAY_PACKET_TOO_LARGE);
    publish = relay_publish(1);
    h->capacity = 9;
    refuses(h, &publish, DM_ERROR_BUFFER_TOO_SMALL);
    h->capacity = 1024;
  }
  relay_inject_now(h, 1, 1);
}

static void a_head_needs_room(void **state) {
  relay_host *h = *state;
  for (uint8_t level = DM_MQTT_LEVEL_3_1_1; level <= DM_MQTT_LEVEL_5; level++) {
    for (uint8_t qos = 0; qos <= 1; qos++) {
      relay_reopen(h);
      relay_connect_level(h, level);
      dm_mqtt_packet publish = relay_publish(qos);
      size_t needed = (size_t)(7 + 2 * qos + (level == DM_MQTT_LEVEL_5));
      char head[32];
      for (size_t capacity = 0; capacity < needed; capacity++) {
        size_t len = 0;
        assert_int_equal(dm_relay_inject(h->relay, &publish, 1, head, capacity, &len),
                         DM_ERROR_BUFFER_TOO_SMALL);
        assert_int_equal(len, needed);
      }
      h->capacity = needed;
      assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
      h->capacity = 1024;
    }
  }
}

static void the_devices_largest_packet_is_the_limit(void **state) {
  relay_host *h = *state;
  static const char payload[] = "0123456789ABCDEF";
  for (uint8_t qos = 0; qos <= 1; qos++) {
    relay_reopen(h);
    relay_connect(h, "10 14 0004'MQTT'05 02 003C 05 27 00000014 0002'c1'", CONNACK_5);
    dm_mqtt_packet publish = relay_publish(qos);
    size_t head = 8u + 2u * qos;
    publish.publish.payload = dm_bytes(payload, 20 - head + 1);
    refuses(h, &publish, DM_RELAY_PACKET_TOO_LARGE);
    publish.publish.payload.len = 20 - head;
    assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
    assert_int_equal(h->out[RELAY_DEVICE].len, 20);
  }
}

/* Properties and the longer remaining length count as well. */
static void the_whole_packet_counts(void **state) {
  relay_host *h = *state;
  static char payload[256];
  relay_connect(h, "10 14 0004'MQTT'05 02 003C 05 27 00000083 0002'c1'", CONNACK_5);
  dm_mqtt_packet publish = relay_publish(0);
  publish.publish.payload = dm_bytes(payload, 122); /* 128 after a header of 3 */
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  assert_int_equal(h->out[RELAY_DEVICE].len, 131);
  publish.publish.payload.len = 123;
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_PACKET_TOO_LARGE);
  publish.publish.payload.len = 122 - 4;
  publish.properties.content_type = dm_text("x");
  dm_mqtt_set(&publish.properties, DM_MQTT_CONTENT_TYPE);
  assert_int_equal(relay_inject(h, &publish, 1), DM_OK);
  publish.publish.payload.len++;
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_PACKET_TOO_LARGE);
}

/* ---- How many ---------------------------------------------------------------------------- */

static void there_are_at_most_fifty(void **state) {
  relay_host *h = *state;
  for (uint32_t most = 0; most <= DM_RELAY_UNACKNOWLEDGED_MAX; most++) {
    h->config.max_unacknowledged = most;
    relay_reopen(h);
    relay_connect_level(h, 4);
    uint32_t count = most == 0 ? DM_RELAY_UNACKNOWLEDGED_MAX : most;
    for (uint32_t i = 0; i < count; i++)
      relay_inject_now(h, 1, i);
    uint16_t last = h->id;
    dm_mqtt_packet publish = relay_publish(1);
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_WINDOW_FULL);
    relay_inject_now(h, 0, 1);
    relay_device(h, "40 02 %04X", last);
    relay_inject_now(h, 1, 1);
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_WINDOW_FULL);
  }
}

static void identifiers_differ(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t ids[DM_RELAY_UNACKNOWLEDGED_MAX];
  for (unsigned i = 0; i < DM_RELAY_UNACKNOWLEDGED_MAX; i++) {
    ids[i] = relay_inject_now(h, 1, i);
    assert_int_not_equal(ids[i], 0);
    for (unsigned before = 0; before < i; before++)
      assert_int_not_equal(ids[before], ids[i]);
  }
  /* Again and again, with holes in any place. */
  uint32_t seed = 1;
  for (unsigned round = 0; round < 70000; round++) {
    seed = seed * 1664525 + 1013904223;
    unsigned at = (seed >> 16) % DM_RELAY_UNACKNOWLEDGED_MAX;
    const char puback[] = {0x40, 2, (char)(ids[at] >> 8), (char)ids[at]};
    relay_feed(h, RELAY_DEVICE, dm_bytes(puback, sizeof puback));
    h->log[0] = '\0';
    ids[at] = relay_inject_now(h, 1, round);
    assert_int_not_equal(ids[at], 0);
    for (unsigned i = 0; i < DM_RELAY_UNACKNOWLEDGED_MAX; i++)
      assert_true(i == at || ids[i] != ids[at]);
    if (h->out[RELAY_DEVICE].len > 10000) {
      h->out[RELAY_DEVICE].len = 0;
      h->all[RELAY_DEVICE].len = 0;
    }
  }
  assert_broker(h, "");
}

/* A message that is never answered, and many that are. */
static void an_open_identifier_is_not_given_again(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t open = relay_inject_now(h, 1, 0);
  for (unsigned i = 0; i < 5000; i++) {
    uint16_t id = relay_inject_now(h, 1, 1);
    assert_int_not_equal(id, open);
    relay_device(h, "40 02 %04X", id);
    h->log[0] = '\0';
  }
  relay_device(h, "40 02 %04X", open);
  assert_told(h, "acknowledged 0 00; ");
}

/* ---- PUBACK --------------------------------------------------------------------------------- */

static void acknowledge(relay_host *h) {
  relay_connect_level(h, 4);
  uint16_t first = relay_inject_now(h, 1, UINT64_MAX);
  uint16_t second = relay_inject_now(h, 1, 0);
  uint16_t third = relay_inject_now(h, 1, 1ull << 63);
  relay_device(h, "40 02 %04X C0 00 40 02 %04X", second, first);
  assert_told(h, "acknowledged 0 00; acknowledged 18446744073709551615 00; ");
  relay_device(h, "40 02 %04X", third);
  assert_told(h, "acknowledged 9223372036854775808 00; ");
  assert_broker(h, "C0 00");
}

static void a_puback_is_taken_out_and_reported(void **state) {
  relay_cut(*state, acknowledge, true);
}

static void a_second_puback_is_the_brokers(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 02 %04X 40 02 %04X", id, id);
  assert_told(h, "acknowledged 7 00; ");
  assert_broker(h, "40 02 %04X", id);
}

static void other_pubacks_pass(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_broker(h, "32 07 0003'a/b' 0001");
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 02 0001 40 02 0001 40 02 1234 40 02 %04X 40 02 %04X", (id + 1) & 0xFFFF,
               (id - 1) & 0xFFFF);
  assert_told(h, "");
  assert_broker(h, "40 02 0001 40 02 0001 40 02 1234 40 02 %04X 40 02 %04X", (id + 1) & 0xFFFF,
                (id - 1) & 0xFFFF);
}

/* The broker knows nothing of the message, and the device would wait for a PUBREL for ever. */
static void a_pubrec_is_an_error_of_the_device(void **state) {
  relay_host *h = *state;
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    for (uint8_t level = 4; level <= 5; level++) {
      h->bytewise = bytewise == 1;
      relay_reopen(h);
      relay_connect_level(h, level);
      uint16_t id = relay_inject_now(h, 1, 7);
      relay_inject_now(h, 1, 8);
      h->out[RELAY_DEVICE].len = 0;
      assert_int_equal(relay_device(h, "C0 00 50 02 %04X C0 00", id), DM_RELAY_PROTOCOL_ERROR);
      assert_broker(h, "C0 00");
      assert_device(h, level == 5 ? "E0 01 82" : "");
      assert_told(h, "acknowledged 7 82; disconnected -1; ");
      assert_int_equal(relay_device(h, "C0 00"), DM_ERROR_CLOSED);
      assert_int_equal(relay_broker(h, "D0 00"), DM_ERROR_CLOSED);
    }
  }
}

/* Somebody may end it in acknowledged(), too. */
static void a_pubrec_may_end_it_twice(void **state) {
  relay_host *h = *state;
  relay_hook ends[] = {relay_end, relay_free};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    relay_reopen(h);
    relay_connect_level(h, 5);
    uint16_t id = relay_inject_now(h, 1, 7);
    h->out[RELAY_DEVICE].len = 0;
    h->hooks[IN_ACKNOWLEDGED] = ends[i];
    assert_int_equal(relay_device(h, "50 02 %04X C0 00", id), DM_RELAY_PROTOCOL_ERROR);
    assert_broker(h, "");
    assert_device(h, "");
  }
}

/* Only a PUBACK from the device answers. */
static void other_packets_with_the_identifier_pass(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  relay_device(h, "62 02 %04X 70 02 %04X 32 07 0003'a/b' %04X 34 07 0003'a/b' %04X", id, id, id,
               id);
  assert_broker(h, "62 02 %04X 70 02 %04X 32 07 0003'a/b' %04X 34 07 0003'a/b' %04X", id, id, id,
                id);
  relay_device(h, "82 08 %04X 0003'a/b' 00 A2 07 %04X 0003'a/b'", id, id);
  assert_broker(h, "82 08 %04X 0003'a/b' 00 A2 07 %04X 0003'a/b'", id, id);
  relay_broker(h, "40 02 %04X 50 02 %04X 70 02 %04X 90 03 %04X 00 B0 02 %04X", id, id, id, id, id);
  assert_device(h, "40 02 %04X 50 02 %04X 70 02 %04X 90 03 %04X 00 B0 02 %04X", id, id, id, id, id);
  assert_told(h, "");
  relay_device(h, "40 02 %04X", id);
  assert_told(h, "acknowledged 7 00; ");
}

static void a_puback_says_why(void **state) {
  relay_host *h = *state;
  static const struct {
    unsigned length;
    const char *rest;
    const char *told;
  } pubacks[] = {
      {2, "", "acknowledged 7 00; "},
      {3, "00", "acknowledged 7 00; "},
      {3, "10", "acknowledged 7 10; "},
      {3, "80", "acknowledged 7 80; "},
      {3, "97", "acknowledged 7 97; "},
      {4, "83 00", "acknowledged 7 83; "},
      {10, "87 06 1F 0003'why'", "acknowledged 7 87; "},
      {16, "99 0C 26 0001'k' 0001'v' 1F 0002'so'", "acknowledged 7 99; "},
  };
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    h->bytewise = bytewise == 1;
    for (size_t i = 0; i < sizeof pubacks / sizeof *pubacks; i++) {
      relay_reopen(h);
      relay_connect_level(h, 5);
      uint16_t id = relay_inject_now(h, 1, 7);
      relay_device(h, "40 %02X %04X %s C0 00", pubacks[i].length, id, pubacks[i].rest);
      assert_told(h, pubacks[i].told);
      assert_broker(h, "C0 00");
    }
  }
}

/* Whatever follows the identifier there. */
static void an_old_puback_says_nothing(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 03 %04X 80", id);
  assert_told(h, "acknowledged 7 00; ");
  assert_broker(h, "");
}

static void long_pubacks(relay_host *h) {
  static const char filler[] =
      "0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789012345678901234567890123456789";
  relay_connect_level(h, 5);
  relay_broker(h, "32 08 0003'a/b' 0001 00");
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 DA 01 %04X 80 D5 01 1F 00D2 '%s' C0 00", id, filler);
  assert_told(h, "acknowledged 7 80; ");
  assert_broker(h, "C0 00");
  relay_device(h, "40 DA 01 0001 80 D5 01 1F 00D2 '%s' C0 00", filler);
  assert_broker(h, "40 DA 01 0001 80 D5 01 1F 00D2 '%s' C0 00", filler);
  assert_told(h, "");
}

static void long_pubacks_are_taken_out_too(void **state) {
  relay_cut(*state, long_pubacks, false);
}

/* User Properties may make it longer than any beginning that has to be seen. */
static void a_huge_puback_is_taken_out(void **state) {
  relay_host *h = *state;
  enum {
    COUNT = 500,
    PAIR = 5 + 200,
    PROPERTIES = COUNT * PAIR, /* 102,500: three bytes of length */
    REMAINING = 2 + 1 + 3 + PROPERTIES
  };
  char pair[PAIR];
  memset(pair, 'x', sizeof pair);
  memcpy(pair, "\x26\x00\x64", 3);
  memcpy(pair + 103, "\x00\x64", 2);
  relay_connect_level(h, 5);
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 %02X %02X %02X %04X 80 %02X %02X %02X", REMAINING % 128 | 128,
               REMAINING / 128 % 128 | 128, REMAINING / 16384, id, PROPERTIES % 128 | 128,
               PROPERTIES / 128 % 128 | 128, PROPERTIES / 16384);
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(relay_feed(h, RELAY_DEVICE, dm_bytes(pair, sizeof pair)), DM_OK);
    assert_in_range(h->unused[RELAY_DEVICE].len, 0, 65543);
  }
  relay_device(h, PINGREQ);
  assert_told(h, "acknowledged 7 80; ");
  assert_broker(h, PINGREQ);
}

static void many_are_acknowledged_in_one_read(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  char pubacks[DM_RELAY_UNACKNOWLEDGED_MAX * 4];
  for (unsigned i = 0; i < DM_RELAY_UNACKNOWLEDGED_MAX; i++) {
    uint16_t id = relay_inject_now(h, 1, i);
    const char puback[] = {0x40, 2, (char)(id >> 8), (char)id};
    memcpy(pubacks + (size_t)4 * (DM_RELAY_UNACKNOWLEDGED_MAX - 1 - i), puback, 4);
  }
  relay_feed(h, RELAY_DEVICE, dm_bytes(pubacks, sizeof pubacks));
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], DM_RELAY_UNACKNOWLEDGED_MAX);
  assert_int_equal(h->message, 0);
  assert_broker(h, "");
}

/* What waits for the end of a packet is in flight already. */
static void what_waits_may_be_acknowledged(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_broker(h, "30 07 0003'a/b''h'");
  dm_mqtt_packet publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 7), DM_RELAY_WAIT);
  relay_device(h, "40 02 %04X", h->id);
  assert_told(h, "acknowledged 7 00; ");
  relay_broker(h, "'i'");
  assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(a_message_has_the_form_of_its_level),
      relay_test(properties_are_for_level_5),
      relay_test(the_packet_identifier_given_is_not_looked_at),
      relay_test(a_payload_is_only_counted),
      relay_test(an_empty_payload_is_fine),
      relay_test(what_may_not_be_injected_is_refused),
      relay_test(what_was_refused_takes_no_room),
      relay_test(a_head_needs_room),
      relay_test(the_devices_largest_packet_is_the_limit),
      relay_test(the_whole_packet_counts),
      relay_test(there_are_at_most_fifty),
      relay_test(identifiers_differ),
      relay_test(an_open_identifier_is_not_given_again),
      relay_test(a_puback_is_taken_out_and_reported),
      relay_test(a_second_puback_is_the_brokers),
      relay_test(other_pubacks_pass),
      relay_test(a_pubrec_is_an_error_of_the_device),
      relay_test(a_pubrec_may_end_it_twice),
      relay_test(other_packets_with_the_identifier_pass),
      relay_test(a_puback_says_why),
      relay_test(an_old_puback_says_nothing),
      relay_test(long_pubacks_are_taken_out_too),
      relay_test(a_huge_puback_is_taken_out),
      relay_test(many_are_acknowledged_in_one_read),
      relay_test(what_waits_may_be_acknowledged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
