/* Tests of handshakes that share a loop: a few steps a turn, in order, and none for ever.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "common/net/handshakes.h"

#define MANY 10

typedef struct shaker {
  handshake handshake; /* first */
  char name;
} shaker;

static struct loop loop;
static handshakes all;
static shaker shakers[MANY];
static char seen[1024]; /* their names, in the order in which they had a step or were late */

static void on_go_on(handshake *h) {
  seen[strlen(seen)] = ((shaker *)h)->name;
  assert_true(handshakes_may_step(&all));
  handshakes_count(&all);
}

static void on_too_late(handshake *h) {
  seen[strlen(seen)] = ((shaker *)h)->name;
  handshakes_end(&all, h); /* it has ended */
}

static void on_turn_end(void *user) {
  (void)user;
  seen[strlen(seen)] = '.';
}

static int set_up(void **state) {
  (void)state;
  memset(shakers, 0, sizeof shakers);
  memset(seen, 0, sizeof seen);
  for (size_t i = 0; i < MANY; i++)
    shakers[i] = (shaker){.handshake = {.go_on = on_go_on, .too_late = on_too_late},
                          .name = (char)('a' + i)};
  if (loop_open(&loop) != 0)
    return -1;
  handshakes_open(&all, &loop);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  loop.turn_end = NULL;
  handshakes_close(&all);
  loop_close(&loop);
  return 0;
}

/* Their timers keep no loop alive. */
static void on_end(lazy_timer *timer) {
  (void)timer;
  loop_stop(&loop);
}

static void run_for(dm_duration time) {
  lazy_timer timer;
  lazy_timer_open(&timer, &loop.timers, on_end);
  lazy_timer_set(&timer, loop_now(&loop) + time);
  loop_run(&loop);
  lazy_timer_close(&timer);
}

static void test_so_many_steps_and_no_more(void **state) {
  (void)state;
  int steps = 0;
  for (; handshakes_may_step(&all); steps++)
    handshakes_count(&all);
  assert_in_range(steps, 1, MANY - 1);
  loop.turn++; /* another turn */
  assert_true(handshakes_may_step(&all));
}

/* `seen` without the ends of turns. */
static size_t steps_seen(char order[sizeof seen]) {
  size_t len = 0;
  for (const char *at = seen; *at != '\0'; at++)
    if (*at != '.')
      order[len++] = *at;
  order[len] = '\0';
  return len;
}

/* All have their step, in order, and no turn has them all. */
static void test_the_others_have_their_turn(void **state) {
  char order[sizeof seen];
  (void)state;
  loop.turn_end = on_turn_end;
  for (size_t i = 0; i < MANY; i++) {
    handshakes_put_off(&all, &shakers[i].handshake);
    handshakes_put_off(&all, &shakers[0].handshake); /* it waits already */
  }
  while (steps_seen(order) < MANY)
    run_for(DM_MILLISECOND);
  assert_string_equal(order, "abcdefghij");
  assert_null(strstr(seen, "abcdefghij"));
}

static void test_who_has_ended_has_no_turn(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++)
    handshakes_put_off(&all, &shakers[i].handshake);
  handshakes_end(&all, &shakers[1].handshake);
  run_for(10 * DM_MILLISECOND);
  assert_string_equal(seen, "ac");
}

/* By the time that each has, not by when they began; who has ended in time is never late. */
static void test_too_late(void **state) {
  (void)state;
  static const dm_duration limits[] = {3000, 1000, 2000, 1500, 3600 * DM_SECOND};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
    handshakes_begin(&all, &shakers[i].handshake, limits[i]);
  handshakes_end(&all, &shakers[3].handshake);
  run_for(20 * DM_MILLISECOND);
  assert_string_equal(seen, "bca");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_so_many_steps_and_no_more),
      TEST(test_the_others_have_their_turn),
      TEST(test_who_has_ended_has_no_turn),
      TEST(test_too_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
