/* Tests of the dates of signed requests.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth/timestamp.h"
#include "base/span.h"

#define MOMENT UINT64_C(1440938160000)

static void test_the_basic_form(void **state) {
  (void)state;
  dm_wall_time moment = 0;
  assert_true(dmi_timestamp_read(SPAN("20150830T123600Z"), &moment));
  assert_int_equal(moment, MOMENT);
  assert_true(dmi_timestamp_read(SPAN("19700101T000000Z"), &moment));
  assert_int_equal(moment, 0);
  assert_true(dmi_timestamp_read(SPAN("99991231T235959Z"), &moment));
  assert_int_equal(moment, UINT64_C(253402300799000));
}

static void test_nothing_but_the_basic_form(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",
      "20150830T123600",
      "20150830T123600z",
      "20150830t123600Z",
      "20150830 123600Z",
      "20150830T123600Z ",
      " 20150830T123600Z",
      "2015-08-30T12:36:00Z",
      "20150830T123600.000Z",
      "20150830T123600+0000",
      "20151330T123600Z",
      "20150832T123600Z",
      "20150229T123600Z",
      "20150830T243600Z",
      "20150830T126000Z",
      "20150830T123660Z",
      "19691231T235959Z",
      "00000830T123600Z",
      "2015083aT123600Z",
      "+2150830T123600Z",
      "2015083-T123600Z",
      "201508 0T123600Z",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    dm_wall_time moment = 77;
    if (dmi_timestamp_read(dm_text(bad[i]), &moment))
      fail_msg("%s", bad[i]);
    assert_int_equal(moment, 77);
  }
}

static void test_nothing_behind_the_end_is_read(void **state) {
  (void)state;
  const char *text = "20150830T123600Z";
  dm_wall_time moment;
  for (size_t len = 0; len < 16; len++)
    assert_false(dmi_timestamp_read(dm_bytes(text, len), &moment));
}

static void test_the_date_header(void **state) {
  (void)state;
  dm_wall_time moment = 0;
  assert_true(dmi_timestamp_read_date_header(SPAN("Sun, 30 Aug 2015 12:36:00 GMT"), &moment));
  assert_int_equal(moment, MOMENT);
  assert_true(dmi_timestamp_read_date_header(SPAN("20150830T123600Z"), &moment));
  assert_int_equal(moment, MOMENT);
  assert_true(dmi_timestamp_read_date_header(SPAN("Thu, 01 Jan 1970 00:00:00 GMT"), &moment));
  assert_int_equal(moment, 0);
  assert_true(dmi_timestamp_read_date_header(SPAN("Fri, 31 Dec 1999 23:59:59 GMT"), &moment));
  assert_int_equal(moment, UINT64_C(946684799000));

  static const char *const bad[] = {
      "Sun, 30 Aug 2015 12:36:00",
      "Sun, 30 Aug 2015 12:36:00 UTC",
      "Sun, 30 aug 2015 12:36:00 GMT",
      "Sunday, 30-Aug-15 12:36:00 GMT",
      "Sun Aug 30 12:36:00 2015",
      "Sun, 3 Aug 2015 12:36:00 GMT",
      "Sun, 30 Foo 2015 12:36:00 GMT",
      "Sun, 31 Feb 2015 12:36:00 GMT",
      "Sun, 30 Aug 2015 12.36.00 GMT",
      "Sun, 30 Aug 2015 12:36:00 GMT ",
      "30 Aug 2015 12:36:00 GMT",
      "Sun,",
      "1440938160",
      "",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (dmi_timestamp_read_date_header(dm_text(bad[i]), &moment))
      fail_msg("%s", bad[i]);
}

static void test_writing(void **state) {
  (void)state;
  char text[TIMESTAMP_LENGTH];
  dmi_writer w = {text, sizeof text, 0};
  dmi_timestamp_write(&w, MOMENT + 999);
  assert_int_equal(w.needed, TIMESTAMP_LENGTH);
  assert_memory_equal(text, "20150830T123600Z", TIMESTAMP_LENGTH);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_basic_form),
      cmocka_unit_test(test_nothing_but_the_basic_form),
      cmocka_unit_test(test_nothing_behind_the_end_is_read),
      cmocka_unit_test(test_the_date_header),
      cmocka_unit_test(test_writing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
