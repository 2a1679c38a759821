/* Tests of timers that may be moved at any time: they fire when they are due, once, in order,
 * and never early.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "common/loop/loop.h"

#define MANY 2000

typedef struct alarm_clock {
  lazy_timer timer; /* first */
  dm_time wanted;
  dm_time rang_at; /* 0: it has not */
  unsigned rang;
} alarm_clock;

static struct loop loop;
static dm_time last_wanted;

static void on_fire(lazy_timer *timer) {
  alarm_clock *a = (alarm_clock *)timer;
  a->rang_at = loop_now(&loop);
  a->rang++;
  assert_true(a->rang_at >= a->wanted);
  assert_true(timer->due == DM_NEVER);
  last_wanted = a->wanted;
}

static int set_up(void **state) {
  (void)state;
  last_wanted = 0;
  return loop_open(&loop);
}

static int tear_down(void **state) {
  (void)state;
  loop_close(&loop);
  return 0;
}

static alarm_clock new_alarm(void) {
  alarm_clock a = {.rang = 0};
  lazy_timer_open(&a.timer, &loop.timers, on_fire);
  return a;
}

static void set(alarm_clock *a, dm_time due) {
  a->wanted = due;
  lazy_timer_set(&a->timer, due);
}

static void test_it_fires_once(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  set(&a, loop_now(&loop) + 2300);
  loop_run(&loop); /* which the timer keeps alive */
  assert_int_equal(a.rang, 1);
  loop_run(&loop);
  assert_int_equal(a.rang, 1);
  set(&a, 0);
  loop_run(&loop);
  assert_int_equal(a.rang, 2);
}

static void test_moving_it_to_later(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  dm_time now = loop_now(&loop);
  set(&a, now + 1000);
  for (unsigned i = 2; i <= 20; i++)
    set(&a, now + i * 1000);
  assert_true(a.timer.node.at == now + 1000); /* nothing was done for it */
  loop_run(&loop);
  assert_int_equal(a.rang, 1);
}

static void test_moving_it_to_earlier(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  dm_time now = loop_now(&loop);
  set(&a, now + 3600 * DM_SECOND);
  set(&a, now + 1000);
  loop_run(&loop);
  assert_int_equal(a.rang, 1);
  assert_true(a.rang_at < now + 1000 * DM_SECOND);
}

static void test_off_is_off(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  alarm_clock b = new_alarm();
  alarm_clock c = {.rang = 0};
  set(&a, loop_now(&loop) + 1000);
  set(&b, loop_now(&loop) + 1000);
  lazy_timer_set(&a.timer, DM_NEVER);
  lazy_timer_close(&b.timer);
  lazy_timer_close(&c.timer); /* which was never opened */
  loop_run(&loop);
  assert_int_equal(a.rang + b.rang, 0);
}

static void test_in_the_background_it_keeps_no_loop_alive(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  alarm_clock b = new_alarm();
  a.timer.background = true;
  set(&a, loop_now(&loop) + 3600 * DM_SECOND);
  set(&b, loop_now(&loop) + 1000);
  loop_run(&loop);
  assert_int_equal(a.rang, 0);
  assert_int_equal(b.rang, 1);
  lazy_timer_close(&a.timer);
}

/* ---- From inside of fire() ----------------------------------------------------------- */

static alarm_clock *other;
static unsigned again;

static void on_fire_again(lazy_timer *timer) {
  on_fire(timer);
  if (again-- > 0)
    set((alarm_clock *)timer, loop_now(&loop) + 100);
}

static void test_it_may_set_itself(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  a.timer.fire = on_fire_again;
  again = 5;
  set(&a, 0);
  loop_run(&loop);
  assert_int_equal(a.rang, 6);
}

static void on_fire_close_other(lazy_timer *timer) {
  on_fire(timer);
  lazy_timer_close(&other->timer);
  free(other);
}

static void test_it_may_close_another(void **state) {
  (void)state;
  alarm_clock a = new_alarm();
  a.timer.fire = on_fire_close_other;
  other = calloc(1, sizeof *other);
  assert_non_null(other);
  *other = new_alarm();
  set(&a, 1);
  set(other, 2);
  loop_run(&loop);
  assert_int_equal(a.rang, 1);
}

/* ---- Many ---------------------------------------------------------------------------- */

static void on_fire_in_order(lazy_timer *timer) {
  assert_true(((alarm_clock *)timer)->wanted >= last_wanted);
  on_fire(timer);
}

/* Some thousands, set, moved and closed in no order. */
static void test_many(void **state) {
  (void)state;
  static alarm_clock all[MANY];
  dm_time now = loop_now(&loop);
  unsigned expected = 0;
  srand(1);
  for (size_t i = 0; i < MANY; i++) {
    all[i] = new_alarm();
    all[i].timer.fire = on_fire_in_order;
    set(&all[i], now + (dm_time)rand() % 3000);
  }
  for (size_t i = 0; i < 3 * MANY; i++) {
    alarm_clock *a = &all[(size_t)rand() % MANY];
    dm_time due = now + 3000 + (dm_time)rand() % 3000;
    if (i % 7 == 0)
      lazy_timer_close(&a->timer);
    else
      set(a, due);
  }
  for (size_t i = 0; i < MANY; i++)
    expected += all[i].timer.due != DM_NEVER;
  loop_run(&loop);
  for (size_t i = 0; i < MANY; i++) {
    assert_in_range(all[i].rang, 0, 1);
    expected -= all[i].rang;
  }
  assert_int_equal(expected, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_it_fires_once),
      TEST(test_moving_it_to_later),
      TEST(test_moving_it_to_earlier),
      TEST(test_off_is_off),
      TEST(test_in_the_background_it_keeps_no_loop_alive),
      TEST(test_it_may_set_itself),
      TEST(test_it_may_close_another),
      TEST(test_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
