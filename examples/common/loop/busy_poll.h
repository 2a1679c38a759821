/* Looking for news without going to sleep, while one direct message follows the other closely.
 *
 * To sleep and to be woken again takes longer than all that is done for a message, above all
 * on a virtual machine. So the loop stays awake while the next event is likely to come at once:
 * when the last two lay closer together than a limit, and no longer than that limit. Where
 * devices or callers take their time it sleeps as ever.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_BUSY_POLL_H
#define COMMON_LOOP_BUSY_POLL_H

#include <stdbool.h>
#include <uv.h>

typedef struct busy_poll {
  uv_idle_t awake; /* active: the loop does not sleep */
  uint64_t limit;  /* nanoseconds */
  uint64_t last;   /* when something happened */
  bool event;      /* something has happened in this turn of the loop */
} busy_poll;

/* Opens the handle, which does not keep the loop alive. The limit 0 always lets it sleep. */
void busy_poll_open(busy_poll *b, uv_loop_t *loop, uint32_t limit_microseconds);

/* Sets another limit. */
static inline void busy_poll_set_limit(busy_poll *b, uint32_t microseconds) {
  b->limit = (uint64_t)microseconds * 1000;
}

/* Notes that a message came or was answered. */
static inline void busy_poll_note(busy_poll *b) {
  b->event = true;
}

/* Whether busy_poll_turn() has anything to do: it takes the time. */
static inline bool busy_poll_is_due(const busy_poll *b) {
  return b->event || uv_is_active((const uv_handle_t *)&b->awake);
}

/* Decides, at the end of each turn, whether the loop may sleep; `now` in nanoseconds. */
void busy_poll_turn(busy_poll *b, uint64_t now);

#endif
