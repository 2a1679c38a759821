/* Work put off to the end of the loop's turn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/task.h"

#include <stddef.h>

void tasks_open(loop_tasks *all) {
  all->head.next = &all->head;
  all->head.previous = &all->head;
}

void tasks_add(loop_tasks *all, loop_task *task) {
  if (task->next == NULL) {
    task->next = &all->head;
    task->previous = all->head.previous;
    task->previous->next = task;
    all->head.previous = task;
  }
}

void tasks_run(loop_tasks *all) {
  while (all->head.next != &all->head) {
    loop_task *task = all->head.next;
    loop_forget(task);
    task->run(task);
  }
}

void loop_forget(loop_task *task) {
  if (task->next != NULL) {
    task->previous->next = task->next;
    task->next->previous = task->previous;
    task->next = NULL;
    task->previous = NULL;
  }
}
