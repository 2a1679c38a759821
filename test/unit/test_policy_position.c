/* Tests of finding a value's place in JSON text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dm/policy.h"
#include "base/json_scan.h"

static void expect_at(const char *json, const char *pointer, unsigned line, unsigned column) {
  unsigned at_line = 0, at_column = 0;
  dm_json_position(dm_text(json), pointer, &at_line, &at_column);
  if (at_line != line || at_column != column)
    fail_msg("%s: %u:%u, not %u:%u", pointer, at_line, at_column, line, column);
}

static void expect_nowhere(const char *json, const char *pointer) {
  expect_at(json, pointer, 1, 1);
}

static const char configuration[] = "\n"
                                    "{ \"listen\": 8883,\n"
                                    "  \"principals\" : [ { \"name\":\"a\" },\n"
                                    "    {\"name\" :\"b\", \"policies\":[\"x\",\r\n"
                                    "\t{\"Statement\":[]} , -1.5e3,true,[[],[ 7]]]}],\n"
                                    "  \"\": {\"a/b\":1, \"m~n\":2, \"~1\":3, \"0\":4},\n"
                                    "  \"last\":null }";

static void members_and_elements(void **state) {
  (void)state;
  expect_at(configuration, "", 2, 1);
  expect_at(configuration, "/listen", 2, 3);
  expect_at(configuration, "/principals", 3, 3);
  expect_at(configuration, "/principals/0", 3, 20);
  expect_at(configuration, "/principals/0/name", 3, 22);
  expect_at(configuration, "/principals/1", 4, 5);
  expect_at(configuration, "/principals/1/policies", 4, 19);
  expect_at(configuration, "/principals/1/policies/0", 4, 31);
  expect_at(configuration, "/principals/1/policies/1", 5, 2);
  expect_at(configuration, "/principals/1/policies/1/Statement", 5, 3);
  expect_at(configuration, "/principals/1/policies/2", 5, 21);
  expect_at(configuration, "/principals/1/policies/3", 5, 28);
  expect_at(configuration, "/principals/1/policies/4/1/0", 5, 39);
  expect_at(configuration, "/last", 7, 3);
}

static void escapes_of_pointers(void **state) {
  (void)state;
  expect_at(configuration, "/", 6, 3);
  expect_at(configuration, "//a~1b", 6, 8);
  expect_at(configuration, "//m~0n", 6, 17);
  expect_at(configuration, "//~01", 6, 26);
  expect_at(configuration, "//0", 6, 34);
  expect_nowhere(configuration, "//~1");
  expect_nowhere(configuration, "//m");
}

static void escapes_of_strings(void **state) {
  (void)state;
  const char *json = "{\"a\\\"}\":1,\"\\u00e9\":2,\"\\uD83D\\uDE00\":3,\"\\t\\/\":4,\"\\u20aC\":5,"
                     "\"\\\\\":6,\"\\u0041\":7}";
  expect_at(json, "/a\"}", 1, 2);
  expect_at(json, "/\xC3\xA9", 1, 11);
  expect_at(json, "/\xF0\x9F\x98\x80", 1, 22);
  expect_at(json, "/\t~1", 1, 39);
  expect_at(json, "/\xE2\x82\xAC", 1, 48);
  expect_at(json, "/\\", 1, 59);
  expect_at(json, "/A", 1, 66);
}

static void pointers_that_lead_nowhere(void **state) {
  (void)state;
  expect_nowhere(configuration, "/missing");
  expect_nowhere(configuration, "listen");
  expect_nowhere(configuration, "/listen/0");
  expect_nowhere(configuration, "/liste");
  expect_nowhere(configuration, "/listening");
  expect_nowhere(configuration, "/principals/2");
  expect_nowhere(configuration, "/principals/00");
  expect_nowhere(configuration, "/principals/-");
  expect_nowhere(configuration, "/principals/name");
  expect_nowhere(configuration, "/principals/99999999999999999999999");
  expect_nowhere(configuration, "/principals/18446744073709551615");
  expect_nowhere(configuration, "/principals/1/policies/1/Statement/0");
  expect_nowhere(configuration, "/principals/0/");
  expect_nowhere("", "");
  expect_nowhere("[]", "/0");
  expect_nowhere("{}", "/");
}

static void misuse(void **state) {
  (void)state;
  unsigned line = 0, column = 0;
  dm_json_position(dm_text(NULL), "/a", &line, &column);
  assert_int_equal(line, 1);
  dm_json_position(dm_bytes(NULL, 9), "", &line, &column);
  assert_int_equal(column, 1);
  dm_json_position(dm_text("[1]"), NULL, &line, &column);
  assert_int_equal(column, 1);
  dm_json_position(dm_text("[1]"), "/0", &line, NULL);
  dm_json_position(dm_text("[1]"), "/0", NULL, &column);
  assert_int_equal(column, 2);
}

/* Every beginning of a text, in a block of just its size: a sanitizer sees each byte
 * read outside. Whatever is said lies inside. */
static void broken_text(void **state) {
  (void)state;
  static const char *const texts[] = {
      configuration,      "{\"a\":{\"b\":[1,{\"\\u12\":\"\\",
      "{\"\\uD83D\\uDE0", "{\"a\" \"b\":}",
      "[}]{,:[}",         "[[[[[[[[[[",
      "[1 2 3]",          "{\"a\":\x80\xFF,\"b\":\"\n\"}",
      "[,,,,]",           "{\"a\":,\"b\":1}",
  };
  static const char *const pointers[] = {"",       "/a",
                                         "/a/b/1", "/b",
                                         "/0",     "/1",
                                         "/2/0",   "/principals/1/policies/4/1/0",
                                         "/last",  "/\xF0\x9F\x98\x80"};
  for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
    for (size_t len = 0; len <= strlen(texts[t]); len++) {
      char *copy = malloc(len == 0 ? 1 : len);
      assert_non_null(copy);
      memcpy(copy, texts[t], len);
      for (size_t p = 0; p < sizeof pointers / sizeof *pointers; p++) {
        unsigned line = 0, column = 0;
        dm_json_position(dm_bytes(copy, len), pointers[p], &line, &column);
        assert_in_range(line, 1, 7);
        assert_in_range(column, 1, len == 0 ? 1 : len);
      }
      free(copy);
    }
  }
}

static void characters_of_strings(void **state) {
  (void)state;
  dm_span json = dm_text("a\\n\\u00e9\\uD83D\\uDE00\\\"");
  static const char expected[] = "a\n\xC3\xA9\xF0\x9F\x98\x80\"";
  char read[20];
  size_t len = 0;
  for (size_t at = 0; at < json.len;)
    len += dmi_scan_character(json, &at, read + len);
  assert_int_equal(len, sizeof expected - 1);
  assert_memory_equal(read, expected, len);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(members_and_elements),
      cmocka_unit_test(escapes_of_pointers),
      cmocka_unit_test(escapes_of_strings),
      cmocka_unit_test(pointers_that_lead_nowhere),
      cmocka_unit_test(misuse),
      cmocka_unit_test(broken_text),
      cmocka_unit_test(characters_of_strings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
