/* A program that was compiled against the first version of each public structure works, and one
 * that hands in what is no structure is told so: every public function that takes one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/growth.h"

static void try_all(const growth_call *calls) {
  for (; calls->name != NULL; calls++) {
    print_message("%s()\n", calls->name);
    growth_try(calls);
  }
}

static void test_policy(void **state) {
  (void)state;
  try_all(growth_policy_calls);
}

static void test_auth(void **state) {
  (void)state;
  try_all(growth_auth_calls);
}

static void test_relay(void **state) {
  (void)state;
  try_all(growth_relay_calls);
}

static void test_core(void **state) {
  (void)state;
  try_all(growth_core_calls);
}

static void test_http(void **state) {
  (void)state;
  try_all(growth_http_calls);
}

/* Behind all others. */
static void test_nothing_is_left_out(void **state) {
  (void)state;
  growth_all_tried();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_policy), cmocka_unit_test(test_auth),
      cmocka_unit_test(test_relay),  cmocka_unit_test(test_core),
      cmocka_unit_test(test_http),   cmocka_unit_test(test_nothing_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
