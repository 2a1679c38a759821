/* Work put off to the end of the loop's turn, when everything that has come in was looked at
 * and the loop is about to wait: writing what waits to be written, above all.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_TASK_H
#define COMMON_LOOP_TASK_H

/* Lives in a structure of its owner's; set `run`, leave the rest zero. */
typedef struct loop_task {
  void (*run)(struct loop_task *task);
  struct loop_task *next; /* the rest is private */
  struct loop_task *previous;
} loop_task;

/* Those that wait; all that is here is loop.c's to use. */
typedef struct loop_tasks {
  loop_task head; /* of a ring */
} loop_tasks;

void tasks_open(loop_tasks *all);

/* Appends a task, where it does not wait already. */
void tasks_add(loop_tasks *all, loop_task *task);

/* Runs them until none is left: a task may ask for itself or others again. */
void tasks_run(loop_tasks *all);

/* Takes a task back; harmless where it does not wait. Do so before freeing its owner. */
void loop_forget(loop_task *task);

#endif
