/* Tests of warnings that may come often. The program's own files are no library: they are
 * included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sidecar/repeated_warning.c"

static bool warned(struct repeated_warning *warning, dm_time now, problem *line) {
  return repeated_warning_due(warning, "broker", "refused", now, line);
}

static void test_is_said_at_once(void **state) {
  (void)state;
  struct repeated_warning warning = {0};
  problem line;
  assert_true(warned(&warning, 7, &line));
  assert_string_equal(line.text, "broker: refused (1 times so far)");
}

static void test_is_not_said_again_for_a_while(void **state) {
  (void)state;
  struct repeated_warning warning = {0};
  problem line;
  assert_true(warned(&warning, 7, &line));
  assert_false(warned(&warning, 7, &line));
  assert_false(warned(&warning, 6 + REPEATED_WARNING_INTERVAL, &line));
  assert_true(warned(&warning, 7 + REPEATED_WARNING_INTERVAL, &line));
  assert_string_equal(line.text, "broker: refused (4 times so far)");
}

static void test_two_are_apart(void **state) {
  (void)state;
  struct repeated_warning one = {0};
  struct repeated_warning other = {0};
  problem line;
  assert_true(warned(&one, 0, &line));
  assert_true(warned(&other, 0, &line));
  assert_false(warned(&one, 1, &line));
}

static void test_keeps_to_one_line(void **state) {
  (void)state;
  struct repeated_warning warning = {0};
  problem line;
  assert_true(repeated_warning_due(&warning, "a\nb", "c\r", 0, &line));
  assert_string_equal(line.text, "a?b: c? (1 times so far)");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_is_said_at_once),
      cmocka_unit_test(test_is_not_said_again_for_a_while),
      cmocka_unit_test(test_two_are_apart),
      cmocka_unit_test(test_keeps_to_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
