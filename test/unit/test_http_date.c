/* Tests of HTTP's dates.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dm/http.h"

static void assert_date(dm_wall_time wall, const char *expected) {
  char text[31];
  memset(text, 'x', sizeof text);
  dm_http_date(wall, text);
  assert_string_equal(text, expected);
  assert_int_equal(text[30], 'x');
}

static void test_dates(void **state) {
  (void)state;
  assert_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
  assert_date(UINT64_C(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
  assert_date(UINT64_C(1709210096999), "Thu, 29 Feb 2024 12:34:56 GMT");
  assert_date(UINT64_C(1798761599999), "Thu, 31 Dec 2026 23:59:59 GMT");
  assert_date(UINT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void test_every_day_and_month_has_its_name(void **state) {
  (void)state;
  const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[30];
  for (unsigned i = 0; i < 7; i++) {
    dm_http_date(i * UINT64_C(86400000), text);
    assert_memory_equal(text, days[i], 3);
  }
  for (unsigned i = 0; i < 12; i++) {
    dm_http_date((15 + i * UINT64_C(30)) * 86400000, text);
    assert_memory_equal(text + 8, months[i], 3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_every_day_and_month_has_its_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
