/* Tests of reading JSON strictly.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json_read.h"
#include "base/span.h"
#include "jansson_memory.h"

static dmi_json_verdict verdict_of(dm_span text, size_t depth_max) {
  json_t *value = NULL;
  json_error_t error;
  size_t offset;
  dmi_json_verdict verdict =
      dmi_json_read(text, JSON_DECODE_ANY, depth_max, &value, &error, &offset);
  assert_true((value != NULL) == (verdict == JSON_READ));
  if (value != NULL)
    json_decref(value);
  return verdict;
}

static void test_what_is_json(void **state) {
  (void)state;
  assert_int_equal(verdict_of(SPAN("{}"), 9), JSON_READ);
  assert_int_equal(verdict_of(SPAN(" [1, \"\\u00e9\", {\"a\": null}] "), 9), JSON_READ);
  assert_int_equal(verdict_of(SPAN("\"a\\\\\""), 9), JSON_READ);
}

static void test_what_is_not(void **state) {
  (void)state;
  const char *malformed[] = {"",           " ",           "{",           "[1,]",
                             "{'a':1}",    "[1] []",      "[\"a]",       "\"\\q\"",
                             "[\"\x80\"]", "\"\\ud800\"", "nul",         "[\"a\" ",
                             "{\"a\" 1}",  "\"\\u00\"",   "// x\n1",     "[\"\n\"]",
                             "+1",         "\"a\" \"b\"", "\"\\u0000\"", "{\"a\":1,\"a\":1}"};
  for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
    if (verdict_of(dm_text(malformed[i]), 9) != JSON_MALFORMED)
      fail_msg("not refused as malformed: %s", malformed[i]);
  assert_int_equal(verdict_of((dm_span){NULL, 0}, 9), JSON_MALFORMED);
  assert_int_equal(verdict_of(SPAN("1\0"), 9), JSON_MALFORMED);
  assert_int_equal(verdict_of(SPAN("[1\0]"), 9), JSON_MALFORMED);
}

/* Two spellings of one key are one key. */
static void test_a_key_stands_once(void **state) {
  (void)state;
  assert_int_equal(verdict_of(SPAN("{\"a\":1,\"\\u0061\":2}"), 9), JSON_MALFORMED);
  assert_int_equal(verdict_of(SPAN("[{\"b\":{\"a\":1,\"a\":2}}]"), 9), JSON_MALFORMED);
  assert_int_equal(verdict_of(SPAN("[{\"a\":1},{\"a\":2}]"), 9), JSON_READ);
}

static void test_the_depth_is_bounded(void **state) {
  (void)state;
  assert_int_equal(verdict_of(SPAN("[[[]]]"), 3), JSON_READ);
  assert_int_equal(verdict_of(SPAN("[[[]]]"), 2), JSON_TOO_DEEP);
  assert_int_equal(verdict_of(SPAN("[{\"a\":[]},[[]]]"), 3), JSON_READ);
  assert_int_equal(verdict_of(SPAN("[\"[[[[\",\"\\\"[[[[\"]"), 1), JSON_READ);
  assert_int_equal(verdict_of(SPAN("]]][[["), 2), JSON_TOO_DEEP);
  assert_int_equal(verdict_of(SPAN("]]["), 2), JSON_MALFORMED);

  json_t *value;
  json_error_t error;
  size_t offset = 0;
  assert_int_equal(dmi_json_read(SPAN("{\"a\": {\"b\" :[1]}}"), 0, 2, &value, &error, &offset),
                   JSON_TOO_DEEP);
  assert_int_equal(offset, 12);
}

/* ---- Out of memory ------------------------------------------------------- */

static dmi_json_verdict read_failing(dm_span text, size_t first, size_t last, json_t **value) {
  json_error_t error;
  size_t offset;
  jansson_memory_refuse(first, last);
  dmi_json_verdict verdict =
      dmi_json_read(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, 9, value, &error, &offset);
  jansson.first_failing = SIZE_MAX;
  return verdict;
}

/* Whichever allocations fail, one or all from then on: it is told, or nothing is lost. A text
 * that was right is never called wrong, nor one that was wrong right. */
static void assert_survives(const char *text, dmi_json_verdict otherwise) {
  json_t *expected = NULL;
  assert_int_equal(read_failing(dm_text(text), SIZE_MAX, 0, &expected), otherwise);
  size_t calls = jansson.calls;
  for (size_t first = 1; first <= calls; first++) {
    for (size_t last = first; last <= calls; last += calls) {
      size_t blocks = jansson.blocks;
      json_t *value = NULL;
      dmi_json_verdict verdict =
          read_failing(dm_text(text), first, first == last ? last : SIZE_MAX, &value);
      if (verdict != JSON_NO_MEMORY && verdict != otherwise)
        fail_msg("%s: verdict %d when allocation %zu fails", text, (int)verdict, first);
      if (verdict == JSON_READ) {
        assert_true(json_equal(value, expected));
        json_decref(value);
      }
      assert_int_equal(jansson.blocks, blocks);
    }
  }
  if (expected != NULL)
    json_decref(expected);
}

/* Where the byte that jansson 2.14 loses is a closing quote it reads on beyond its buffer, which
 * grows from 16 bytes on: no string here is of 14, 30 or 62 bytes. */
static void test_out_of_memory(void **state) {
  (void)state;
  jansson_memory_begin();
  assert_survives("\"\"", JSON_READ);
  assert_survives("[\"a string that is longer than the buffer\",\"\\u00e9\\n\",1,2.5,true]",
                  JSON_READ);
  assert_survives("{\"a key that is longer than the buffer\":\"x\",\"b\":[{},[],\"\\u0000\"]}",
                  JSON_READ);
  assert_survives("[\"a string that is longer than the buffer\",\"a\" 1]", JSON_MALFORMED);
  assert_survives("{\"a\":1,\"a\":2}", JSON_MALFORMED);
  jansson_memory_end();
  assert_int_equal(jansson.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_json),      cmocka_unit_test(test_what_is_not),
      cmocka_unit_test(test_a_key_stands_once), cmocka_unit_test(test_the_depth_is_bounded),
      cmocka_unit_test(test_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
