/* Bytes on their way to one socket.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/outgoing.h"

/* From here on a write of its own costs less than copying. */
#define WORTH_A_WRITE 16384

/* What is kept of the buffers while there is nothing to write. */
#define KEPT 1024

int outgoing_gather(outgoing *out, dm_span more) {
  return bytes_append(&out->gathered, more) ? 0 : UV_ENOMEM;
}

/* Drops what was written from the front of the gathered bytes; *written is left with the
 * rest of the count. */
static void drop_written(outgoing *out, size_t *written) {
  size_t of_gathered = *written < out->gathered.len ? *written : out->gathered.len;
  bytes_consume(&out->gathered, of_gathered);
  *written -= of_gathered;
}

static int gather_unwritten(outgoing *out, const dm_span *parts, size_t count, size_t written) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++) {
    size_t of_part = written < parts[i].len ? written : parts[i].len;
    written -= of_part;
    if (of_part < parts[i].len)
      result = outgoing_gather(out, dm_bytes(parts[i].ptr + of_part, parts[i].len - of_part));
  }
  return result;
}

int outgoing_write(outgoing *out, const dm_span *parts, size_t count) {
  uv_buf_t buffers[1 + OUTGOING_PARTS_MAX];
  unsigned used = 0;
  if (out->writing)
    return gather_unwritten(out, parts, count, 0);
  /* An empty part in front would be taken for the end. */
  if (out->gathered.len != 0)
    buffers[used++] = (uv_buf_t){.base = out->gathered.data, .len = out->gathered.len};
  for (size_t i = 0; i < count; i++)
    if (parts[i].len != 0)
      buffers[used++] = (uv_buf_t){.base = (char *)(uintptr_t)parts[i].ptr, .len = parts[i].len};
  int result = used == 0 ? 0 : channel_try_write(out->channel, buffers, used);
  if (result < 0 && result != UV_EAGAIN)
    return result;
  size_t written = result < 0 ? 0 : (size_t)result;
  drop_written(out, &written);
  return gather_unwritten(out, parts, count, written);
}

int outgoing_take(outgoing *out, dm_span head, dm_span payload) {
  const dm_span parts[] = {head, payload};
  if (out->gathered.len + head.len + payload.len >= WORTH_A_WRITE)
    return outgoing_write(out, parts, 2);
  return gather_unwritten(out, parts, 2, 0);
}

static void on_written(uv_write_t *request, int status) {
  outgoing *out = request->data;
  out->writing = false;
  bytes_reset(&out->flying, KEPT);
  out->written(out, status);
}

/* Lets libuv write what the socket did not take at once. */
static int start_writing(outgoing *out) {
  bytes empty = out->flying;
  out->flying = out->gathered;
  out->gathered = empty;
  out->request.data = out;
  uv_buf_t part = {.base = out->flying.data, .len = out->flying.len};
  int result = channel_write(&out->request, out->channel, &part, on_written);
  out->writing = result == 0;
  return result;
}

int outgoing_flush(outgoing *out) {
  if (out->writing)
    return 1;
  int result = out->gathered.len == 0 ? 0 : outgoing_write(out, NULL, 0);
  if (result == 0 && out->gathered.len != 0)
    result = start_writing(out);
  if (result == 0 && !out->writing)
    bytes_reset(&out->gathered, KEPT);
  return result < 0 ? result : out->writing;
}

void outgoing_discard(outgoing *out) {
  bytes_free(&out->gathered);
}

void outgoing_free(outgoing *out) {
  bytes_free(&out->gathered);
  bytes_free(&out->flying);
}
