/* Tests of the loop's clock and of timers that follow it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/loop/clock.h"

/* A timer may be late on a busy machine; by more than this it was set to another time. */
#define VERY_LATE (2 * DM_SECOND)

static uv_loop_t loop;
static uv_timer_t timer;
static dm_time fired_at; /* 0: it has not */

static void on_timer(uv_timer_t *fired) {
  assert_ptr_equal(fired, &timer);
  fired_at = clock_now();
}

static int set_up(void **state) {
  (void)state;
  fired_at = 0;
  return uv_loop_init(&loop) != 0 || uv_timer_init(&loop, &timer) != 0 ? -1 : 0;
}

static int tear_down(void **state) {
  (void)state;
  uv_close((uv_handle_t *)&timer, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop);
}

/* As a turn of the loop that computes. */
static void compute(dm_duration duration) {
  dm_time end = clock_now() + duration;
  while (clock_now() < end) {
  }
}

static void assert_fires(dm_time due) {
  fired_at = 0;
  clock_start_timer(&timer, on_timer, due);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_in_range(fired_at, due, due + VERY_LATE);
}

static void test_the_clock_is_exact(void **state) {
  (void)state;
  dm_time before = clock_now();
  assert_in_range(before, uv_hrtime() / 1000 - DM_SECOND, uv_hrtime() / 1000);
  dm_time begin = uv_now(&loop);
  compute(83);
  assert_in_range(clock_now() - before, 83, VERY_LATE);
  compute(3 * DM_MILLISECOND);
  assert_int_equal(uv_now(&loop), begin); /* which libuv's own is not */
}

static void test_a_timer_never_fires_early(void **state) {
  (void)state;
  static const dm_duration waits[] = {1, 83, 499, 500, 501, 999, 1000, 1001, 1999, 2500};
  for (int round = 0; round < 10; round++)
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
      assert_fires(clock_now() + waits[i]);
}

/* uv_now() is behind then, and libuv counts from it. */
static void test_a_timer_set_late_in_a_turn_does_not_fire_early(void **state) {
  (void)state;
  for (dm_duration wait = 1; wait < 5 * DM_MILLISECOND; wait += 617) {
    uv_update_time(&loop);
    compute(7 * DM_MILLISECOND + wait);
    assert_fires(clock_now() + wait);
  }
}

static void test_what_is_due_fires_in_the_next_turn(void **state) {
  (void)state;
  const dm_time dues[] = {0, 1, clock_now() - DM_SECOND, clock_now()};
  for (size_t i = 0; i < sizeof dues / sizeof *dues; i++) {
    compute(2 * DM_MILLISECOND);
    uv_update_time(&loop);
    fired_at = 0;
    clock_start_timer(&timer, on_timer, dues[i]);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_not_equal(fired_at, 0);
  }
}

static void test_the_end_of_time_does_not_come(void **state) {
  (void)state;
  static const dm_time dues[] = {DM_NEVER, DM_NEVER - 1, DM_NEVER - DM_MILLISECOND};
  for (size_t i = 0; i < sizeof dues / sizeof *dues; i++) {
    clock_start_timer(&timer, on_timer, dues[i]);
    for (int turn = 0; turn < 3; turn++)
      uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(fired_at, 0);
    assert_true(uv_timer_get_due_in(&timer) > UINT64_MAX / 2000);
  }
}

#define clock_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      clock_test(test_the_clock_is_exact),
      clock_test(test_a_timer_never_fires_early),
      clock_test(test_a_timer_set_late_in_a_turn_does_not_fire_early),
      clock_test(test_what_is_due_fires_in_the_next_turn),
      clock_test(test_the_end_of_time_does_not_come),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
