/* A timer that may be moved with every message.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/lazy_timer.h"

#include "common/loop/clock.h"

static void on_timer(uv_timer_t *handle);

/* Has libuv wake the loop for the first of them. */
static void arm(loop_timers *all) {
  if (all->first != NULL && all->first->at != all->armed_for) {
    all->armed_for = all->first->at;
    clock_start_timer(&all->timer, on_timer, all->armed_for);
  }
}

static void sleep_until(lazy_timer *timer, dm_time at) {
  loop_timers *all = timer->timers;
  timer->node.at = at;
  timer_heap_insert(&all->first, &timer->node);
  if (!timer->background && all->keeping++ == 0)
    uv_ref((uv_handle_t *)&all->timer);
}

static void take_out(lazy_timer *timer) {
  loop_timers *all = timer->timers;
  if (timer->node.at == DM_NEVER)
    return;
  timer_heap_remove(&all->first, &timer->node);
  timer->node.at = DM_NEVER;
  if (!timer->background && --all->keeping == 0)
    uv_unref((uv_handle_t *)&all->timer);
}

void lazy_timer_open(lazy_timer *timer, loop_timers *timers, void (*fire)(lazy_timer *timer)) {
  *timer = (lazy_timer){.node.at = DM_NEVER, .fire = fire, .timers = timers, .due = DM_NEVER};
}

void lazy_timer_advance(lazy_timer *timer) {
  take_out(timer);
  sleep_until(timer, timer->due);
  arm(timer->timers);
}

void lazy_timer_close(lazy_timer *timer) {
  timer->due = DM_NEVER;
  if (timer->timers != NULL)
    take_out(timer);
}

/* It is the first, and its time to wake has come. Who was moved goes to its new place, so that
 * they fire in order. */
static void wake(lazy_timer *timer) {
  dm_time at = timer->node.at;
  take_out(timer);
  if (timer->due <= at) {
    timer->due = DM_NEVER;
    timer->fire(timer);
  } else if (timer->due != DM_NEVER) {
    sleep_until(timer, timer->due);
  }
}

static void on_timer(uv_timer_t *handle) {
  loop_timers *all = handle->data;
  dm_time now = clock_now();
  all->armed_for = DM_NEVER;
  while (all->first != NULL && all->first->at <= now)
    wake((lazy_timer *)all->first);
  arm(all);
}

void timers_open(loop_timers *all, uv_loop_t *loop) {
  *all = (loop_timers){.armed_for = DM_NEVER};
  uv_timer_init(loop, &all->timer);
  uv_unref((uv_handle_t *)&all->timer);
  all->timer.data = all;
}
