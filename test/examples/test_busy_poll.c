/* Tests of when the loop stays awake.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/loop/busy_poll.h"

#define MICROSECOND ((uint64_t)1000)
#define START       (1000000 * MICROSECOND)

typedef struct fixture {
  uv_loop_t loop;
  busy_poll poll;
} fixture;

static fixture f;

static int set_up(void **state) {
  (void)state;
  if (uv_loop_init(&f.loop) != 0)
    return -1;
  busy_poll_open(&f.poll, &f.loop, 100);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  uv_close((uv_handle_t *)&f.poll.awake, NULL);
  uv_run(&f.loop, UV_RUN_DEFAULT);
  return uv_loop_close(&f.loop);
}

static bool awake(void) {
  return uv_is_active((uv_handle_t *)&f.poll.awake) != 0;
}

/* A turn that ends `microseconds` after the start, with or without an event. */
static void turn(bool event, unsigned microseconds) {
  if (event)
    busy_poll_note(&f.poll);
  assert_int_equal(busy_poll_is_due(&f.poll), event || awake());
  busy_poll_turn(&f.poll, START + microseconds * MICROSECOND);
}

static void test_one_event_lets_it_sleep(void **state) {
  (void)state;
  assert_false(busy_poll_is_due(&f.poll));
  turn(true, 0);
  assert_false(awake());
  assert_false(busy_poll_is_due(&f.poll));
}

static void test_two_close_ones_keep_it_awake(void **state) {
  (void)state;
  turn(true, 0);
  turn(true, 99);
  assert_true(awake());
}

static void test_not_longer_than_the_limit(void **state) {
  (void)state;
  turn(true, 0);
  turn(true, 50);
  turn(false, 51);
  turn(false, 149);
  assert_true(awake());
  turn(false, 150);
  assert_false(awake());
}

static void test_each_event_prolongs_it(void **state) {
  (void)state;
  turn(true, 0);
  for (unsigned at = 90; at <= 900; at += 90)
    turn(true, at);
  turn(false, 999);
  assert_true(awake());
  turn(false, 1000);
  assert_false(awake());
}

static void test_slow_events_let_it_sleep(void **state) {
  (void)state;
  for (unsigned at = 0; at <= 1000; at += 100) {
    turn(true, at);
    assert_false(awake());
  }
}

static void test_a_late_event_ends_it(void **state) {
  (void)state;
  turn(true, 0);
  turn(true, 50);
  turn(true, 150);
  assert_false(awake());
}

static void test_no_limit_no_waking(void **state) {
  (void)state;
  turn(true, 0);
  turn(true, 1);
  busy_poll_set_limit(&f.poll, 0);
  turn(true, 2);
  assert_false(awake());
  turn(true, 2);
  assert_false(awake());
}

static void on_timer(uv_timer_t *timer) {
  (void)timer;
}

static void test_the_loop_does_not_wait_while_awake(void **state) {
  static uv_timer_t timer; /* closed in tear_down() */
  (void)state;
  uv_timer_init(&f.loop, &timer);
  uv_timer_start(&timer, on_timer, 60000, 0);
  uv_run(&f.loop, UV_RUN_NOWAIT); /* takes in what the loop opened for itself */
  turn(true, 0);
  assert_int_not_equal(uv_backend_timeout(&f.loop), 0);
  turn(true, 1);
  assert_int_equal(uv_backend_timeout(&f.loop), 0);
  turn(false, 101);
  assert_int_not_equal(uv_backend_timeout(&f.loop), 0);
  uv_close((uv_handle_t *)&timer, NULL);
}

static void test_it_keeps_no_loop_alive(void **state) {
  (void)state;
  turn(true, 0);
  turn(true, 1);
  assert_true(awake());
  assert_int_equal(uv_loop_alive(&f.loop), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_one_event_lets_it_sleep, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_two_close_ones_keep_it_awake, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_not_longer_than_the_limit, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_each_event_prolongs_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_slow_events_let_it_sleep, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_late_event_ends_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_no_limit_no_waking, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_loop_does_not_wait_while_awake, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_it_keeps_no_loop_alive, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
