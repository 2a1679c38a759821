/* Tests of the token bucket.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bucket.h"

/* The parts of a token. */
#define MILLION 1000000

static const uint32_t rates[] = {1, 3, 7, 100, 999, 1000, 1001, 20000, UINT32_MAX};

/* Takes until it is empty; returns how many there were. */
static uint32_t drain(dmi_bucket *b, uint32_t per_second, dm_time now) {
  uint32_t taken = 0;
  while (dmi_bucket_take(b, per_second, now))
    taken++;
  return taken;
}

static void test_a_full_bucket_holds_one_second(void **state) {
  (void)state;
  for (size_t i = 0; rates[i] != UINT32_MAX; i++) {
    dmi_bucket b = dmi_bucket_full(rates[i], 5);
    assert_int_equal(drain(&b, rates[i], 5), rates[i]);
  }
}

static void test_it_refills_by_the_microsecond(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(100, 0);
  drain(&b, 100, 0);
  assert_false(dmi_bucket_take(&b, 100, 10 * DM_MILLISECOND - 1));
  assert_true(dmi_bucket_take(&b, 100, 10 * DM_MILLISECOND));
  assert_false(dmi_bucket_take(&b, 100, 10 * DM_MILLISECOND));
  assert_int_equal(drain(&b, 100, 510 * DM_MILLISECOND), 50);
}

/* Refusals in between must not lose parts of a token. */
static void test_asking_often_loses_nothing(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(7, 0);
  drain(&b, 7, 0);
  uint32_t taken = 0;
  for (dm_time now = 1; now <= 10 * DM_SECOND; now++)
    taken += dmi_bucket_take(&b, 7, now);
  assert_int_equal(taken, 70);
}

/* A second gives back a second's worth to the last millionth, however it is cut. */
static void test_a_second_in_pieces_is_a_second(void **state) {
  (void)state;
  static const uint32_t given[] = {3, 100, 20000, UINT32_MAX - 1};
  static const dm_duration pieces[] = {1, 7, 83, 999, 1000, 333333, 1000000};
  for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
    for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
      dmi_bucket b = {0, 0};
      uint64_t taken = 0;
      for (dm_time now = 0; now < DM_SECOND;) {
        now = now + pieces[j] < DM_SECOND ? now + pieces[j] : DM_SECOND;
        taken += dmi_bucket_take(&b, given[i], now);
      }
      assert_int_equal(taken * MILLION + b.level, (uint64_t)given[i] * MILLION);
    }
  }
}

static void test_it_never_holds_more_than_one_second(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(100, 0);
  assert_int_equal(drain(&b, 100, 3600 * DM_SECOND), 100);
  assert_int_equal(drain(&b, 100, DM_NEVER), 100);
  b = dmi_bucket_full(100, 0);
  dmi_bucket_take(&b, 100, 0);
  assert_int_equal(drain(&b, 100, DM_SECOND - 1), 100);
}

static void test_the_wait_is_exact(void **state) {
  (void)state;
  for (size_t i = 0; rates[i] != UINT32_MAX; i++) {
    dmi_bucket b = dmi_bucket_full(rates[i], 0);
    drain(&b, rates[i], 0);
    dm_duration wait = dmi_bucket_wait(&b, rates[i]);
    assert_true(wait > 0);
    assert_false(dmi_bucket_take(&b, rates[i], wait - 1));
    assert_int_equal(dmi_bucket_wait(&b, rates[i]), 1);
    assert_true(dmi_bucket_take(&b, rates[i], wait));
  }
}

static void test_a_rate_of_nothing_never_lets_through(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(0, 0);
  assert_false(dmi_bucket_take(&b, 0, 0));
  assert_false(dmi_bucket_take(&b, 0, DM_NEVER));
  assert_int_equal(dmi_bucket_wait(&b, 0), DM_NEVER);
}

static void test_the_largest_rate_does_not_overflow(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(UINT32_MAX, 0);
  for (int i = 0; i < 1000; i++)
    assert_true(dmi_bucket_take(&b, UINT32_MAX, 0));
  assert_true(dmi_bucket_take(&b, UINT32_MAX, DM_SECOND - 1));
  assert_int_equal(b.level, (UINT32_MAX - 1ull) * MILLION);
  assert_true(dmi_bucket_take(&b, UINT32_MAX, DM_NEVER));
}

static void test_a_lower_rate_takes_effect_at_once(void **state) {
  (void)state;
  dmi_bucket b = dmi_bucket_full(UINT32_MAX, 0);
  assert_true(dmi_bucket_take(&b, 2, 0));
  assert_true(dmi_bucket_take(&b, 2, 0));
  assert_false(dmi_bucket_take(&b, 2, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_full_bucket_holds_one_second),
      cmocka_unit_test(test_it_refills_by_the_microsecond),
      cmocka_unit_test(test_asking_often_loses_nothing),
      cmocka_unit_test(test_a_second_in_pieces_is_a_second),
      cmocka_unit_test(test_it_never_holds_more_than_one_second),
      cmocka_unit_test(test_the_wait_is_exact),
      cmocka_unit_test(test_a_rate_of_nothing_never_lets_through),
      cmocka_unit_test(test_the_largest_rate_does_not_overflow),
      cmocka_unit_test(test_a_lower_rate_takes_effect_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
