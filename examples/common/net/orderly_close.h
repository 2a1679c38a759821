/* Ending connections so that the other side gets the last bytes.
 *
 * Closing a socket while something of the other side's is unread makes TCP throw away our last
 * bytes on their way. So what waits is written, our side ends, and what still comes is read and
 * dropped until the other side ends, too, within limits. Then the stream is closed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_ORDERLY_CLOSE_H
#define COMMON_NET_ORDERLY_CLOSE_H

#include <sys/queue.h>

#include "common/loop/loop.h"
#include "common/net/buffered_writer.h"

/* What the other side is given. */
typedef struct orderly_limits {
  dm_duration time;  /* for everything */
  dm_duration pause; /* between one read and the next; DM_NEVER: any */
  uint64_t bytes;    /* that are dropped */
} orderly_limits;

/* The streams of one owner's that are being closed. */
typedef struct closing_streams {
  struct loop *loop;
  size_t count; /* to be read only; the rest is private */
  LIST_HEAD(, closing_stream) list;
} closing_streams;

void closing_streams_open(closing_streams *all, struct loop *loop);

/* Takes over a writer with its stream, and closes that in order from the end of this turn on;
 * at once, when out of memory. `ended`: the other side has sent its last byte. The writer is
 * empty afterwards and has no stream. */
void orderly_close(closing_streams *all, buffered_writer *w, bool ended,
                   const orderly_limits *limits);

/* Closes all of them at once. */
void closing_streams_abort(closing_streams *all);

#endif
