/* The TLS handshakes under way on one loop: how long one may take, and how many steps of them
 * are taken before the others on the loop have their turn.
 *
 * A step computes for milliseconds. When a thousand devices come back at once, each turn of
 * the loop takes a few steps, and who is connected already notices little.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_HANDSHAKES_H
#define COMMON_NET_HANDSHAKES_H

#include <stdbool.h>
#include <sys/queue.h>

#include "common/loop/loop.h"
#include "dm/types.h"

/* One of them; part of its owner. All zero but for the callbacks is none yet. */
typedef struct handshake {
  void (*too_late)(struct handshake *handshake); /* it is over */
  void (*go_on)(struct handshake *handshake);    /* after handshakes_put_off() */
  TAILQ_ENTRY(handshake) entry;                  /* the rest is private */
  TAILQ_ENTRY(handshake) waiting_entry;
  bool listed;
  bool waiting;
  dm_time due;
} handshake;

typedef struct handshakes {
  struct loop *loop;
  lazy_timer late;
  lazy_timer next;
  TAILQ_HEAD(handshake_list, handshake) list; /* by the time at which they are due */
  TAILQ_HEAD(, handshake) waiting;            /* for a coming turn */
  unsigned steps;                             /* that were taken in `steps_turn` */
  uint64_t steps_turn;                        /* of the loop */
} handshakes;

/* The timers do not keep the loop alive. */
void handshakes_open(handshakes *all, struct loop *loop);

/* Nobody shakes hands any more. */
void handshakes_close(handshakes *all);

/* A handshake begins. */
void handshakes_begin(handshakes *all, handshake *h, dm_duration time_limit);

/* It is over; harmless where it was before. */
void handshakes_end(handshakes *all, handshake *h);

/* Whether another step may be taken now, and that one was taken. */
bool handshakes_may_step(const handshakes *all);
void handshakes_count(handshakes *all);

/* Has a handshake go on in a coming turn, in the order in which they were put off. */
void handshakes_put_off(handshakes *all, handshake *h);

#endif
