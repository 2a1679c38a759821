/* Tests of the relay: what it is given passes, byte by byte, and what is injected lies
 * between packets.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

#include "mqtt_bytes.h"
#include "mqtt_samples.h"

static void waits(relay_host *h, uint8_t qos, uint64_t message) {
  dm_mqtt_packet publish = relay_publish(qos);
  assert_int_equal(relay_inject(h, &publish, message), DM_RELAY_WAIT);
}

/* ---- What passes --------------------------------------------------------------- */

static void check_sample(relay_host *h, const mqtt_sample *sample, int side) {
  relay_reopen(h);
  relay_connect_level(h, sample->level);
  assert_int_equal(side == RELAY_DEVICE ? relay_device(h, "%s", sample->text)
                                        : relay_broker(h, "%s", sample->text),
                   DM_OK);
  assert_int_equal(h->unused[side].len, 0);
  assert_broker(h, "%s", side == RELAY_DEVICE ? sample->text : "");
  assert_device(h, "%s", side == RELAY_BROKER ? sample->text : "");
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], 0);
}

static void every_packet_passes_either_way(void **state) {
  relay_host *h = *state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    for (int bytewise = 0; bytewise < 2; bytewise++) {
      h->bytewise = bytewise == 1;
      check_sample(h, &mqtt_samples[i], RELAY_DEVICE);
      check_sample(h, &mqtt_samples[i], RELAY_BROKER);
    }
  }
}

#define FROM_THE_DEVICE                                                                            \
  "82 08 0001 0003'a/b' 01 30 07 0003'a/b''hi' 32 09 0003'a/b' 0002 'hi' 34 09 0003'a/b' 0003 "    \
  "'hi' 40 02 0004 50 02 0005 62 02 0003 70 02 0005 C0 00 A2 07 0006 0003'a/b'"
#define FROM_THE_BROKER                                                                            \
  "90 03 0001 01 40 02 0002 50 02 0003 70 02 0003 30 07 0003'a/b''hi' 3B 09 0003'a/b' 0004 'hi' "  \
  "35 09 0003'a/b' 0005 'hi' 62 02 0005 D0 00 B0 02 0006"

static void converse(relay_host *h) {
  relay_connect_level(h, 4);
  assert_int_equal(relay_broker(h, FROM_THE_BROKER), DM_OK);
  assert_device(h, FROM_THE_BROKER);
  assert_int_equal(relay_device(h, FROM_THE_DEVICE), DM_OK);
  assert_broker(h, FROM_THE_DEVICE);
  relay_inject_now(h, 1, 7);
  relay_device(h, "40 02 %04X C0 00", h->id);
  assert_broker(h, "C0 00");
  relay_broker(h, "30 05 0003'a/b' D0 00");
  assert_int_equal(relay_device(h, "40 02 %04X", h->id), DM_OK);
  assert_told(h, "acknowledged 7 00; ");
}

static void cuts_do_not_matter(void **state) {
  relay_cut(*state, converse, false);
}

static void converse_briefly(relay_host *h) {
  relay_connect_level(h, 5);
  relay_inject_now(h, 1, 7);
  uint16_t id = h->id;
  relay_broker(h, "32 06 0001'a' 0001 00 D0 00");
  relay_device(h, "40 04 %04X 10 00 40 03 0001 80 C0 00", id);
  assert_broker(h, "40 03 0001 80 C0 00");
  assert_told(h, "acknowledged 7 10; ");
}

static void two_cuts_do_not_matter(void **state) {
  relay_cut(*state, converse_briefly, true);
}

/* ---- Runs ------------------------------------------------------------------------ */

static void what_passes_is_one_run(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  unsigned before = h->calls[IN_TO_DEVICE];
  relay_broker(h, FROM_THE_BROKER);
  assert_int_equal(h->calls[IN_TO_DEVICE], before + 1);
  before = h->calls[IN_TO_BROKER];
  relay_device(h, FROM_THE_DEVICE);
  assert_int_equal(h->calls[IN_TO_BROKER], before + 1);
  assert_int_equal(h->outside, 0);
}

