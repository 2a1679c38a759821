/* Tests of decimal numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/decimal.h"

static void what_is_a_number(void **state) {
  (void)state;
  static const char *const good[] = {
      "0", "-0", "007", "1.5", "-1.50", "0.0", "99999999999999999999999"};
  static const char *const bad[] = {"",      "-",   "+1",   "1.",    ".5",  "-.5", "1e3",
                                    "1.5.2", "0x1", " 1",   "1 ",    "1,5", "--1", "1-",
                                    "/",     ":",   "1.-5", "-1.5x", "NaN"};
  dmi_decimal number;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    if (!dmi_decimal_read(dm_text(good[i]), &number))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (dmi_decimal_read(dm_text(bad[i]), &number))
      fail_msg("%s", bad[i]);
  assert_false(dmi_decimal_read(dm_text(NULL), &number));
}

/* In ascending order, equal ones in one line. */
static const char *const ordered[][3] = {{"-100000000000000000000"},
                                         {"-20", "-020.0"},
                                         {"-10.5", "-10.50"},
                                         {"-10.49"},
                                         {"-2"},
                                         {"-0.5"},
                                         {"-0.05"},
                                         {"0", "-0", "0.00"},
                                         {"0.05"},
                                         {"0.5", "00.500"},
                                         {"0.51"},
                                         {"1"},
                                         {"2"},
                                         {"10"},
                                         {"10.1"},
                                         {"10.11"},
                                         {"10.2"},
                                         {"99"},
                                         {"100"},
                                         {"100000000000000000000"},
                                         {"100000000000000000000.0000000000000000000001"}};

static int sign(int order) {
  return (order > 0) - (order < 0);
}

static void order(void **state) {
  (void)state;
  size_t count = sizeof ordered / sizeof *ordered;
  for (size_t i = 0; i < count * 3; i++)
    for (size_t j = 0; j < count * 3; j++) {
      const char *a = ordered[i / 3][i % 3], *b = ordered[j / 3][j % 3];
      dmi_decimal x, y;
      if (a == NULL || b == NULL)
        continue;
      assert_true(dmi_decimal_read(dm_text(a), &x) && dmi_decimal_read(dm_text(b), &y));
      if (sign(dmi_decimal_compare(&x, &y)) != (i / 3 > j / 3) - (i / 3 < j / 3))
        fail_msg("%s and %s", a, b);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_a_number),
      cmocka_unit_test(order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
