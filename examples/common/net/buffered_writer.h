/* Bytes on their way into one stream.
 *
 * Small ones wait, to be written together at the end of the loop's turn. Large ones go to the
 * stream at once, from where they lie; only what it does not take is copied. Nothing here is
 * limited: owners look at writer_waiting() before they add more.
 *
 * Where a function returns a negative error, or the owner's written() is told one, the stream
 * takes nothing any more, or memory ran out in the middle of something.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_BUFFERED_WRITER_H
#define COMMON_NET_BUFFERED_WRITER_H

#include "common/base/bytes.h"
#include "common/net/stream.h"

/* How many parts can be written at once, beside what waits. */
#define WRITER_PARTS_MAX (STREAM_PARTS_MAX - 1)

/* All zero is empty; the stream is the owner's to set, and may be once it is there: until then
 * bytes may be added and not written. */
typedef struct buffered_writer {
  stream *stream;
  bytes waiting;    /* to be written; the rest is private */
  size_t in_flight; /* so many bytes the stream has taken over */
} buffered_writer;

/* How many bytes are not written yet. */
static inline size_t writer_waiting(const buffered_writer *w) {
  return w->waiting.len + w->in_flight;
}

/* Appends bytes to what waits. Returns 0 or an error. */
int writer_add(buffered_writer *w, dm_span more);

/* Gives the stream what it takes now of what waits and of `parts` after that; the rest waits.
 * Returns 0 or an error. */
int writer_write(buffered_writer *w, const dm_span *parts, size_t count);

/* Adds a packet in two parts or writes it, whichever of the two costs less. Returns 0 or an
 * error. */
int writer_put(buffered_writer *w, dm_span head, dm_span payload);

/* Writes what waits. Returns 0 when nothing is left, 1 when the stream goes on writing, or an
 * error. */
int writer_flush(buffered_writer *w);

/* What the stream has taken over was written: its event written() has come; flush again. */
static inline void writer_written(buffered_writer *w) {
  w->in_flight = 0;
}

/* Throws away what waits: nobody will read it. Releases all memory. */
void writer_discard(buffered_writer *w);

#endif