static void a_thousand_packets_are_one_run(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  enum {
    COUNT = 1000
  };
  size_t len;
  char *packet = mqtt_bytes("30 07 0003'a/b''hi'", &len);
  char *bytes = malloc(COUNT * len);
  assert_non_null(bytes);
  for (size_t i = 0; i < COUNT; i++)
    memcpy(bytes + i * len, packet, len);
  for (int side = 0; side < RELAY_SIDES; side++) {
    int callback = side == RELAY_DEVICE ? IN_TO_BROKER : IN_TO_DEVICE;
    unsigned before = h->calls[callback];
    assert_int_equal(relay_feed(h, side, dm_bytes(bytes, COUNT * len)), DM_OK);
    assert_int_equal(h->calls[callback], before + 1);
    assert_int_equal(h->run.len, COUNT * len);
  }
  assert_int_equal(h->outside, 0);
  free(packet);
  free(bytes);
}

static void only_what_is_taken_out_parts_a_run(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t first = relay_inject_now(h, 1, 1);
  uint16_t second = relay_inject_now(h, 1, 2);
  unsigned before = h->calls[IN_TO_BROKER];
  relay_device(h, "C0 00 C0 00 40 02 %04X C0 00 C0 00 30 05 0003'a/b' 40 02 %04X C0 00", first,
               second);
  assert_int_equal(h->calls[IN_TO_BROKER], before + 3);
  assert_broker(h, "C0 00 C0 00 C0 00 C0 00 30 05 0003'a/b' C0 00");
  assert_told(h, "acknowledged 1 00; acknowledged 2 00; ");
  assert_int_equal(h->outside, 0);
}

static void the_end_of_a_run_may_be_in_a_packet(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  unsigned before = h->calls[IN_TO_DEVICE];
  relay_broker(h, "D0 00 30 1E 0003'a/b''and so on'");
  assert_int_equal(h->calls[IN_TO_DEVICE], before + 1);
  assert_int_equal(h->unused[RELAY_BROKER].len, 0);
  relay_broker(h, "'and so on, up to' 30 05 0003'a/b'");
  assert_int_equal(h->calls[IN_TO_DEVICE], before + 2);
  assert_int_equal(h->unused[RELAY_BROKER].len, 0);
}

/* ---- Large packets ----------------------------------------------------------------- */

enum {
  LARGE = 1000000
};

/* The beginning of a PUBLISH of LARGE bytes of payload passes with the first of them; then
 * everything passes as it comes. */
static void stream(relay_host *h, int side, uint8_t qos) {
  char piece[1000];
  memset(piece, 'x', sizeof piece);
  unsigned remaining = LARGE + 5 + (qos > 0 ? 2 : 0);
  const char *id = qos > 0 ? "00AA" : "";
  const char *format = "%02X %02X %02X %02X 0003'a/b' %s";
  unsigned first = 0x30u | (unsigned)qos << 1;
  unsigned a = remaining % 128 | 128;
  unsigned b = remaining / 128 % 128 | 128;
  unsigned c = remaining / 128 / 128;
  int result = side == RELAY_DEVICE ? relay_device(h, format, first, a, b, c, id)
                                    : relay_broker(h, format, first, a, b, c, id);
  assert_int_equal(result, DM_OK);
  int other = 1 - side;
  size_t head = h->out[other].len;
  for (size_t i = 1; i <= LARGE / sizeof piece; i++) {
    if (side == RELAY_BROKER && i == 500)
      waits(h, 1, 5);
    assert_int_equal(relay_feed(h, side, dm_bytes(piece, sizeof piece)), DM_OK);
    assert_int_equal(h->unused[side].len, 0);
    if (i == 1)
      head = h->out[other].len - sizeof piece;
    if (i * sizeof piece < LARGE)
      assert_int_equal(h->out[other].len, head + i * sizeof piece);
  }
  assert_int_equal(head, 4 + remaining - LARGE);
}

