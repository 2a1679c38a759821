/* Tests of queries and percent-encoding.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/query_string.h"
#include "base/span.h"

static void assert_span(dm_span got, const char *expected) {
  assert_non_null(got.ptr);
  assert_int_equal(got.len, strlen(expected));
  assert_memory_equal(got.ptr, expected, got.len);
}

static void assert_pair(dm_span *query, const char *name, const char *value) {
  dm_span got_name, got_value;
  assert_true(dmi_query_next(query, &got_name, &got_value));
  assert_span(got_name, name);
  assert_span(got_value, value);
}

static void test_a_query_is_a_list_of_names_and_values(void **state) {
  (void)state;
  dm_span name, value;
  dm_span query = dm_text("a=1&b&=2&&c=3=4&d=&e=%26");
  assert_pair(&query, "a", "1");
  assert_pair(&query, "b", "");
  assert_pair(&query, "", "2");
  assert_pair(&query, "", "");
  assert_pair(&query, "c", "3=4");
  assert_pair(&query, "d", "");
  assert_pair(&query, "e", "%26");
  assert_false(dmi_query_next(&query, &name, &value));

  query = dm_text("a&");
  assert_pair(&query, "a", "");
  assert_false(dmi_query_next(&query, &name, &value));
}

static void assert_decoded(const char *text, const char *expected) {
  char out[64];
  dm_span decoded;
  assert_true(dmi_percent_decode(dm_text(text), out, &decoded));
  assert_span(decoded, expected);
}

static void test_percent_encoding(void **state) {
  (void)state;
  assert_decoded("", "");
  assert_decoded("a+b", "a+b");
  assert_decoded("a%20b%2Bc", "a b+c");
  assert_decoded("%2f%2F", "//");
  assert_decoded("%25%34%31", "%41");
  assert_decoded("k%C3%BCche", "k\xC3\xBC"
                               "che");
  assert_decoded("%fF", "\xFF");
}

static void test_bad_percent_encoding_is_refused(void **state) {
  (void)state;
  const char *const bad[] = {"%",    "%4",  "a%",  "a%4", "%4g", "%g4",
                             "%%41", "%-1", "% 1", "%+1", "%"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char out[8];
    dm_span decoded;
    assert_false(dmi_percent_decode(dm_text(bad[i]), out, &decoded));
  }
}

static void test_nothing_behind_the_end_is_read(void **state) {
  (void)state;
  char out[8];
  dm_span decoded;
  const char *text = "%41%42";
  assert_true(dmi_percent_decode(dm_bytes(text, 3), out, &decoded));
  assert_span(decoded, "A");
  assert_false(dmi_percent_decode(dm_bytes(text, 4), out, &decoded));
  assert_false(dmi_percent_decode(dm_bytes(text, 5), out, &decoded));
}

static void test_bytes_are_taken_one_by_one(void **state) {
  (void)state;
  char byte;
  dm_span text = dm_text("a%2Fb%");
  assert_true(dmi_percent_take(&text, &byte));
  assert_int_equal(byte, 'a');
  assert_true(dmi_percent_take(&text, &byte));
  assert_int_equal(byte, '/');
  assert_true(dmi_percent_take(&text, &byte));
  assert_int_equal(byte, 'b');
  assert_false(dmi_percent_take(&text, &byte));
  assert_span(text, "%");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_query_is_a_list_of_names_and_values),
      cmocka_unit_test(test_percent_encoding),
      cmocka_unit_test(test_bad_percent_encoding_is_refused),
      cmocka_unit_test(test_nothing_behind_the_end_is_read),
      cmocka_unit_test(test_bytes_are_taken_one_by_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
