/* Bytes on their way into one stream.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/buffered_writer.h"

#include <errno.h>

/* From here on a write of its own costs less than copying. */
#define WORTH_A_WRITE 16384

/* What is kept of the buffer while there is nothing to write. */
#define KEPT 1024

int writer_add(buffered_writer *w, dm_span more) {
  return bytes_append(&w->waiting, more) ? 0 : -ENOMEM;
}

/* Drops what was written from the front of what waits; *written is left with the rest of the
 * count. */
static void drop_written(buffered_writer *w, size_t *written) {
  size_t of_waiting = *written < w->waiting.len ? *written : w->waiting.len;
  bytes_consume(&w->waiting, of_waiting);
  *written -= of_waiting;
}

static int add_unwritten(buffered_writer *w, const dm_span *parts, size_t count, size_t written) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++) {
    size_t of_part = written < parts[i].len ? written : parts[i].len;
    written -= of_part;
    if (of_part < parts[i].len)
      result = writer_add(w, dm_bytes(parts[i].ptr + of_part, parts[i].len - of_part));
  }
  return result;
}

int writer_write(buffered_writer *w, const dm_span *parts, size_t count) {
  dm_span all[STREAM_PARTS_MAX];
  size_t used = 0;
  if (w->in_flight != 0)
    return add_unwritten(w, parts, count, 0);
  if (w->waiting.len != 0)
    all[used++] = bytes_span(&w->waiting);
  for (size_t i = 0; i < count; i++)
    if (parts[i].len != 0)
      all[used++] = parts[i];
  ptrdiff_t result = used == 0 ? 0 : stream_try_write(w->stream, all, used);
  if (result < 0)
    return (int)result;
  size_t written = (size_t)result;
  drop_written(w, &written);
  return add_unwritten(w, parts, count, written);
}

int writer_put(buffered_writer *w, dm_span head, dm_span payload) {
  const dm_span parts[] = {head, payload};
  if (w->waiting.len + head.len + payload.len >= WORTH_A_WRITE)
    return writer_write(w, parts, 2);
  return add_unwritten(w, parts, 2, 0);
}

/* Lets the stream write what it did not take at once. */
static int hand_over(buffered_writer *w) {
  size_t len = w->waiting.len;
  int result = stream_write(w->stream, &w->waiting);
  if (result == 0)
    w->in_flight = len;
  return result;
}

int writer_flush(buffered_writer *w) {
  if (w->in_flight != 0)
    return 1;
  int result = w->waiting.len == 0 ? 0 : writer_write(w, NULL, 0);
  if (result == 0 && w->waiting.len != 0)
    result = hand_over(w);
  if (result == 0 && w->in_flight == 0)
    bytes_reset(&w->waiting, KEPT);
  return result < 0 ? result : w->in_flight != 0;
}

void writer_discard(buffered_writer *w) {
  bytes_free(&w->waiting);
}
