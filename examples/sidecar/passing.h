/* Bytes from one side of a link, through its relay, to the other side.
 *
 * Everything is read into one buffer that all links share. What the relay passes on is
 * written straight from there; only what it did not use and what the socket did not take is
 * copied. What is injected is gathered and written at the end of the turn, or together with
 * what is passed on meanwhile.
 *
 * Up to max_output_bytes wait for each side. Above that the other side is not read from, and
 * nothing is injected, until half of it is gone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_PASSING_H
#define SIDECAR_PASSING_H

#include "common/net/outgoing.h"

struct link;
struct side;
struct sidecar;

/* Where everybody reads, and what is being passed on from there. */
struct stream_buffer {
  char *data;
  size_t size;
  size_t kept_max; /* the relay wants no more than this in one piece */

  struct side *to; /* NULL: nothing is being passed on */
  dm_span input;
  dm_span parts[OUTGOING_PARTS_MAX]; /* of `input`, to be written */
  size_t count;
};

/* Makes room for CONNECT packets of a size; false when out of memory. */
bool stream_buffer_open(struct stream_buffer *buffer, size_t max_connect_size);

/* Releases it. */
void stream_buffer_close(struct stream_buffer *buffer);

/* A side's socket is a handle of the loop from now on. */
void stream_open(struct link *link, struct side *side);

/* A side is connected: its bytes may come and go. */
void stream_start(struct link *link, struct side *side);

/* Reads from both sides, or does not, as the state of the link and the buffers want it. */
void stream_regulate(struct link *link);

/* Takes a packet for a side; its parts may be anywhere. */
void stream_add(struct link *link, struct side *to, dm_span head, dm_span payload);

/* Whether a message may be injected: not too much waits for the device. */
bool stream_takes_message(const struct link *link);

/* Whether a side is not read from because too much waits for the other. */
bool stream_is_full(const struct link *link);

/* Whether a side that is not read from has hung up. */
bool stream_is_abandoned(const struct link *link);

/* Goes on with what the relay held back. */
void stream_resume(struct link *link);

/* Writes what was gathered for both sides. */
void stream_flush(struct link *link);

/* Callbacks of the relay. */
void stream_to_device(void *user, dm_span run);
void stream_to_broker(void *user, dm_span run);
void stream_between_packets(void *user);
void stream_may_resume(void *user);

#endif
