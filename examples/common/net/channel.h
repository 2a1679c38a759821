/* A connection as its user sees it: plain TCP or TLS, with the same calls and callbacks.
 *
 * They are those of libuv. On plain TCP they are nothing else. With TLS callbacks get plain
 * bytes, in buffers that come from the reader's own callback; an end that the other side
 * did not announce is UV_ECONNRESET, not UV_EOF; what TLS refuses is UV_EPROTO; a handshake
 * that takes too long is UV_ETIMEDOUT. Until the handshake is over nothing can be written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CHANNEL_H
#define COMMON_CHANNEL_H

#include "common/net/secure_channel.h"
#include "common/net/tcp.h"

typedef struct channel {
  union {            /* first */
    uv_tcp_t socket; /* socket.data is the owner's */
    uv_pipe_t local; /* the same handle, where it is a Unix-domain socket: plain */
  };
  secure_channel *secure; /* NULL: plain TCP; private */
} channel;

static inline uv_stream_t *channel_stream(channel *c) {
  return (uv_stream_t *)&c->socket;
}

/* Takes the connection that waits at a listener, see tcp_accept(); with TLS where that is
 * what the listener speaks. The listener's loop must be a service's. */
bool channel_accept(tcp_listener *listener, channel *c);

/* uv_read_start() and uv_read_stop(). Reading is what keeps a handshake going. */
static inline int channel_read_start(channel *c, uv_alloc_cb allocate, uv_read_cb read) {
  return c->secure == NULL ? uv_read_start(channel_stream(c), allocate, read)
                           : secure_read_start(c->secure, allocate, read);
}

static inline void channel_read_stop(channel *c) {
  if (c->secure == NULL)
    uv_read_stop(channel_stream(c));
  else
    secure_read_stop(c->secure);
}

/* uv_try_write(). */
static inline int channel_try_write(channel *c, const uv_buf_t *parts, unsigned count) {
  return c->secure == NULL ? uv_try_write(channel_stream(c), parts, count)
                           : secure_try_write(c->secure, parts, count);
}

/* uv_write() of one buffer, while no other write is under way. */
static inline int channel_write(uv_write_t *request, channel *c, const uv_buf_t *part,
                                uv_write_cb written) {
  return c->secure == NULL ? uv_write(request, channel_stream(c), part, 1, written)
                           : secure_write(request, c->secure, part, written);
}

/* uv_shutdown(), while no write is under way; with TLS the other side is told before. */
static inline int channel_shutdown(uv_shutdown_t *request, channel *c, uv_shutdown_cb done) {
  return c->secure == NULL ? uv_shutdown(request, channel_stream(c), done)
                           : secure_shutdown(request, c->secure, done);
}

/* uv_close(); also for a channel that was not accepted. */
static inline void channel_close(channel *c, uv_close_cb closed) {
  if (c->secure == NULL)
    uv_close((uv_handle_t *)&c->socket, closed);
  else
    secure_close(c->secure, closed);
}

/* Whether it is TLS. */
static inline bool channel_is_secure(const channel *c) {
  return c->secure != NULL;
}

/* The verified certificate of the other side, in DER; absent when it has none, or the
 * handshake is not over. Lives as long as the channel. */
static inline dm_span channel_peer_certificate(const channel *c) {
  return c->secure == NULL ? dm_bytes(NULL, 0) : secure_peer_certificate(c->secure);
}

/* Fills *out and returns it; NULL on plain TCP. What it holds lives as long as the channel. */
static inline const channel_tls *channel_describe_tls(const channel *c, channel_tls *out) {
  if (c->secure == NULL)
    return NULL;
  *out = secure_describe(c->secure);
  return out;
}

/* The server name that the other side has asked for by TLS, in lower case; "" where it did
 * not. */
static inline const char *channel_server_name(const channel *c) {
  return c->secure == NULL ? "" : secure_server_name(c->secure);
}

/* What TLS has refused, for people; NULL when it was something else that ended the
 * connection. */
static inline const char *channel_problem(const channel *c) {
  return c->secure == NULL ? NULL : secure_problem(c->secure);
}

#endif
