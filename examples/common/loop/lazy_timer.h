/* A timer that may be moved with every message: moving it to later, which is what mostly
 * happens, costs nothing. It wakes at the time that it was set to first, finds out that it is
 * early, and sleeps on.
 *
 * It is no handle of libuv's and is closed at once: its owner may be freed after that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_LAZY_TIMER_H
#define COMMON_LOOP_LAZY_TIMER_H

#include <stdbool.h>
#include <uv.h>

#include "common/loop/timer_heap.h"

/* Part of its owner. */
typedef struct lazy_timer {
  timer_node node; /* first; when it wakes, DM_NEVER: not at all; private */
  void (*fire)(struct lazy_timer *timer);
  struct loop_timers *timers;
  dm_time due;     /* to be read only; DM_NEVER: it is off */
  bool background; /* the owner's to set, while it is off: it keeps no loop alive */
} lazy_timer;

/* Those of a loop; what is in here is private. */
typedef struct loop_timers {
  uv_timer_t timer;
  timer_node *first;
  dm_time armed_for; /* when `timer` fires */
  size_t keeping;    /* so many keep the loop alive */
} loop_timers;

void timers_open(loop_timers *all, uv_loop_t *loop);

/* Opens a timer that is off. */
void lazy_timer_open(lazy_timer *timer, loop_timers *timers, void (*fire)(lazy_timer *timer));

/* Has it wake early enough: lazy_timer_set() does it. */
void lazy_timer_advance(lazy_timer *timer);

/* fire() is called once, at `due` or a little later, and never before, by loop_now(); then the
 * timer is off. DM_NEVER puts it off. */
static inline void lazy_timer_set(lazy_timer *timer, dm_time due) {
  timer->due = due;
  if (due < timer->node.at)
    lazy_timer_advance(timer);
}

/* Puts it off, and has the loop forget it; harmless where that was done. */
void lazy_timer_close(lazy_timer *timer);

#endif
