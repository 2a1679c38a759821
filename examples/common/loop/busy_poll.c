/* Looking for news without going to sleep.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/busy_poll.h"

static void on_idle(uv_idle_t *idle) {
  (void)idle; /* Being active is enough. */
}

void busy_poll_open(busy_poll *b, uv_loop_t *loop, uint32_t limit_microseconds) {
  *b = (busy_poll){.last = 0};
  busy_poll_set_limit(b, limit_microseconds);
  uv_idle_init(loop, &b->awake);
  uv_unref((uv_handle_t *)&b->awake);
}

void busy_poll_turn(busy_poll *b, uint64_t now) {
  bool close = now - b->last < b->limit;
  if (b->event)
    b->last = now;
  if (!close)
    uv_idle_stop(&b->awake);
  else if (b->event)
    uv_idle_start(&b->awake, on_idle);
  b->event = false;
}