static void a_large_packet_passes_in_pieces(void **state) {
  relay_host *h = *state;
  for (uint8_t qos = 0; qos <= 2; qos++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    stream(h, RELAY_DEVICE, qos);
    relay_device(h, PINGREQ);
    assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 0);
    stream(h, RELAY_BROKER, qos);
    assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 1);
    relay_broker(h, "D0 00");
    assert_memory_equal(h->out[RELAY_DEVICE].bytes + h->out[RELAY_DEVICE].len - 2, "\xD0\x00", 2);
    relay_device(h, "40 02 %04X", h->id);
    assert_told(h, "acknowledged 5 00; ");
  }
}

static void a_device_may_stream_while_messages_are_injected(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_device(h, "30 1E 0003'a/b''and so on'");
  relay_inject_now(h, 1, 1);
  relay_device(h, "'and so on, up to' 40 02 %04X", h->id);
  assert_told(h, "acknowledged 1 00; ");
  assert_broker(h, "30 1E 0003'a/b''and so onand so on, up to'");
}

static void the_longest_beginning_passes(void **state) {
  relay_host *h = *state;
  enum {
    TOPIC = 65535,
    PAYLOAD = 300000,
    REMAINING = 2 + TOPIC + 2 + PAYLOAD
  };
  char *bytes = malloc(4 + REMAINING);
  assert_non_null(bytes);
  memset(bytes, 't', 4 + REMAINING);
  bytes[0] = 0x32;
  bytes[1] = (char)(REMAINING % 128 | 128);
  bytes[2] = (char)(REMAINING / 128 % 128 | 128);
  bytes[3] = (char)(REMAINING / 128 / 128);
  bytes[4] = bytes[5] = (char)0xFF;
  bytes[6 + TOPIC] = 0;
  bytes[7 + TOPIC] = 5;
  for (int side = 0; side < RELAY_SIDES; side++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    for (size_t at = 0; at < 4 + REMAINING; at += 997) {
      size_t len = 4 + REMAINING - at < 997 ? 4 + REMAINING - at : 997;
      assert_int_equal(relay_feed(h, side, dm_bytes(bytes + at, len)), DM_OK);
      assert_in_range(h->unused[side].len, 0, 65543);
    }
    assert_int_equal(h->unused[side].len, 0);
    assert_int_equal(h->out[1 - side].len, 4 + REMAINING);
    assert_memory_equal(h->out[1 - side].bytes, bytes, 4 + REMAINING);
  }
  free(bytes);
}

static void other_large_packets_pass(void **state) {
  relay_host *h = *state;
  static const unsigned firsts[] = {0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xC0, 0xD0};
  char zeros[1000] = {0};
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
    for (int side = 0; side < RELAY_SIDES; side++) {
      relay_reopen(h);
      relay_connect_level(h, 5);
      unsigned first = firsts[i];
      const char *format = "%02X FF FF 06 0005";
      if (side == RELAY_DEVICE)
        relay_device(h, format, first);
      else
        relay_broker(h, format, first);
      size_t given = 6;
      for (; given + sizeof zeros <= 4 + 0x1BFFF; given += sizeof zeros) {
        assert_int_equal(relay_feed(h, side, dm_bytes(zeros, sizeof zeros)), DM_OK);
        assert_in_range(h->unused[side].len, 0, 65544);
      }
      relay_feed(h, side, dm_bytes(zeros, 4 + 0x1BFFF - given));
      assert_int_equal(h->unused[side].len, 0);
      assert_int_equal(h->out[1 - side].len, 4 + 0x1BFFF);
    }
  }
}

/* ---- Between packets ------------------------------------------------------------------ */

