/* What can be said to the socket below a stream, and asked of it.
 *
 * SPDX-License-Identifier: MIT
 */
#if defined(__linux__)
#define _GNU_SOURCE /* POLLRDHUP */
#endif

#include "common/net/socket_options.h"

#include <netinet/tcp.h>
#include <poll.h>

#include "common/net/tcp_stream.h"

/* After how many seconds of silence TCP asks whether the other side is still there. */
#define KEEP_ALIVE_SECONDS 60

static const uv_handle_t *handle_of(const stream *s) {
  return (const uv_handle_t *)tcp_stream_socket(s);
}

int tcp_stream_set_no_delay(stream *s) {
  uv_stream_t *socket = tcp_stream_socket(s);
  return socket->type == UV_TCP ? uv_tcp_nodelay((uv_tcp_t *)socket, 1) : 0;
}

void stream_keep_alive(stream *s) {
  uv_stream_t *socket = tcp_stream_socket(s);
  if (socket->type == UV_TCP)
    uv_tcp_keepalive((uv_tcp_t *)socket, 1, KEEP_ALIVE_SECONDS);
}

void stream_acknowledge(const stream *s) {
#if defined(TCP_QUICKACK)
  uv_os_fd_t socket;
  int on = 1; /* once: Linux forgets it again */
  if (uv_fileno(handle_of(s), &socket) == 0)
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
  (void)s;
#endif
}

bool stream_hung_up(const stream *s) {
#if defined(POLLRDHUP)
  struct pollfd look = {.events = POLLRDHUP};
  return uv_fileno(handle_of(s), &look.fd) == 0 && poll(&look, 1, 0) == 1;
#else
  (void)s;
  return false;
#endif
}

/* ---- Ends ------------------------------------------------------------------------- */

endpoint stream_remote(const stream *s) {
  struct sockaddr_storage socket_address = {0};
  int len = sizeof socket_address;
  const uv_stream_t *socket = tcp_stream_socket(s);
  if (socket->type == UV_TCP)
    uv_tcp_getpeername((const uv_tcp_t *)socket, (struct sockaddr *)&socket_address, &len);
  return endpoint_of(&socket_address);
}

endpoint stream_local(const stream *s) {
  struct sockaddr_storage socket_address = {0};
  int len = sizeof socket_address;
  const uv_stream_t *socket = tcp_stream_socket(s);
  if (socket->type == UV_TCP)
    uv_tcp_getsockname((const uv_tcp_t *)socket, (struct sockaddr *)&socket_address, &len);
  return endpoint_of(&socket_address);
}
