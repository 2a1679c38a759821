/* Tests of moments in time.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/civil.h"
#include "base/moment.h"

typedef struct example {
  const char *text;
  int64_t second;
  uint32_t nanosecond;
} example;

static void dates(void **state) {
  (void)state;
  static const example examples[] = {
      {"1970", 0, 0},
      {"1970-01", 0, 0},
      {"1970-01-01", 0, 0},
      {"1970-01-01T00:00Z", 0, 0},
      {"1970-01-01T00:00:01Z", 1, 0},
      {"1970-01-01T01:02:03Z", 3723, 0},
      {"1970-01-01T00:00:00.5Z", 0, 500000000},
      {"1970-01-01T00:00:00.000000001Z", 0, 1},
      {"1970-01-01T00:00:00.123456789Z", 0, 123456789},
      {"1970-01-01T01:30:00+01:30", 0, 0},
      {"1969-12-31T23:00:00-01:00", 0, 0},
      {"1969-12-31T23:59:59Z", -1, 0},
      {"1994-11-05T08:15:30-05:00", 784041330, 0},
      {"1994-11-05T13:15:30Z", 784041330, 0},
      {"2000-02-29", 951782400, 0},
      {"2000-03-01", 951868800, 0},
      {"2024-12-31T23:59:59Z", 1735689599, 0},
      {"9999-12-31T23:59:59Z", 253402300799, 0},
      {"0001-01-01", -62135596800, 0},
      {"0000-03-01", -62162035200, 0},
      {"0000-01-01", -62167219200, 0},
      {"0", 0, 0},
      {"12345", 12345, 0},
      {"1780000000", 1780000000, 0},
      {"253402300799", 253402300799, 0},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const example *e = &examples[i];
    dmi_moment m;
    if (!dmi_moment_read(dm_text(e->text), &m) || m.second != e->second ||
        m.nanosecond != e->nanosecond)
      fail_msg("%s: %lld.%u", e->text, (long long)m.second, m.nanosecond);
  }
}

static void what_is_no_date(void **state) {
  (void)state;
  static const char *const bad[] = {"",
                                    "-1",
                                    "1.5",
                                    "253402300800",
                                    "99999999999999999999",
                                    "2026-",
                                    "2026-1",
                                    "2026-13",
                                    "2026-00",
                                    "2026-05-",
                                    "2026-05-00",
                                    "2026-05-32",
                                    "2026-04-31",
                                    "2023-02-29",
                                    "1900-02-29",
                                    "2026-05-28T",
                                    "2026-05-28T10",
                                    "2026-05-28T10Z",
                                    "2026-05-28T10:00",
                                    "2026-05-28T24:00Z",
                                    "2026-05-28T10:60Z",
                                    "2026-05-28T10:00:60Z",
                                    "2026-05-28T10:00:00",
                                    "2026-05-28T10:00:00.Z",
                                    "2026-05-28T10:00:00.1234567890Z",
                                    "2026-05-28T10:00:00,5Z",
                                    "2026-05-28T10:00:00z",
                                    "2026-05-28t10:00:00Z",
                                    "2026-05-28 10:00:00Z",
                                    "2026-05-28T10:00:00+0200",
                                    "2026-05-28T10:00:00+24:00",
                                    "2026-05-28T10:00:00+02:60",
                                    "2026-05-28T10:00:00+02",
                                    "2026-05-28T10:00:00ZZ",
                                    "2026-05-28Z",
                                    "2026Z",
                                    "+2026-05-28",
                                    "20 6",
                                    " 2026",
                                    "2026 ",
                                    "2026-05-28T10:00.5Z",
                                    "2026/05/28"};
  dmi_moment m;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (dmi_moment_read(dm_text(bad[i]), &m))
      fail_msg("%s", bad[i]);
}

/* Each day from 1970 on is the one after the one before, and what dmi_civil_from_wall() calls it.
 */
static void every_day(void **state) {
  (void)state;
  for (int64_t day = 0; day < 400 * 366; day++) {
    dmi_civil_time c = dmi_civil_from_wall((dm_wall_time)day * 86400000);
    char text[32];
    dmi_moment m;
    snprintf(text, sizeof text, "%04u-%02u-%02u", c.year, c.month, c.day);
    if (!dmi_moment_read(dm_text(text), &m) || m.second != day * 86400)
      fail_msg("%s: %lld", text, (long long)m.second);
  }
}

static void order(void **state) {
  (void)state;
  const dmi_moment a = {1, 5}, b = {1, 6}, later = {2, 0}, before = {-1, 7};
  assert_int_equal(dmi_moment_compare(&a, &a), 0);
  assert_true(dmi_moment_compare(&a, &b) < 0 && dmi_moment_compare(&b, &a) > 0);
  assert_true(dmi_moment_compare(&b, &later) < 0 && dmi_moment_compare(&later, &b) > 0);
  assert_true(dmi_moment_compare(&before, &a) < 0 && dmi_moment_compare(&a, &before) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates),
      cmocka_unit_test(what_is_no_date),
      cmocka_unit_test(every_day),
      cmocka_unit_test(order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
