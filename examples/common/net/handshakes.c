/* The TLS handshakes under way on one loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/handshakes.h"

#include "common/loop/clock.h"

/* How many steps are taken at once. */
#define STEPS 4

/* ---- Time ------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void arm(handshakes *all) {
  const handshake *first = TAILQ_FIRST(&all->list);
  if (first != NULL)
    clock_start_timer(&all->timer, on_timer, first->due);
}

static void on_timer(uv_timer_t *timer) {
  handshakes *all = timer->data;
  handshake *first;
  while ((first = TAILQ_FIRST(&all->list)) != NULL && first->due <= clock_now()) {
    handshakes_end(all, first);
    first->too_late(first);
  }
  arm(all);
}

/* ---- Turns ------------------------------------------------------------------ */

bool handshakes_may_step(handshakes *all) {
  return all->steps < STEPS || all->steps_at != uv_now(all->timer.loop);
}

void handshakes_count(handshakes *all) {
  if (all->steps_at != uv_now(all->timer.loop))
    all->steps = 0;
  all->steps_at = uv_now(all->timer.loop);
  all->steps++;
}

static void stop_waiting(handshakes *all, handshake *h) {
  if (h->waiting)
    TAILQ_REMOVE(&all->waiting, h, waiting_entry);
  h->waiting = false;
}

static void on_turn(uv_timer_t *timer) {
  handshakes *all = timer->data;
  handshake *first;
  while ((first = TAILQ_FIRST(&all->waiting)) != NULL && handshakes_may_step(all)) {
    stop_waiting(all, first);
    first->go_on(first);
  }
  if (first != NULL)
    uv_timer_start(timer, on_turn, 1, 0);
}

void handshakes_put_off(handshakes *all, handshake *h) {
  if (h->waiting)
    return;
  if (TAILQ_EMPTY(&all->waiting))
    uv_timer_start(&all->turn, on_turn, 1, 0);
  h->waiting = true;
  TAILQ_INSERT_TAIL(&all->waiting, h, waiting_entry);
}

/* ---- Beginning and ending --------------------------------------------------- */

static void open_timer(handshakes *all, uv_loop_t *loop, uv_timer_t *timer) {
  uv_timer_init(loop, timer);
  uv_unref((uv_handle_t *)timer);
  timer->data = all;
}

void handshakes_open(handshakes *all, uv_loop_t *loop) {
  TAILQ_INIT(&all->list);
  TAILQ_INIT(&all->waiting);
  open_timer(all, loop, &all->timer);
  open_timer(all, loop, &all->turn);
}

void handshakes_begin(handshakes *all, handshake *h, dm_duration patience) {
  h->due = clock_now() + patience;
  h->listed = true;
  /* A new configuration may have made the time shorter. */
  handshake *last = TAILQ_LAST(&all->list, handshake_list);
  while (last != NULL && last->due > h->due)
    last = TAILQ_PREV(last, handshake_list, entry);
  if (last == NULL)
    TAILQ_INSERT_HEAD(&all->list, h, entry);
  else
    TAILQ_INSERT_AFTER(&all->list, last, h, entry);
  if (TAILQ_FIRST(&all->list) == h)
    arm(all);
}

void handshakes_end(handshakes *all, handshake *h) {
  if (h->listed)
    TAILQ_REMOVE(&all->list, h, entry);
  h->listed = false;
  stop_waiting(all, h);
}
