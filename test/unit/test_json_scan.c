/* Tests of finding one's way in JSON text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>

#include "base/json_scan.h"
#include "base/span.h"

static void test_space(void **state) {
  (void)state;
  assert_int_equal(dmi_scan_space(SPAN(" \t\r\n1"), 0), 4);
  assert_int_equal(dmi_scan_space(SPAN("1 "), 0), 0);
  assert_int_equal(dmi_scan_space(SPAN("1 "), 1), 2);
  assert_int_equal(dmi_scan_space(SPAN("\f"), 0), 0); /* not in RFC 8259 section 2 */
  assert_int_equal(dmi_scan_byte(SPAN("a"), 1), '\0');
}

static void test_a_string_ends_at_its_quote(void **state) {
  (void)state;
  assert_int_equal(dmi_scan_string(SPAN("\"\"x"), 0), 2);
  assert_int_equal(dmi_scan_string(SPAN("\"a\\\"b\"x"), 0), 6);
  assert_int_equal(dmi_scan_string(SPAN("\"a\\\\\"x"), 0), 5);
  assert_int_equal(dmi_scan_string(SPAN("\"[{,:\"x"), 0), 6);
}

static void test_tokens(void **state) {
  (void)state;
  const dm_span json = SPAN("{\"a\":[-1.5e3,true , \"x\"]}");
  const size_t starts[] = {0, 1, 4, 5, 6, 12, 13, 18, 20, 23, 24, 25};
  size_t at = 0;
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    assert_int_equal(at, starts[i]);
    at = dmi_scan_space(json, dmi_scan_token(json, at));
  }
  assert_int_equal(at, json.len);
}

static void test_every_bracket_comma_and_colon_is_a_token(void **state) {
  (void)state;
  for (const char *c = "{}[],:"; *c != '\0'; c++) {
    const char text[] = {*c, *c, '1', *c};
    assert_int_equal(dmi_scan_token(dm_bytes(text, 4), 0), 1);
    assert_int_equal(dmi_scan_token(dm_bytes(text, 4), 2), 3);
  }
}

static void test_a_value_ends_with_what_it_holds(void **state) {
  (void)state;
  assert_int_equal(dmi_scan_value(SPAN("1,2"), 0), 1);
  assert_int_equal(dmi_scan_value(SPAN("\"]\",2"), 0), 3);
  assert_int_equal(dmi_scan_value(SPAN("[],2"), 0), 2);
  assert_int_equal(dmi_scan_value(SPAN("[ [ ] , {\"]\" : [1]} ] ,2"), 0), 21);
  assert_int_equal(dmi_scan_value(SPAN("]1,2"), 0), 1);
  assert_int_equal(dmi_scan_value(SPAN("[1,{\"a\":[2]}]"), 3), 12);
}

/* Reads the string at the beginning of a text, without its quotes. */
static size_t read_string(dm_span json, char *out) {
  size_t len = 0;
  for (size_t at = 1; at < json.len && json.ptr[at] != '"';)
    len += dmi_scan_character(json, &at, out + len);
  return len;
}

static void test_characters_read_as_jansson_reads_them(void **state) {
  (void)state;
  const char *strings[] = {"\"plain M\xC3\xBCnster\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                           "\"\\u0041\\u00e9\\u20AC\\u20ac\\uFFFD\"",
                           "\"\\ud83d\\ude00\\uD800\\uDC00\\udbff\\udfff\"",
                           "\"\\u007f\\u0080\\u07ff\\u0800\\ud7ff\\ue000\\uffff\""};
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
    json_t *expected = json_loads(strings[i], JSON_DECODE_ANY, NULL);
    char out[64];
    assert_non_null(expected);
    size_t len = read_string(dm_text(strings[i]), out);
    assert_int_equal(len, json_string_length(expected));
    assert_memory_equal(out, json_string_value(expected), len);
    json_decref(expected);
  }
}

/* Every function goes forward and stays inside the text, however it is cut: the copies end
 * where the text ends. */
static void test_text_cut_anywhere(void **state) {
  (void)state;
  const char *texts[] = {"{\"a\\\"\\\\\\u00e9\\ud83d\\ude00\": [1, -2.5, \"x\"], \"b\": {} }",
                         "]]}}[[{{\"\\", "\"\\ud83d\\u\"\\ud83d\\", "tru\"e\":,\\u12\n\x80\xFF"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    for (size_t len = 0; len <= strlen(texts[i]); len++) {
      char *copy = malloc(len + (len == 0));
      memcpy(copy, texts[i], len);
      dm_span json = {copy, len};
      for (size_t at = 0; at < len; at++) {
        char out[4];
        size_t next = at;
        dmi_scan_character(json, &next, out);
        assert_in_range(next, at + 1, len);
        assert_in_range(dmi_scan_string(json, at), at + 1, len);
        assert_in_range(dmi_scan_space(json, at), at, len);
        if (!dmi_scan_is_space(copy[at])) {
          assert_in_range(dmi_scan_token(json, at), at + 1, len);
          assert_in_range(dmi_scan_value(json, at), at + 1, len);
        }
      }
      assert_int_equal(dmi_scan_string(json, len), len);
      assert_int_equal(dmi_scan_token(json, len), len);
      assert_int_equal(dmi_scan_value(json, len), len);
      free(copy);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_space),
      cmocka_unit_test(test_a_string_ends_at_its_quote),
      cmocka_unit_test(test_tokens),
      cmocka_unit_test(test_every_bracket_comma_and_colon_is_a_token),
      cmocka_unit_test(test_a_value_ends_with_what_it_holds),
      cmocka_unit_test(test_characters_read_as_jansson_reads_them),
      cmocka_unit_test(test_text_cut_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
