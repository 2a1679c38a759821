/* Bytes on their way to one socket.
 *
 * Small ones are gathered, to be written together at the end of the loop's turn. Large ones
 * go to the socket at once, from where they lie; only what the socket does not take is
 * copied. Nothing here is limited: owners look at outgoing_waiting() before they add more.
 *
 * Where a function returns a negative error of libuv, or written() is told one, the socket
 * takes nothing any more, or memory ran out in the middle of something.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_OUTGOING_H
#define COMMON_OUTGOING_H

#include "common/base/bytes.h"
#include "common/net/channel.h"

/* All zero but for the first two is empty. */
typedef struct outgoing {
  channel *channel;
  void (*written)(struct outgoing *out, int status); /* what libuv was writing: flush again */

  bytes gathered; /* to be written; the rest is private */
  bytes flying;   /* being written by libuv */
  uv_write_t request;
  bool writing;
} outgoing;

/* How many bytes wait for the socket. */
static inline size_t outgoing_waiting(const outgoing *out) {
  return out->gathered.len + out->flying.len;
}

/* Appends bytes to what is gathered. Returns 0 or an error. */
int outgoing_gather(outgoing *out, dm_span more);

/* Gives the socket what it takes now of what was gathered and of `parts` after that, and
 * gathers the rest. Returns 0 or an error. */
#define OUTGOING_PARTS_MAX 32
int outgoing_write(outgoing *out, const dm_span *parts, size_t count);

/* Takes a packet in two parts, by whichever of the two ways costs less. Returns 0 or an
 * error. */
int outgoing_take(outgoing *out, dm_span head, dm_span payload);

/* Writes what was gathered. Returns 0 when nothing is left, 1 when libuv goes on writing, or
 * an error. */
int outgoing_flush(outgoing *out);

/* Throws away what was gathered: nobody will read it. */
void outgoing_discard(outgoing *out);

/* Releases the memory; the socket must be closed. */
void outgoing_free(outgoing *out);

#endif
