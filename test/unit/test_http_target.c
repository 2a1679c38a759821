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
  assert_true(path_route(dm_text(path), &client_id) == ROUTE_MESSAGES);
  assert_span(client_id, expected);
}

static void assert_no_client_id(const char *path) {
  dm_span client_id;
  assert_false(path_route(dm_text(path), &client_id) == ROUTE_MESSAGES);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_visible_ascii_stands_in_a_target),
      cmocka_unit_test(test_targets_split_at_the_first_question_mark),
      cmocka_unit_test(test_an_absolute_target_loses_its_authority),
      cmocka_unit_test(test_the_client_id_is_one_segment),
      cmocka_unit_test(test_other_paths_are_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
