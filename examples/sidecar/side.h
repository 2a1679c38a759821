/* One side of a link: a stream, what waits to be written to it, what came from it and the relay
 * has not used yet.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDE_H
#define SIDECAR_SIDE_H

#include "common/net/orderly_close.h"
#include "side_state.h"

/* All zero has no connection. */
struct side {
  enum side_state state;
  bool above_high_water;  /* too much waits for it: the other side is not read from */
  bool reading;           /* it is read from */
  buffered_writer writer; /* and its stream; NULL: not connected */
  bytes kept;             /* what came from it, to be seen again with more behind it */
};

/* Somebody connects to it: what it is sent waits. */
void side_connecting(struct side *side);

/* There is its stream, of which `events` are told to `user`. */
void side_connected(struct side *side, stream *s, const stream_events *events, void *user);

/* Its last byte was read, or reading has failed: as the stream says. */
void side_input_ended(struct side *side, int status);

/* Nothing can be written to it: throws away what waits. */
void side_output_failed(struct side *side);

/* There is no connection and will be none. */
void side_lost(struct side *side);

/* Gives it bytes, of which a part waits perhaps: until there is a connection, all. Returns 0
 * or an error; harmless where it takes nothing any more. */
int side_put(struct side *side, dm_span head, dm_span payload);
int side_write(struct side *side, const dm_span *parts, size_t count);

/* Writes what waits, as far as it is taken. Returns 0 or an error. */
int side_flush(struct side *side);

/* What the stream took over was written, or cannot be. Returns 0 or that error. */
int side_written(struct side *side, int status);

/* How many bytes wait for it. */
static inline size_t side_waiting(const struct side *side) {
  return writer_waiting(&side->writer);
}

/* Whether more than `max` bytes wait, or did, and not half of them are gone. */
bool side_measure(struct side *side, size_t max);

/* Reads from it, or does not; harmless where nothing can come. Returns 0 or an error. */
int side_set_reading(struct side *side, bool wanted);

/* Whether it has sent its last byte or is gone, also where nobody reads. */
bool side_hung_up(const struct side *side);

/* Closes it in order, so that it gets what waits; at once where it takes nothing any more. */
void side_close_in_order(struct side *side, closing_streams *closing, dm_duration time);

/* Closes it at once, and releases its memory. */
void side_close(struct side *side);

#endif
