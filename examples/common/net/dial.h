/* Connecting to somebody.
 *
 * A name is looked up without the loop waiting for it, and all its addresses are tried, one
 * after the other. A Unix-domain socket takes only so many connections that the other side has
 * not accepted yet: where TCP would let them wait, they wait here, in a line, and the first of
 * them is tried now and then.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_DIAL_H
#define COMMON_NET_DIAL_H

#include <sys/queue.h>

#include "common/base/address.h"
#include "common/loop/loop.h"
#include "common/net/stream.h"

/* One that is under way. */
typedef struct dial dial;

/* All that connect to one address, and those of them that wait for a place there. */
typedef struct dialer {
  struct loop *loop;
  const address *to;
  TAILQ_HEAD(, dial) line; /* private */
  lazy_timer again;
} dialer;

/* `to` lasts as long as the dialer. */
void dialer_open(dialer *d, struct loop *loop, const address *to);

/* Nobody connects any more: all were connected or given up. */
void dialer_close(dialer *d);

/* Begins to connect; NULL when out of memory. done() is called once, and not from inside of
 * this: `s` is the caller's, with Nagle's algorithm off; or it is NULL, and `error` says what
 * came of the last address. */
dial *dial_start(dialer *d, void (*done)(void *user, stream *s, int error), void *user);

/* Gives it up: done() is not called any more. NULL is harmless. */
void dial_cancel(dial *dial);

#endif
