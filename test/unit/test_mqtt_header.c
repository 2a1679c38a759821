/* Tests of reading fixed headers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "mqtt_bytes.h"

static int read_text(uint8_t level, const char *text, dm_mqtt_header *header) {
  size_t len;
  char *bytes = mqtt_bytes(text, &len);
  int result = dm_mqtt_read_header(level, dm_bytes(bytes, len), header);
  free(bytes);
  return result;
}

static void test_remaining_lengths(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint32_t remaining_length;
    uint8_t length;
  } cases[] = {
      {"30 00", 0, 2},
      {"30 7F", 127, 2},
      {"30 80 01", 128, 3},
      {"30 FF 7F", 16383, 3},
      {"30 80 80 01", 16384, 4},
      {"30 FF FF 7F", 2097151, 4},
      {"30 80 80 80 01", 2097152, 5},
      {"30 FF FF FF 7F", DM_MQTT_REMAINING_LENGTH_MAX, 5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    dm_mqtt_header header;
    assert_int_equal(read_text(5, cases[i].text, &header), 0);
    assert_int_equal(header.type, DM_MQTT_PUBLISH);
    assert_int_equal(header.remaining_length, cases[i].remaining_length);
    assert_int_equal(header.length, cases[i].length);
    assert_int_equal(dm_mqtt_packet_size(&header), cases[i].remaining_length + cases[i].length);
    assert_null(header.problem);
  }
}

static void test_byte_by_byte(void **state) {
  (void)state;
  const char *texts[] = {"30 00", "3D 80 01", "62 02", "C0 00", "F0 FF FF 7F", "10 FF FF FF 7F"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    size_t len;
    char *bytes = mqtt_bytes(texts[i], &len);
    for (size_t cut = 0; cut <= len; cut++) {
      char *copy = malloc(cut + (cut == 0));
      assert_non_null(copy);
      memcpy(copy, bytes, cut);
      dm_mqtt_header header;
      int result = dm_mqtt_read_header(5, dm_bytes(copy, cut), &header);
      assert_int_equal(result, cut < len ? DM_MQTT_INCOMPLETE : 0);
      free(copy);
    }
    free(bytes);
  }
  dm_mqtt_header header;
  assert_int_equal(dm_mqtt_read_header(5, dm_text(NULL), &header), DM_MQTT_INCOMPLETE);
}

static void test_what_follows_is_left_alone(void **state) {
  (void)state;
  dm_mqtt_header header;
  assert_int_equal(read_text(5, "40 02 0001 FF FF FF FF FF", &header), 0);
  assert_int_equal(header.type, DM_MQTT_PUBACK);
  assert_int_equal(header.length, 2);
  assert_int_equal(header.remaining_length, 2);
}

/* Every first byte, against a list of those that exist (MQTT 5 section 2.1.3), to which MQTT 3.1
 * adds three (its sections 3.6, 3.8, 3.10); by no level's rules a type must exist, and CONNECT has
 * no flags. */
static void check_first_bytes(uint8_t level, const uint8_t *more, size_t more_count) {
  static const uint8_t good[] = {0x10, 0x20, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
                                 0x3A, 0x3B, 0x3C, 0x3D, 0x40, 0x50, 0x62, 0x70,
                                 0x82, 0x90, 0xA2, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0};
  for (unsigned first = 0; first < 256; first++) {
    int exists = memchr(good, (int)first, sizeof good) != NULL ||
                 memchr(more, (int)first, more_count) != NULL || (level == 0 && first > 31);
    char bytes[2] = {(char)first, 0};
    dm_mqtt_header header;
    int result = dm_mqtt_read_header(level, dm_bytes(bytes, 2), &header);
    assert_int_equal(result, exists ? 0 : DM_MQTT_MALFORMED_PACKET);
    assert_int_equal(header.problem == NULL, exists);
    if (exists) {
      assert_int_equal(header.type, first >> 4);
      assert_int_equal(header.flags, first & 15);
    }
    /* A wrong first byte is known at once. */
    assert_int_equal(dm_mqtt_read_header(level, dm_bytes(bytes, 1), &header),
                     exists ? DM_MQTT_INCOMPLETE : DM_MQTT_MALFORMED_PACKET);
  }
}

static void test_every_type_with_every_flag(void **state) {
  (void)state;
  static const uint8_t repeated[] = {0x6A, 0x8A, 0xAA};
  check_first_bytes(DM_MQTT_LEVEL_5, repeated, 0);
  check_first_bytes(DM_MQTT_LEVEL_3_1_1, repeated, 0);
  check_first_bytes(DM_MQTT_LEVEL_3_1, repeated, sizeof repeated);
  check_first_bytes(0, repeated, 0);
}

static void test_malformed_lengths(void **state) {
  (void)state;
  const char *texts[] = {"30 FF FF FF FF", "30 80 80 80 80 01", "30 FF FF FF 80"};
  const uint8_t levels[] = {0, 3, 4, 5};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    for (size_t k = 0; k < sizeof levels; k++) {
      dm_mqtt_header header;
      assert_int_equal(read_text(levels[k], texts[i], &header), DM_MQTT_MALFORMED_PACKET);
      assert_non_null(header.problem);
    }
  }
}

/* Only MQTT 5 forbids them [MQTT-1.5.5-1]. */
static void test_lengths_longer_than_they_need_be(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint32_t remaining_length;
    uint8_t length;
  } cases[] = {
      {"30 80 00", 0, 3},
      {"30 FF 00", 127, 3},
      {"30 80 80 00", 0, 4},
      {"30 80 80 80 00", 0, 5},
      {"30 8E 80 00", 14, 4},
      {"30 FF FF 00", 16383, 4},
      {"30 FF FF FF 00", 2097151, 5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    dm_mqtt_header header;
    assert_int_equal(read_text(5, cases[i].text, &header), DM_MQTT_MALFORMED_PACKET);
    assert_non_null(header.problem);
    const uint8_t levels[] = {0, 3, 4};
    for (size_t k = 0; k < sizeof levels; k++) {
      assert_int_equal(read_text(levels[k], cases[i].text, &header), 0);
      assert_int_equal(header.remaining_length, cases[i].remaining_length);
      assert_int_equal(header.length, cases[i].length);
      assert_int_equal(dm_mqtt_packet_size(&header), cases[i].remaining_length + cases[i].length);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_remaining_lengths),
      cmocka_unit_test(test_byte_by_byte),
      cmocka_unit_test(test_what_follows_is_left_alone),
      cmocka_unit_test(test_every_type_with_every_flag),
      cmocka_unit_test(test_malformed_lengths),
      cmocka_unit_test(test_lengths_longer_than_they_need_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
