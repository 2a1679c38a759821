/* The TLS handshakes under way on one loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/handshakes.h"

/* How many steps are taken in one turn of the loop. */
#define STEPS 4

/* How soon those that were put off have their next one. */
#define NEXT DM_MILLISECOND

static dm_time now_of(const handshakes *all) {
  return loop_now(all->loop);
}

/* ---- Time ------------------------------------------------------------------- */

static void watch_time(handshakes *all) {
  const handshake *first = TAILQ_FIRST(&all->list);
  lazy_timer_set(&all->late, first == NULL ? DM_NEVER : first->due);
}

static void on_late(lazy_timer *timer) {
  handshakes *all = (handshakes *)((char *)timer - offsetof(handshakes, late));
  handshake *first;
  while ((first = TAILQ_FIRST(&all->list)) != NULL && first->due <= now_of(all)) {
    handshakes_end(all, first);
    first->too_late(first);
  }
  watch_time(all);
}

/* ---- Turns ------------------------------------------------------------------ */

static uint64_t turn_of(const handshakes *all) {
  return all->loop->turn;
}

bool handshakes_may_step(const handshakes *all) {
  return all->steps < STEPS || all->steps_turn != turn_of(all);
}

void handshakes_count(handshakes *all) {
  if (all->steps_turn != turn_of(all))
    all->steps = 0;
  all->steps_turn = turn_of(all);
  all->steps++;
}

static void stop_waiting(handshakes *all, handshake *h) {
  if (h->waiting)
    TAILQ_REMOVE(&all->waiting, h, waiting_entry);
  h->waiting = false;
}

static void on_next(lazy_timer *timer) {
  handshakes *all = (handshakes *)((char *)timer - offsetof(handshakes, next));
  handshake *first;
  while ((first = TAILQ_FIRST(&all->waiting)) != NULL && handshakes_may_step(all)) {
    stop_waiting(all, first);
    first->go_on(first);
  }
  if (first != NULL)
    lazy_timer_set(timer, now_of(all) + NEXT);
}

void handshakes_put_off(handshakes *all, handshake *h) {
  if (h->waiting)
    return;
  if (TAILQ_EMPTY(&all->waiting))
    lazy_timer_set(&all->next, now_of(all) + NEXT);
  h->waiting = true;
  TAILQ_INSERT_TAIL(&all->waiting, h, waiting_entry);
}

/* ---- Beginning and ending --------------------------------------------------- */

void handshakes_open(handshakes *all, struct loop *loop) {
  *all = (handshakes){.loop = loop};
  TAILQ_INIT(&all->list);
  TAILQ_INIT(&all->waiting);
  lazy_timer_open(&all->late, &loop->timers, on_late);
  lazy_timer_open(&all->next, &loop->timers, on_next);
  all->late.background = all->next.background = true;
}

void handshakes_close(handshakes *all) {
  lazy_timer_close(&all->late);
  lazy_timer_close(&all->next);
}

void handshakes_begin(handshakes *all, handshake *h, dm_duration time_limit) {
  h->due = now_of(all) + time_limit;
  h->listed = true;
  /* A new configuration may have made the time shorter. */
  handshake *last = TAILQ_LAST(&all->list, handshake_list);
  while (last != NULL && last->due > h->due)
    last = TAILQ_PREV(last, handshake_list, entry);
  if (last == NULL)
    TAILQ_INSERT_HEAD(&all->list, h, entry);
  else
    TAILQ_INSERT_AFTER(&all->list, last, h, entry);
  watch_time(all);
}

void handshakes_end(handshakes *all, handshake *h) {
  if (h->listed)
    TAILQ_REMOVE(&all->list, h, entry);
  h->listed = false;
  stop_waiting(all, h);
}
