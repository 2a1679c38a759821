/* A stream of a socket.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/tcp_stream.h"

#include <stdlib.h>

#include "common/loop/loop.h"

typedef struct tcp_stream {
  stream base;
  union {
    uv_handle_t handle;
    uv_stream_t socket;
    uv_tcp_t tcp;
    uv_pipe_t local;
  };
} tcp_stream;

/* Bytes that the socket did not take at once. */
typedef struct tcp_write {
  uv_write_t request; /* first */
  bytes data;
} tcp_write;

static tcp_stream *tcp_of(stream *s) {
  return (tcp_stream *)s;
}

/* ---- Reading ---------------------------------------------------------------------- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  const tcp_stream *t = handle->data;
  const stream_room room = stream_room_of(&t->base);
  (void)suggested;
  *out = (uv_buf_t){.base = room.data, .len = room.size};
}

static void on_read(uv_stream_t *socket, ssize_t len, const uv_buf_t *buffer) {
  tcp_stream *t = socket->data;
  if (len > 0) {
    t->base.events->read(t->base.user, buffer->base, (size_t)len);
  } else if (len < 0) {
    uv_read_stop(socket);
    t->base.events->ended(t->base.user, len == UV_EOF ? STREAM_END : (int)len);
  }
}

static int start_reading(stream *s) {
  int result = uv_read_start(&tcp_of(s)->socket, on_room, on_read);
  return result == UV_EALREADY ? 0 : result;
}

static void pause_reading(stream *s) {
  uv_read_stop(&tcp_of(s)->socket);
}

/* ---- Writing ---------------------------------------------------------------------- */

static ptrdiff_t try_write(stream *s, const dm_span *parts, size_t count) {
  uv_buf_t buffers[STREAM_PARTS_MAX];
  for (size_t i = 0; i < count; i++)
    buffers[i] = (uv_buf_t){.base = (char *)(uintptr_t)parts[i].ptr, .len = parts[i].len};
  int result = uv_try_write(&tcp_of(s)->socket, buffers, (unsigned)count);
  return result == UV_EAGAIN ? 0 : result;
}

static void tell_written(const tcp_stream *t, int status) {
  if (!uv_is_closing(&t->handle))
    t->base.events->written(t->base.user, status);
}

static void on_written(uv_write_t *request, int status) {
  tcp_write *w = (tcp_write *)request;
  const tcp_stream *t = request->handle->data;
  bytes_free(&w->data);
  free(w);
  tell_written(t, status);
}

static int write_all(stream *s, bytes *data) {
  tcp_write *w = malloc(sizeof *w);
  if (w == NULL)
    return UV_ENOMEM;
  uv_buf_t part = {.base = data->data, .len = data->len};
  int result = uv_write(&w->request, &tcp_of(s)->socket, &part, 1, on_written);
  if (result != 0) {
    free(w);
    return result;
  }
  w->data = *data;
  *data = (bytes){0};
  return 0;
}

/* ---- Ending ----------------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status) {
  const tcp_stream *t = request->handle->data;
  free(request);
  if (status < 0)
    tell_written(t, status);
}

static int end_output(stream *s) {
  uv_shutdown_t *request = malloc(sizeof *request);
  if (request == NULL)
    return UV_ENOMEM;
  int result = uv_shutdown(request, &tcp_of(s)->socket, on_shutdown);
  if (result != 0)
    free(request);
  return result;
}

static void on_closed(uv_handle_t *handle) {
  tcp_stream *t = handle->data;
  if (t->base.events != NULL && t->base.events->closed != NULL)
    t->base.events->closed(t->base.user);
  free(t);
}

static void close_socket(stream *s) {
  uv_close(&tcp_of(s)->handle, on_closed);
}

/* ---- Life ------------------------------------------------------------------------- */

static const stream_layer layer = {
    .read = start_reading,
    .pause = pause_reading,
    .try_write = try_write,
    .write = write_all,
    .shutdown = end_output,
    .close = close_socket,
};

static tcp_stream *make(struct loop *loop) {
  tcp_stream *t = calloc(1, sizeof *t);
  if (t != NULL)
    t->base = (stream){.layer = &layer, .loop = loop};
  return t;
}

stream *tcp_stream_new(struct loop *loop) {
  tcp_stream *t = make(loop);
  if (t == NULL)
    return NULL;
  uv_tcp_init(&loop->uv, &t->tcp);
  t->handle.data = t;
  return &t->base;
}

stream *tcp_stream_new_local(struct loop *loop) {
  tcp_stream *t = make(loop);
  if (t == NULL)
    return NULL;
  uv_pipe_init(&loop->uv, &t->local, 0);
  t->handle.data = t;
  return &t->base;
}

/* ---- The socket ------------------------------------------------------------------- */

uv_stream_t *tcp_stream_socket(const stream *s) {
  stream *bottom = (stream *)(uintptr_t)s;
  return &tcp_of(stream_bottom(bottom))->socket;
}
