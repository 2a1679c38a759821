/* Where all links read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "forward_buffer.h"

#include <stdlib.h>
#include <string.h>

/* What is read at once. */
#define READ_SIZE 131072

/* The most of a PUBLISH that the relay wants in one piece. */
#define PUBLISH_PIECE 65544

bool forward_buffer_open(struct forward_buffer *buffer, size_t max_connect_size) {
  buffer->kept_max = max_connect_size < PUBLISH_PIECE ? PUBLISH_PIECE : max_connect_size;
  buffer->data = malloc(buffer->kept_max + READ_SIZE);
  return buffer->data != NULL;
}

void forward_buffer_close(struct forward_buffer *buffer) {
  free(buffer->data);
  buffer->data = NULL;
}

stream_room forward_buffer_room(struct forward_buffer *buffer, dm_span kept) {
  if (kept.len != 0)
    memcpy(buffer->data, kept.ptr, kept.len);
  return (stream_room){buffer->data + kept.len, READ_SIZE};
}

bool forward_buffer_holds(const struct forward_buffer *buffer, const struct side *to, dm_span run) {
  uintptr_t begin = (uintptr_t)run.ptr;
  uintptr_t input = (uintptr_t)buffer->input.ptr;
  return buffer->to == to && begin >= input && begin < input + buffer->input.len;
}
