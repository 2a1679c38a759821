/* Tests of work put off to the end of the loop's turn.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "common/loop/loop.h"

typedef struct job {
  loop_task task; /* first */
  char name;
  int again; /* so many times more */
  struct job *wakes;
  struct job *forgets;
} job;

static loop_tasks tasks;
static char ran[32];

static void run(loop_task *task) {
  job *j = (job *)task;
  ran[strlen(ran)] = j->name;
  if (j->again-- > 0)
    tasks_add(&tasks, task);
  if (j->wakes != NULL)
    tasks_add(&tasks, &j->wakes->task);
  if (j->forgets != NULL)
    loop_forget(&j->forgets->task);
}

static job named(char name) {
  return (job){.task.run = run, .name = name};
}

static int set_up(void **state) {
  (void)state;
  tasks_open(&tasks);
  memset(ran, 0, sizeof ran);
  return 0;
}

static void test_each_runs_once_in_order(void **state) {
  (void)state;
  job a = named('a');
  job b = named('b');
  tasks_add(&tasks, &a.task);
  tasks_add(&tasks, &b.task);
  tasks_add(&tasks, &a.task);
  tasks_run(&tasks);
  assert_string_equal(ran, "ab");
  tasks_run(&tasks);
  assert_string_equal(ran, "ab");
}

static void test_tasks_ask_for_tasks(void **state) {
  (void)state;
  job a = named('a');
  job b = named('b');
  a.again = 2;
  a.wakes = &b;
  tasks_add(&tasks, &a.task);
  tasks_run(&tasks);
  assert_string_equal(ran, "aabab");
}

static void test_what_is_taken_back_does_not_run(void **state) {
  (void)state;
  job a = named('a');
  job b = named('b');
  job c = named('c');
  a.forgets = &b;
  loop_forget(&a.task);
  tasks_add(&tasks, &a.task);
  tasks_add(&tasks, &b.task);
  tasks_add(&tasks, &c.task);
  tasks_run(&tasks);
  assert_string_equal(ran, "ac");
}

/* ---- On a loop ------------------------------------------------------------------- */

static struct loop loop;

static void run_on_loop(loop_task *task) {
  job *j = (job *)task;
  ran[strlen(ran)] = j->name;
  if (j->again-- > 0)
    loop_later(&loop, task);
}

static void on_turn_end(void *user) {
  assert_ptr_equal(user, &ran);
  ran[strlen(ran)] = '.';
}

/* A turn in which something comes in. */
static void on_idle(uv_idle_t *idle) {
  ran[strlen(ran)] = '<';
  uv_idle_stop(idle);
  loop_later(&loop, &((job *)idle->data)->task);
}

static void test_they_run_at_the_end_of_the_turn(void **state) {
  (void)state;
  uv_idle_t idle; /* closed with the loop */
  job a = {.task.run = run_on_loop, .name = 'a', .again = 1};
  assert_int_equal(loop_open(&loop), 0);
  loop.turn_end = on_turn_end;
  loop.user = &ran;
  uv_idle_init(&loop.uv, &idle);
  uv_idle_start(&idle, on_idle);
  idle.data = &a;
  loop_run(&loop);
  assert_string_equal(ran, "<aa.");
  loop_close(&loop);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_each_runs_once_in_order, set_up),
      cmocka_unit_test_setup(test_tasks_ask_for_tasks, set_up),
      cmocka_unit_test_setup(test_what_is_taken_back_does_not_run, set_up),
      cmocka_unit_test_setup(test_they_run_at_the_end_of_the_turn, set_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
