/* The TLS handshakes under way on one loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/handshakes.h"

static void on_timer(uv_timer_t *timer);

static void arm(handshakes *all) {
  const handshake *first = TAILQ_FIRST(&all->list);
  dm_time now = uv_now(all->timer.loop);
  if (first != NULL)
    uv_timer_start(&all->timer, on_timer, first->due > now ? first->due - now : 0, 0);
}

static void on_timer(uv_timer_t *timer) {
  handshakes *all = timer->data;
  handshake *first;
  while ((first = TAILQ_FIRST(&all->list)) != NULL && first->due <= uv_now(timer->loop)) {
    handshakes_end(all, first);
    first->too_late(first);
  }
  arm(all);
}

void handshakes_open(handshakes *all, uv_loop_t *loop) {
  TAILQ_INIT(&all->list);
  uv_timer_init(loop, &all->timer);
  uv_unref((uv_handle_t *)&all->timer);
  all->timer.data = all;
}

void handshakes_begin(handshakes *all, handshake *h, dm_duration patience) {
  h->due = uv_now(all->timer.loop) + patience;
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
}
