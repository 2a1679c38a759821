/* Tests of UTF-8 against a second reading of RFC 3629.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/span.h"
#include "base/utf8.h"

/* Writes a code point as RFC 3629 section 3 says, whatever it is; returns the length. */
static size_t encode(uint32_t point, size_t len, char *out) {
  static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
  for (size_t i = len; i-- > 1; point >>= 6)
    out[i] = (char)(0x80 | (point & 0x3F));
  out[0] = (char)(lead[len] | point);
  return len;
}

static size_t shortest(uint32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/* In memory of its own, so that reading past the end is found out. */
static bool valid(const char *bytes, size_t len) {
  char *copy = malloc(len + (len == 0));
  assert_non_null(copy);
  memcpy(copy, bytes, len);
  bool answer = dmi_utf8_valid(dm_bytes(copy, len));
  free(copy);
  return answer;
}

static void test_every_code_point_in_every_length(void **state) {
  (void)state;
  for (uint32_t point = 0; point < 0x200000; point++) {
    for (size_t len = shortest(point); len <= 4; len++) {
      char bytes[4];
      encode(point, len, bytes);
      bool surrogate = point >= 0xD800 && point <= 0xDFFF;
      bool expected = len == shortest(point) && !surrogate && point <= 0x10FFFF;
      if (dmi_utf8_valid(dm_bytes(bytes, len)) != expected)
        fail_msg("U+%04X in %zu bytes", point, len);
      if (expected && dmi_utf8_length((unsigned char)bytes[0]) != len)
        fail_msg("the length of U+%04X", point);
    }
  }
}

/* MQTT 5 section 1.5.4: U+0001 to U+001F, U+007F to U+009F, and Unicode's non-characters. */
static bool is_text(uint32_t point) {
  bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  bool noncharacter = (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE;
  bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point <= 0x10FFFF && !control && !noncharacter && !surrogate;
}

/* Each alone, and at each place among others. */
static void test_text_holds_no_control_and_no_noncharacter(void **state) {
  (void)state;
  for (uint32_t point = 0; point < 0x200000; point++) {
    char bytes[24];
    size_t at = point % 20, len = shortest(point);
    memset(bytes, 'a', sizeof bytes);
    encode(point, len, bytes + at);
    assert_int_equal(dmi_utf8_valid_text(dm_bytes(bytes + at, len)), is_text(point));
    if (dmi_utf8_valid_text(dm_bytes(bytes, sizeof bytes)) != is_text(point))
      fail_msg("U+%04X at %zu", point, at);
  }
}

/* Long text is read in larger steps. */
static void test_every_byte_of_ascii_at_every_place_of_a_text(void **state) {
  (void)state;
  char text[20];
  memset(text, '~', sizeof text);
  for (size_t at = 0; at < sizeof text; at++) {
    for (int byte = 0; byte < 0x80; byte++) {
      text[at] = (char)byte;
      bool expected = byte >= 0x20 && byte != 0x7F;
      assert_int_equal(dmi_utf8_valid_text(dm_bytes(text, sizeof text)), expected);
    }
    text[at] = ' ';
  }
  assert_true(dmi_utf8_valid_text(dm_bytes(NULL, 0)));
}

static void test_a_character_cut_short_is_refused(void **state) {
  (void)state;
  const char *whole[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
  for (size_t i = 0; i < 3; i++) {
    size_t len = strlen(whole[i]);
    assert_true(valid(whole[i], len));
    for (size_t cut = 1; cut < len; cut++)
      assert_false(valid(whole[i], cut));
  }
}

static void test_every_byte_must_continue_what_began(void **state) {
  (void)state;
  char bytes[] = "\xF1\x80\x80\x80";
  for (size_t at = 1; at < 4; at++) {
    for (int byte = 0; byte < 256; byte++) {
      bytes[at] = (char)byte;
      assert_int_equal(valid(bytes, 4), byte >= 0x80 && byte <= 0xBF);
    }
    bytes[at] = (char)0x80;
  }
}

static void test_a_byte_that_begins_nothing(void **state) {
  (void)state;
  for (int byte = 0; byte < 256; byte++) {
    char alone = (char)byte;
    assert_int_equal(valid(&alone, 1), byte < 0x80);
  }
  for (int byte = 0x80; byte < 0xC2; byte++)
    assert_int_equal(dmi_utf8_length((unsigned char)byte), 1);
}

/* Long text is read in larger steps: each byte of it must count all the same. */
static void test_one_bad_byte_anywhere(void **state) {
  (void)state;
  char text[40];
  for (size_t len = 1; len <= sizeof text; len++) {
    memset(text, 'a', len);
    assert_true(valid(text, len));
    for (size_t at = 0; at < len; at++) {
      text[at] = (char)0x80;
      assert_false(valid(text, len));
      if (at > 0) {
        text[at - 1] = (char)0xC3;
        assert_true(valid(text, len));
        text[at - 1] = 'a';
      }
      text[at] = 'a';
    }
  }
}

static void test_text(void **state) {
  (void)state;
  assert_true(valid("", 0));
  assert_true(dmi_utf8_valid((dm_span){NULL, 0}));
  assert_true(dmi_utf8_valid(SPAN("K\xC3\xBC"
                                  "che/\xE2\x82\xAC \xF0\x9F\x94\xA5")));
  assert_false(dmi_utf8_valid(SPAN("K\xFC"
                                   "che")));
  assert_false(dmi_utf8_valid(SPAN("abc\x80")));
}

static void test_mqtt_has_no_null_character(void **state) {
  (void)state;
  assert_true(dmi_utf8_valid(SPAN("a\0b")));
  assert_false(dmi_utf8_valid_mqtt(SPAN("a\0b")));
  assert_false(dmi_utf8_valid_mqtt(SPAN("\0")));
  assert_false(dmi_utf8_valid_mqtt(SPAN("a\x80")));
  assert_true(dmi_utf8_valid_mqtt(SPAN("a\x01\x7F\xC2\x80"))); /* control characters may be */
  assert_true(dmi_utf8_valid_mqtt(SPAN("")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_code_point_in_every_length),
      cmocka_unit_test(test_text_holds_no_control_and_no_noncharacter),
      cmocka_unit_test(test_every_byte_of_ascii_at_every_place_of_a_text),
      cmocka_unit_test(test_a_character_cut_short_is_refused),
      cmocka_unit_test(test_every_byte_must_continue_what_began),
      cmocka_unit_test(test_a_byte_that_begins_nothing),
      cmocka_unit_test(test_one_bad_byte_anywhere),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_mqtt_has_no_null_character),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
