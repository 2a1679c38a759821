/* Tests of taking request targets apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/span.h"
#include "http/target.h"

static void assert_span(dm_span got, const char *expected) {
  assert_non_null(got.ptr);
  assert_int_equal(got.len, strlen(expected));
  assert_memory_equal(got.ptr, expected, got.len);
}

static void test_only_visible_ascii_stands_in_a_target(void **state) {
  (void)state;
  for (unsigned byte = 0; byte < 256; byte++) {
    char text[] = {'/', (char)byte, '/'};
    bool expected = byte > 0x20 && byte < 0x7F && byte != '#';
    assert_int_equal(target_valid(dm_bytes(text, sizeof text)), expected);
  }
}

static void assert_split(const char *target, const char *path, const char *query) {
  dm_span got_path, got_query;
  target_split(dm_text(target), &got_path, &got_query);
  assert_span(got_path, path);
  assert_span(got_query, query);
}

static void test_targets_split_at_the_first_question_mark(void **state) {
  (void)state;
  assert_split("/a/b?c=d", "/a/b", "c=d");
  assert_split("/a/b", "/a/b", "");
  assert_split("/a?", "/a", "");
  assert_split("/a?b?c", "/a", "b?c");
  assert_split("/a%3Fb?c", "/a%3Fb", "c");
  assert_split("", "", "");
  assert_split("?a", "", "a");
}

static void test_an_absolute_target_loses_its_authority(void **state) {
  (void)state;
  assert_split("http://host/a?b", "/a", "b");
  assert_split("HTTPS://host:8443/a?b=http://c/d", "/a", "b=http://c/d");
  assert_split("http://host?a", "", "a");
  assert_split("http://host", "", "");
  assert_split("http://", "", "");
  assert_split("ftp://host/a", "ftp://host/a", "");
  assert_split("/http://host/a", "/http://host/a", "");
  assert_split("*", "*", "");
}

static void assert_client_id(const char *path, const char *expected) {
  dm_span client_id;
  assert_true(path_is_messages(dm_text(path), &client_id));
  assert_span(client_id, expected);
}

static void assert_no_client_id(const char *path) {
  dm_span client_id;
  assert_false(path_is_messages(dm_text(path), &client_id));
}

static void test_the_client_id_is_one_segment(void **state) {
  (void)state;
  assert_client_id("/connections/boiler-7/messages", "boiler-7");
  assert_client_id("/connections/a%2Fsubscriptions/messages", "a%2Fsubscriptions");
  assert_client_id("/connections/%2Fmessages/messages", "%2Fmessages");
  assert_client_id("/connections/messages/messages", "messages");
  assert_client_id("/connections/../messages", "..");
  assert_client_id("/connections//messages", "");
}

static void test_other_paths_are_unknown(void **state) {
  (void)state;
  assert_no_client_id("");
  assert_no_client_id("/");
  assert_no_client_id("*");
  assert_no_client_id("/connections");
  assert_no_client_id("/connections/");
  assert_no_client_id("/connections/messages");
  assert_no_client_id("/connections/a");
  assert_no_client_id("/connections/a/");
  assert_no_client_id("/connections/a/message");
  assert_no_client_id("/connections/a/messages/");
  assert_no_client_id("/connections/a/b/messages");
  assert_no_client_id("/connections/a/subscriptions");
  assert_no_client_id("/Connections/a/messages");
  assert_no_client_id("//connections/a/messages");
  assert_no_client_id("connections/a/messages");
  assert_no_client_id("/connections/a%2Fmessages");
}

static void assert_pair(dm_span *query, const char *name, const char *value) {
  dm_span got_name, got_value;
  assert_true(query_next(query, &got_name, &got_value));
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
  assert_false(query_next(&query, &name, &value));

  query = dm_text("a&");
  assert_pair(&query, "a", "");
  assert_false(query_next(&query, &name, &value));
}

static void assert_decoded(const char *text, const char *expected) {
  char out[64];
  dm_span decoded;
  assert_true(percent_decode(dm_text(text), out, &decoded));
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
    assert_false(percent_decode(dm_text(bad[i]), out, &decoded));
  }
}

static void test_nothing_behind_the_end_is_read(void **state) {
  (void)state;
  char out[8];
  dm_span decoded;
  const char *text = "%41%42";
  assert_true(percent_decode(dm_bytes(text, 3), out, &decoded));
  assert_span(decoded, "A");
  assert_false(percent_decode(dm_bytes(text, 4), out, &decoded));
  assert_false(percent_decode(dm_bytes(text, 5), out, &decoded));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_visible_ascii_stands_in_a_target),
      cmocka_unit_test(test_targets_split_at_the_first_question_mark),
      cmocka_unit_test(test_an_absolute_target_loses_its_authority),
      cmocka_unit_test(test_the_client_id_is_one_segment),
      cmocka_unit_test(test_other_paths_are_unknown),
      cmocka_unit_test(test_a_query_is_a_list_of_names_and_values),
      cmocka_unit_test(test_percent_encoding),
      cmocka_unit_test(test_bad_percent_encoding_is_refused),
      cmocka_unit_test(test_nothing_behind_the_end_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