static void inject_in_the_middle(relay_host *h) {
  relay_connect_level(h, 4);
  relay_broker(h, "30 0A 0003'a/b''fi'");
  waits(h, 0, 1);
  relay_broker(h, "'rs'");
  waits(h, 1, 2);
  uint16_t first = h->id;
  waits(h, 1, 3);
  uint16_t second = h->id;
  assert_int_not_equal(first, second);
  assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 0);
  assert_device(h, "30 0A 0003'a/b''firs'");
  relay_broker(h, "'t' 30 05 0003'c/d'");
  assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 1);
  assert_device(h,
                "'t' 30 07 0003'a/b''hi' 32 09 0003'a/b'%04X'hi' 32 09 0003'a/b'%04X'hi'"
                "30 05 0003'c/d'",
                first, second);
  relay_inject_now(h, 0, 4);
  relay_device(h, "40 02 %04X 40 02 %04X", second, first);
  assert_told(h, "acknowledged 3 00; acknowledged 2 00; ");
}

static void injected_messages_lie_between_packets(void **state) {
  relay_host *h = *state;
  inject_in_the_middle(h);
  relay_reopen(h);
  h->bytewise = true;
  inject_in_the_middle(h);
}

/* After every byte of a stream: WAIT where a packet is in progress, OK between packets. */
static void a_packet_is_in_progress_from_its_first_byte_to_its_last(void **state) {
  relay_host *h = *state;
  size_t len;
  char *bytes = mqtt_bytes("30 07 0003'a/b''hi' D0 00 32 09 0003'a/b' 0009 'hi' 62 02 0009"
                           "30 81 01 0003'a/b'",
                           &len);
  for (size_t end = 1; end <= len; end++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    relay_feed(h, RELAY_BROKER, dm_bytes(bytes, end));
    size_t written = h->out[RELAY_DEVICE].len;
    bool between = written == 0 || written == 9 || written == 11 || written == 22 || written == 26;
    dm_mqtt_packet publish = relay_publish(0);
    assert_int_equal(relay_inject(h, &publish, 1), between ? DM_OK : DM_RELAY_WAIT);
    relay_feed(h, RELAY_BROKER, dm_bytes(bytes + end, len - end));
    char zeros[200] = {0};
    relay_feed(h, RELAY_BROKER, dm_bytes(zeros, 2 + 1 + 129 - 8));
    assert_int_equal(h->calls[IN_BETWEEN_PACKETS], between ? 0 : 1);
    dm_mqtt_packet again = relay_publish(0);
    assert_int_equal(relay_inject(h, &again, 1), DM_OK);
    assert_int_equal(h->all[RELAY_DEVICE].len, 4 + len + 124 + 9 + 9);
  }
  free(bytes);
}

static void between_packets_comes_again(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  for (unsigned i = 1; i <= 3; i++) {
    relay_broker(h, "30 07 0003'a/b''h'");
    waits(h, 0, i);
    relay_broker(h, "'i'");
    assert_int_equal(h->calls[IN_BETWEEN_PACKETS], i);
    assert_device(h, "30 07 0003'a/b''hi' 30 07 0003'a/b''hi'");
  }
}

/* The other direction has packets of its own. */
static void between_packets_is_of_the_device(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_broker(h, "30 07 0003'a/b''h'");
  waits(h, 0, 1);
  relay_device(h, "C0 00 30 05 0003'a/b' C0 00");
  assert_device(h, "30 07 0003'a/b''h'");
  relay_broker(h, "'i'");
  assert_device(h, "'i' 30 07 0003'a/b''hi'");
}

/* Where nothing waits, nobody is called. */
static void between_packets_is_only_called_for_what_waits(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_inject_now(h, 0, 1);
  h->bytewise = true;
  relay_broker(h, FROM_THE_BROKER);
  relay_inject_now(h, 0, 1);
  relay_broker(h, FROM_THE_BROKER);
  assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 0);
}

static void a_packet_in_progress_refuses_like_no_packet(void **state) {
  relay_host *h = *state;
  h->config.max_unacknowledged = 1;
  relay_reopen(h);
  relay_connect_level(h, 4);
  relay_broker(h, "30 07 0003'a/b''h'");
  waits(h, 1, 1);
  dm_mqtt_packet publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 2), DM_RELAY_WINDOW_FULL);
  h->capacity = 3;
  publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 2), DM_ERROR_BUFFER_TOO_SMALL);
  h->capacity = 100;
  relay_broker(h, "'i'");
  assert_device(h, "30 07 0003'a/b''hi' 32 09 0003'a/b'%04X'hi'", h->id);
}

