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
    assert_int_equal(dmi_target_valid(dm_bytes(text, sizeof text)), expected);
  }
}

static void assert_split(const char *target, const char *path, const char *query) {
  dm_span got_path, got_query;
  dmi_target_split(dm_text(target), &got_path, &got_query);
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

static void assert_client(const char *path, const char *expected_id, const char *expected_rest) {
  dm_span client_id, rest;
  assert_true(dmi_target_client(dm_text(path), &client_id, &rest));
  assert_span(client_id, expected_id);
  assert_span(rest, expected_rest);
}

static void test_the_client_id_is_one_segment(void **state) {
  (void)state;
  static const char *const ids[] = {"boiler-7", "a%2Fsubscriptions", "%2Fmessages",
                                    "messages", "subscriptions",     ".."};
  static const char *const rests[] = {"", "/", "/messages", "/subscriptions/", "/b/messages"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    for (size_t j = 0; j < sizeof rests / sizeof *rests; j++) {
      char path[64] = "/connections/";
      strcat(path, ids[i]);
      strcat(path, rests[j]);
      assert_client(path, ids[i], rests[j]);
    }
}

static void test_an_empty_client_id(void **state) {
  (void)state;
  assert_client("/connections//", "", "/");
  assert_client("/connections//messages", "", "/messages");
}

static void test_paths_without_a_client_id(void **state) {
  (void)state;
  static const char *const paths[] = {"",
                                      "/",
                                      "*",
                                      "/connections",
                                      "/connections/",
                                      "/connection/a",
                                      "/Connections/a/messages",
                                      "//connections/a/messages",
                                      "connections/a"};
  dm_span client_id, rest;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    assert_false(dmi_target_client(dm_text(paths[i]), &client_id, &rest));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_visible_ascii_stands_in_a_target),
      cmocka_unit_test(test_targets_split_at_the_first_question_mark),
      cmocka_unit_test(test_an_absolute_target_loses_its_authority),
      cmocka_unit_test(test_the_client_id_is_one_segment),
      cmocka_unit_test(test_an_empty_client_id),
      cmocka_unit_test(test_paths_without_a_client_id),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
