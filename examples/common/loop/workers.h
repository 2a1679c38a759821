/* Work on other threads, for what computes too long for a loop.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_WORKERS_H
#define COMMON_LOOP_WORKERS_H

#include "common/loop/loop.h"

/* Lives in a structure of its owner's, until done() was called. */
typedef struct loop_work {
  void (*run)(struct loop_work *work);            /* on another thread */
  void (*done)(struct loop_work *work, bool ran); /* on the loop; it may have been cancelled */
  uv_work_t request;                              /* private */
} loop_work;

/* Has it run, and done() called afterwards; false when that cannot be. */
bool work_start(struct loop *loop, loop_work *work);

/* Nobody waits for it any more: it need not run where it has not begun. done() is called. */
void work_cancel(loop_work *work);

#endif
