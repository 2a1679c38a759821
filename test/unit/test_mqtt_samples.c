/* Tests of the MQTT codec over valid packets of every type: there and back, every
 * truncation, every change of one byte.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

#include "mqtt_bytes.h"
#include "mqtt_samples.h"

/* Encodes into memory of exactly the size that is needed. */
static char *encode(uint8_t level, const dm_mqtt_packet *packet, size_t *len) {
  size_t size;
  assert_int_equal(dm_mqtt_encoded_size(level, packet, &size), DM_OK);
  char *out = malloc(size);
  assert_non_null(out);
  assert_int_equal(dm_mqtt_encode(level, packet, out, size, len), DM_OK);
  assert_int_equal(*len, size);
  return out;
}

static void test_there_and_back(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    const mqtt_sample *sample = &mqtt_samples[i];
    size_t len;
    char *bytes = mqtt_bytes(sample->text, &len);
    dm_mqtt_packet packet;
    int result = mqtt_decode_bytes(sample->level, dm_bytes(bytes, len), &packet);
    if (result != 0)
      fail_msg("%s: 0x%02X, %s", sample->name, (unsigned)result, packet.problem);
    assert_null(packet.problem);
    char *out = encode(sample->level, &packet, &len);
    mqtt_assert_bytes(sample->name, out, len, sample->encoded ? sample->encoded : sample->text);
    free(out);
    free(bytes);
  }
}

static void test_a_buffer_too_small_is_told_and_not_touched(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    dm_mqtt_packet packet;
    mqtt_decode_bytes(mqtt_samples[i].level, dm_bytes(bytes, len), &packet);
    size_t size;
    dm_mqtt_encoded_size(mqtt_samples[i].level, &packet, &size);
    for (size_t capacity = 0; capacity < size; capacity++) {
      char *out = malloc(capacity + (capacity == 0));
      assert_non_null(out);
      memset(out, 0x5A, capacity);
      assert_int_equal(dm_mqtt_encode(mqtt_samples[i].level, &packet, out, capacity, &len),
                       DM_ERROR_BUFFER_TOO_SMALL);
      assert_int_equal(len, size);
      for (size_t k = 0; k < capacity; k++)
        assert_int_equal(out[k], 0x5A);
      free(out);
    }
    free(bytes);
  }
}

/* What was accepted must be encodable, and the result must decode and encode to itself. */
static void assert_stable(uint8_t level, const dm_mqtt_packet *packet) {
  size_t len;
  size_t len_again;
  char *once = encode(level, packet, &len);
  dm_mqtt_packet again;
  assert_int_equal(mqtt_decode_bytes(level, dm_bytes(once, len), &again), 0);
  char *twice = encode(level, &again, &len_again);
  assert_int_equal(len, len_again);
  assert_memory_equal(once, twice, len);
  free(twice);
  free(once);
}

static bool accepts(uint8_t level, uint8_t first_byte, const char *body, size_t len) {
  char *copy = malloc(len + (len == 0));
  assert_non_null(copy);
  memcpy(copy, body, len);
  dm_mqtt_packet packet;
  int result = mqtt_decode_body(level, first_byte, dm_bytes(copy, len), &packet);
  assert_true(result == 0 || (result >= DM_MQTT_MALFORMED_PACKET && packet.problem != NULL));
  if (result == 0)
    assert_stable(level, &packet);
  free(copy);
  return result == 0;
}

static void test_every_truncation(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    size_t accepted = 0;
    for (size_t cut = 0; cut + 2 < len; cut++)
      accepted += accepts(mqtt_samples[i].level, (uint8_t)bytes[0], bytes + 2, cut);
    if (accepted != mqtt_samples[i].shorter)
      fail_msg("%s: %zu truncations accepted", mqtt_samples[i].name, accepted);
    free(bytes);
  }
}

static void test_one_byte_too_many_is_refused_unless_it_is_payload(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    uint8_t type = (uint8_t)bytes[0] >> 4;
    bool five = mqtt_samples[i].level == 5;
    bool optional =
        five && len <= 5 &&
        (type == DM_MQTT_DISCONNECT || (type >= DM_MQTT_PUBACK && type <= DM_MQTT_PUBCOMP));
    bool open = type == DM_MQTT_PUBLISH || type == DM_MQTT_SUBACK || optional ||
                (five && type == DM_MQTT_UNSUBACK);
    char longer[256];
    memcpy(longer, bytes, len);
    longer[len] = 0;
    if (accepts(mqtt_samples[i].level, (uint8_t)bytes[0], longer + 2, len - 1) && !open)
      fail_msg("%s: accepted with a byte after it", mqtt_samples[i].name);
    free(bytes);
  }
}

static void test_every_change_of_one_byte_is_refused_or_stable(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    for (size_t at = 2; at < len; at++) {
      char before = bytes[at];
      for (int value = 0; value < 256; value++) {
        bytes[at] = (char)value;
        for (uint8_t level = 3; level <= 5; level++)
          accepts(level, (uint8_t)bytes[0], bytes + 2, len - 2);
      }
      bytes[at] = before;
    }
    free(bytes);
  }
}

/* Whatever is decoded at one level either has no form at another or a valid one. */
static void test_a_packet_encodes_for_every_level(void **state) {
  (void)state;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    dm_mqtt_packet packet;
    mqtt_decode_bytes(mqtt_samples[i].level, dm_bytes(bytes, len), &packet);
    for (uint8_t level = 3; level <= 5; level++) {
      size_t size;
      if (dm_mqtt_encoded_size(level, &packet, &size) == DM_OK)
        assert_stable(level, &packet);
      else
        assert_int_not_equal(level, mqtt_samples[i].level);
    }
    free(bytes);
  }
}

static void test_there_is_a_sample_of_every_type(void **state) {
  (void)state;
  unsigned old = 0;
  unsigned five = 0;
  for (size_t i = 0; i < mqtt_sample_count; i++) {
    size_t len;
    char *bytes = mqtt_bytes(mqtt_samples[i].text, &len);
    unsigned type = 1u << ((uint8_t)bytes[0] >> 4);
    old |= mqtt_samples[i].level < 5 ? type : 0;
    five |= mqtt_samples[i].level == 5 ? type : 0;
    free(bytes);
  }
  assert_int_equal(old, 0x7FFE); /* all but AUTH */
  assert_int_equal(five, 0xFFFE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_there_and_back),
      cmocka_unit_test(test_a_buffer_too_small_is_told_and_not_touched),
      cmocka_unit_test(test_every_truncation),
      cmocka_unit_test(test_one_byte_too_many_is_refused_unless_it_is_payload),
      cmocka_unit_test(test_every_change_of_one_byte_is_refused_or_stable),
      cmocka_unit_test(test_a_packet_encodes_for_every_level),
      cmocka_unit_test(test_there_is_a_sample_of_every_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
