/* Where all links read, and what is being passed on from there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_FORWARD_BUFFER_H
#define SIDECAR_FORWARD_BUFFER_H

#include "common/net/buffered_writer.h"

struct side;

struct forward_buffer {
  char *data;
  size_t kept_max; /* the relay wants no more than this in one piece */

  struct side *to; /* NULL: nothing is being passed on */
  dm_span input;
  dm_span parts[WRITER_PARTS_MAX]; /* of `input`, to be written */
  size_t count;
};

/* Makes room for CONNECT packets of a size; false when out of memory. */
bool forward_buffer_open(struct forward_buffer *buffer, size_t max_connect_size);

/* Releases it; harmless where it was not opened. */
void forward_buffer_close(struct forward_buffer *buffer);

/* Room to read, with what was kept of the last bytes in front of it. */
stream_room forward_buffer_room(struct forward_buffer *buffer, dm_span kept);

/* Whether a run lies in what is just being passed on to a side. */
bool forward_buffer_holds(const struct forward_buffer *buffer, const struct side *to, dm_span run);

#endif
