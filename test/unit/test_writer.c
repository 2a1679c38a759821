/* Tests of writing text and JSON into a buffer of fixed size.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "base/span.h"
#include "base/writer.h"

#define assert_written(w, expected)                                                                \
  assert_true(dmi_writer_fits(&(w)) && dmi_span_equal(dm_bytes((w).out, (w).needed), expected))

static void test_what_does_not_fit_is_counted(void **state) {
  (void)state;
  char out[5] = "....";
  dmi_writer w = {out, 4, 0};
  dmi_writer_bytes(&w, SPAN("ab"));
  assert_true(dmi_writer_fits(&w));
  dmi_writer_bytes(&w, SPAN("cde"));
  assert_false(dmi_writer_fits(&w));
  dmi_writer_byte(&w, 'f');
  assert_int_equal(w.needed, 6);
  assert_string_equal(out, "abcd");
}

static void test_an_exact_fit_fits(void **state) {
  (void)state;
  char out[3] = "...";
  dmi_writer w = {out, 3, 0};
  dmi_writer_bytes(&w, (dm_span){NULL, 0});
  dmi_writer_bytes(&w, SPAN("abc"));
  assert_written(w, SPAN("abc"));
}

static void test_without_a_buffer_it_counts(void **state) {
  (void)state;
  dmi_writer w = {NULL, 0, 0};
  dmi_writer_json_string(&w, SPAN("\"\x01"));
  assert_int_equal(w.needed, 10);
  assert_false(dmi_writer_fits(&w));
}

static void assert_decimal(uint64_t value, unsigned width, const char *expected) {
  char out[32];
  dmi_writer w = {out, sizeof out, 0};
  dmi_writer_decimal(&w, value, width);
  assert_written(w, dm_text(expected));
}

static void test_decimal(void **state) {
  (void)state;
  assert_decimal(0, 0, "0");
  assert_decimal(0, 3, "000");
  assert_decimal(7, 2, "07");
  assert_decimal(10, 2, "10");
  assert_decimal(2026, 2, "2026");
  assert_decimal(UINT64_MAX, 0, "18446744073709551615");
  assert_decimal(1, 20, "00000000000000000001");
  assert_decimal(1, UINT32_MAX, "00000000000000000001");
}

static void assert_duration(dm_duration given, const char *milliseconds, const char *seconds) {
  char out[32];
  dmi_writer w = {out, sizeof out, 0};
  dmi_writer_milliseconds(&w, given);
  assert_written(w, dm_text(milliseconds));
  w.needed = 0;
  dmi_writer_whole_seconds(&w, given);
  assert_written(w, dm_text(seconds));
}

static void test_durations(void **state) {
  (void)state;
  assert_duration(0, "0.000", "0");
  assert_duration(1, "0.001", "1");
  assert_duration(83, "0.083", "1");
  assert_duration(DM_MILLISECOND - 1, "0.999", "1");
  assert_duration(DM_MILLISECOND, "1.000", "1");
  assert_duration(DM_SECOND, "1000.000", "1");
  assert_duration(DM_SECOND + 1, "1000.001", "2");
  assert_duration(12345678, "12345.678", "13");
  assert_duration(UINT64_MAX, "18446744073709551.615", "18446744073710");
}

static void test_hex(void **state) {
  (void)state;
  char out[8];
  dmi_writer w = {out, sizeof out, 0};
  dmi_writer_hex(&w, (const uint8_t[]){0x00, 0x9A, 0xF0, 0x0F}, 4);
  assert_written(w, SPAN("009af00f"));
}

static void assert_json(dm_span text, const char *expected) {
  char out[100];
  dmi_writer w = {out, sizeof out, 0};
  dmi_writer_json_string(&w, text);
  assert_written(w, dm_text(expected));
}

static void test_json_leaves_plain_text_alone(void **state) {
  (void)state;
  assert_json((dm_span){NULL, 0}, "\"\"");
  assert_json(SPAN("a/b 'c'"), "\"a/b 'c'\"");
  assert_json(SPAN("K\xC3\xBC\xE2\x82\xAC\xF0\x9F\x94\xA5"),
              "\"K\xC3\xBC\xE2\x82\xAC\xF0\x9F\x94\xA5\"");
}

static void test_json_escapes(void **state) {
  (void)state;
  assert_json(SPAN("\"\\"), "\"\\\"\\\\\"");
  assert_json(SPAN("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
  assert_json(SPAN("a\0b"), "\"a\\u0000b\"");
  assert_json(SPAN("\x1B[0m\x1F\x7F"), "\"\\u001b[0m\\u001f\\u007f\"");
  assert_json(SPAN("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"), "\"\\u2028\\u2029\xE2\x80\xAA\"");
}

/* C1: terminals obey these as well (U+009B is the start of an escape sequence). */
static void test_json_escapes_the_second_set_of_controls(void **state) {
  (void)state;
  assert_json(SPAN("\xC2\x80\xC2\x9B\xC2\x9F"), "\"\\u0080\\u009b\\u009f\"");
  assert_json(SPAN("\xC2\xA0\xC3\x80"), "\"\xC2\xA0\xC3\x80\"");
}

static void test_json_replaces_what_is_not_utf8(void **state) {
  (void)state;
  assert_json(SPAN("a\xFF"), "\"a\\ufffd\"");
  assert_json(SPAN("\xE2\x82"), "\"\\ufffd\\ufffd\"");
  assert_json(SPAN("\xE2\x82x"), "\"\\ufffd\\ufffdx\"");
  assert_json(SPAN("\xC3\""), "\"\\ufffd\\\"\"");
  assert_json(SPAN("\xED\xA0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  assert_json(dmi_span_head(SPAN("\xC3\xA9"), 1), "\"\\ufffd\"");
}

/* Somebody else's parser reads it, and it stays on one line. */
static void test_json_of_any_two_bytes_is_json(void **state) {
  (void)state;
  for (int both = 0; both < 0x10000; both++) {
    char text[] = {(char)(both >> 8), (char)both}, out[16];
    dmi_writer w = {out, sizeof out, 0};
    dmi_writer_json_string(&w, dm_bytes(text, 2));
    assert_true(dmi_writer_fits(&w));
    json_t *read = json_loadb(out, w.needed, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (read == NULL || dmi_span_find(dm_bytes(out, w.needed), '\n') != w.needed)
      fail_msg("%04x", (unsigned)both);
    if (both < 0x8000 && (both & 0x80) == 0)
      assert_memory_equal(json_string_value(read), text, 2);
    json_decref(read);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_does_not_fit_is_counted),
      cmocka_unit_test(test_an_exact_fit_fits),
      cmocka_unit_test(test_without_a_buffer_it_counts),
      cmocka_unit_test(test_decimal),
      cmocka_unit_test(test_durations),
      cmocka_unit_test(test_hex),
      cmocka_unit_test(test_json_leaves_plain_text_alone),
      cmocka_unit_test(test_json_escapes),
      cmocka_unit_test(test_json_escapes_the_second_set_of_controls),
      cmocka_unit_test(test_json_replaces_what_is_not_utf8),
      cmocka_unit_test(test_json_of_any_two_bytes_is_json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
