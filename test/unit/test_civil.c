/* Tests of calendar dates, held against the C library's.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

#include "base/civil.h"

static void assert_civil(dm_wall_time wall, dmi_civil_time expected) {
  dmi_civil_time got = dmi_civil_from_wall(wall);
  assert_int_equal(got.year, expected.year);
  assert_int_equal(got.month, expected.month);
  assert_int_equal(got.day, expected.day);
  assert_int_equal(got.weekday, expected.weekday);
  assert_int_equal(got.hour, expected.hour);
  assert_int_equal(got.minute, expected.minute);
  assert_int_equal(got.second, expected.second);
  assert_int_equal(got.millisecond, expected.millisecond);
}

static void test_known_moments(void **state) {
  (void)state;
  assert_civil(0, (dmi_civil_time){1970, 1, 1, 4, 0, 0, 0, 0});
  assert_civil(UINT64_C(784111777042), (dmi_civil_time){1994, 11, 6, 0, 8, 49, 37, 42});
  assert_civil(UINT64_C(951782400000), (dmi_civil_time){2000, 2, 29, 2, 0, 0, 0, 0});
  assert_civil(UINT64_C(4107542399999), (dmi_civil_time){2100, 2, 28, 0, 23, 59, 59, 999});
  assert_civil(UINT64_C(4107542400000), (dmi_civil_time){2100, 3, 1, 1, 0, 0, 0, 0});
}

static void test_the_year_has_four_digits(void **state) {
  (void)state;
  dmi_civil_time last = {9999, 12, 31, 5, 23, 59, 59, 999};
  assert_civil(UINT64_C(253402300799999), last);
  assert_civil(UINT64_C(253402300800000), last);
  assert_civil(UINT64_MAX, last);
}

/* Every day until 2400, a cycle of leap years and more. */
static void test_every_day_agrees_with_the_c_library(void **state) {
  (void)state;
  for (int64_t day = 0; day < 157054; day++) {
    time_t moment = (time_t)(day * 86400 + day % 86400);
    struct tm tm;
    assert_non_null(gmtime_r(&moment, &tm));
    dmi_civil_time expected = {(unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1,
                               (unsigned)tm.tm_mday,        (unsigned)tm.tm_wday,
                               (unsigned)tm.tm_hour,        (unsigned)tm.tm_min,
                               (unsigned)tm.tm_sec,         7};
    assert_civil((dm_wall_time)moment * 1000 + 7, expected);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_moments),
      cmocka_unit_test(test_the_year_has_four_digits),
      cmocka_unit_test(test_every_day_agrees_with_the_c_library),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