/* What was refused does not ask for between_packets(). */
static void what_was_refused_does_not_wait(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_broker(h, "30 07 0003'a/b''h'");
  h->capacity = 3;
  dm_mqtt_packet publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 2), DM_ERROR_BUFFER_TOO_SMALL);
  publish.publish.topic = dm_text("");
  assert_int_equal(relay_inject(h, &publish, 2), DM_ERROR_INVALID_ARGUMENT);
  relay_broker(h, "'i'");
  assert_int_equal(h->calls[IN_BETWEEN_PACKETS], 0);
}

/* ---- What is not MQTT ------------------------------------------------------------------ */

static const char *const garbage[] = {
    "30 FF FF FF FF 01 00", "30 80 80 80 80 00", "40 FF FF FF FF FF FF FF",
    "C0 80 80 80 80 80",    "62 FF FF FF 80",
};

/* Afterwards. The PUBACK of an injected message is not for the broker even then, as long as
 * the device can be followed. */
static void check_garbage(relay_host *h, int side, const char *bytes) {
  bool device = side == RELAY_DEVICE;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 1);
  assert_device(h, "32 09 0003'a/b' %04X 'hi'", id);
  if (device)
    assert_int_equal(relay_device(h, "C0 00 %s", bytes), DM_OK);
  else
    assert_int_equal(relay_broker(h, "D0 00 %s", bytes), DM_OK);
  assert_told(h, "unfollowed ; ");
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 2), DM_RELAY_UNFOLLOWED);
  assert_int_equal(relay_device(h, "40 02 %04X 30 FF FF FF FF FF FF 00 31", id), DM_OK);
  assert_int_equal(relay_broker(h, "32 09 0003'a/b' %04X 'hi' FF FF FF FF FF FF 00 31", id), DM_OK);
  if (device)
    assert_broker(h, "C0 00 %s 40 02 %04X 30 FF FF FF FF FF FF 00 31", bytes, id);
  else
    assert_broker(h, "30 FF FF FF FF FF FF 00 31");
  assert_device(h, "%s %s 32 09 0003'a/b' %04X 'hi' FF FF FF FF FF FF 00 31", device ? "" : "D0 00",
                device ? "" : bytes, id);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  assert_told(h, device ? "" : "acknowledged 1 00; ");
  relay_end(h);
  assert_told(h, "disconnected -1; ");
}

static void after_garbage_everything_passes(void **state) {
  relay_host *h = *state;
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    h->bytewise = bytewise == 1;
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
      for (int side = 0; side < RELAY_SIDES; side++) {
        relay_reopen(h);
        check_garbage(h, side, garbage[i]);
      }
    }
  }
}

/* Packets that no peer may send. Whether the relay follows on is its affair; they pass. */
static void what_breaks_a_rule_passes(void **state) {
  relay_host *h = *state;
  static const char *const packets[] = {
      "00 00",
      "00 05 'hello'",
      "36 09 0003'a/b' 0001 'hi'", /* QoS 3 */
      "38 07 0003'a/b' 'hi'",      /* DUP with QoS 0 */
      "32 09 0003'a/b' 0000 'hi'", /* identifier 0 */
      "32 06 0009'a/b' 01",        /* a topic longer than the packet */
      "32 05 0003'a/b'",           /* no identifier */
      "32 06 0003'a/b' 01",
      "32 00",
      "34 01 00",
      "32 02 0000",
      "30 02 0005",
      "40 00",
      "40 01 00",
      "40 02 0000",
      "41 02 0001",
      "50 01 00",
      "60 02 0001", /* flags */
      "62 00",
      "62 01 00",
      "62 02 0000",
      "70 00",
      "70 02 0000",
      "C1 00",
      "C0 02 0000",
      "D0 02 0000",
      "F0 00",
      "F0 02 1800",
      "82 00",
      "20 02 00 00",
      "10 00",
      "30 87 00 0003'a/b''hi'", /* longer than it need be */
      "C0 80 00",
  };
  for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
    for (int bytewise = 0; bytewise < 2; bytewise++) {
      h->bytewise = bytewise == 1;
      relay_reopen(h);
      relay_connect_level(h, 4);
      relay_broker(h, "%s D0 00", packets[i]);
      assert_int_equal(h->unused[RELAY_BROKER].len, 0);
      assert_device(h, "%s D0 00", packets[i]);
      relay_reopen(h);
      relay_connect_level(h, 4);
      relay_device(h, "%s C0 00", packets[i]);
      assert_int_equal(h->unused[RELAY_DEVICE].len, 0);
      assert_broker(h, "%s C0 00", packets[i]);
      assert_int_equal(h->calls[IN_ACKNOWLEDGED], 0);
    }
  }
}

