/* The TLS handshakes under way on one loop: how long they may take.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HANDSHAKES_H
#define COMMON_HANDSHAKES_H

#include <stdbool.h>
#include <sys/queue.h>

#include <uv.h>

#include "dm/types.h"

/* One of them; part of its owner. */
typedef struct handshake {
  TAILQ_ENTRY(handshake) entry;
  bool listed;
  dm_time due;
  void (*too_late)(struct handshake *handshake); /* it is not listed any more */
} handshake;

typedef struct handshakes {
  uv_timer_t timer;
  TAILQ_HEAD(handshake_list, handshake) list; /* by the time at which they are due */
} handshakes;

/* The timer does not keep the loop alive. */
void handshakes_open(handshakes *all, uv_loop_t *loop);

/* A handshake begins; `h` is zero but for too_late(). */
void handshakes_begin(handshakes *all, handshake *h, dm_duration patience);

/* It is over; harmless where it was before. */
void handshakes_end(handshakes *all, handshake *h);

#endif