/* Something is in progress and something waits when the device can no longer be followed: the
 * broker still can. */
static void garbage_does_not_end_what_waits(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_broker(h, "30 07 0003'a/b''h'");
  waits(h, 1, 1);
  relay_device(h, "30 FF FF FF FF FF");
  assert_told(h, "unfollowed ; ");
  relay_broker(h, "'i' D0 00");
  assert_device(h, "30 07 0003'a/b''hi' 32 09 0003'a/b' %04X 'hi' D0 00", h->id);
}

static void random_bytes_pass(void **state) {
  relay_host *h = *state;
  uint32_t seed = 1;
  for (unsigned round = 0; round < 2000; round++) {
    relay_reopen(h);
    relay_connect_level(h, 4 + round % 2);
    size_t before[RELAY_SIDES] = {h->all[RELAY_DEVICE].len, h->all[RELAY_BROKER].len};
    relay_bytes sent[RELAY_SIDES] = {0};
    for (unsigned piece = 0; piece < 8; piece++) {
      char bytes[20];
      for (size_t i = 0; i < sizeof bytes; i++) {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = (char)(seed >> 24 & (seed & 4096 ? 0xFF : 0x83));
      }
      int side = piece % 2;
      assert_int_equal(relay_feed(h, side, dm_bytes(bytes, sizeof bytes)), DM_OK);
      sent[side].bytes = realloc(sent[side].bytes, sent[side].len + sizeof bytes);
      memcpy(sent[side].bytes + sent[side].len, bytes, sizeof bytes);
      sent[side].len += sizeof bytes;
    }
    for (int side = 0; side < RELAY_SIDES; side++) {
      const relay_bytes *got = &h->all[1 - side];
      assert_int_equal(got->len - before[1 - side] + h->unused[side].len, sent[side].len);
      assert_memory_equal(got->bytes + before[1 - side], sent[side].bytes,
                          got->len - before[1 - side]);
      free(sent[side].bytes);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(every_packet_passes_either_way),
      relay_test(cuts_do_not_matter),
      relay_test(two_cuts_do_not_matter),
      relay_test(what_passes_is_one_run),
      relay_test(a_thousand_packets_are_one_run),
      relay_test(only_what_is_taken_out_parts_a_run),
      relay_test(the_end_of_a_run_may_be_in_a_packet),
      relay_test(a_large_packet_passes_in_pieces),
      relay_test(a_device_may_stream_while_messages_are_injected),
      relay_test(the_longest_beginning_passes),
      relay_test(other_large_packets_pass),
      relay_test(injected_messages_lie_between_packets),
      relay_test(a_packet_is_in_progress_from_its_first_byte_to_its_last),
      relay_test(between_packets_comes_again),
      relay_test(between_packets_is_of_the_device),
      relay_test(between_packets_is_only_called_for_what_waits),
      relay_test(a_packet_in_progress_refuses_like_no_packet),
      relay_test(what_was_refused_does_not_wait),
      relay_test(after_garbage_everything_passes),
      relay_test(what_breaks_a_rule_passes),
      relay_test(garbage_does_not_end_what_waits),
      relay_test(random_bytes_pass),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
