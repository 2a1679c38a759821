/* Listening and accepting with libuv.
 *
 * SPDX-License-Identifier: MIT
 */
#if defined(__linux__)
#define _GNU_SOURCE /* POLLRDHUP */
#endif

#include "common/net/tcp.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "common/loop/clock.h"

/* Connections that may wait for accept(). */
#define BACKLOG 1024

/* After how many seconds of silence TCP asks whether the other side is still there. */
#define KEEP_ALIVE_SECONDS 60

/* How long one waits for which there was no memory. */
#define TAKE_AGAIN (100 * DM_MILLISECOND)

static int resolve(uv_loop_t *loop, const address *wanted, struct sockaddr_storage *out) {
  char port[6];
  snprintf(port, sizeof port, "%u", (unsigned)wanted->port);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  uv_getaddrinfo_t request;
  int rc = uv_getaddrinfo(loop, &request, NULL, wanted->host, port, &hints);
  if (rc == 0) {
    memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
    uv_freeaddrinfo(request.addrinfo);
  }
  return rc;
}

static tcp_end end_of(const struct sockaddr_storage *socket_address) {
  tcp_end end = {.port = 0};
  if (socket_address->ss_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, socket_address, sizeof v4);
    uv_ip4_name(&v4, end.ip, sizeof end.ip);
    end.port = ntohs(v4.sin_port);
  } else if (socket_address->ss_family == AF_INET6) {
    struct sockaddr_in6 v6;
    memcpy(&v6, socket_address, sizeof v6);
    uv_ip6_name(&v6, end.ip, sizeof end.ip);
    end.port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
      uv_inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, end.ip, sizeof end.ip);
  }
  return end;
}

tcp_end tcp_remote(const uv_tcp_t *connection) {
  struct sockaddr_storage socket_address = {0};
  int len = sizeof socket_address;
  uv_tcp_getpeername(connection, (struct sockaddr *)&socket_address, &len);
  return end_of(&socket_address);
}

tcp_end tcp_local(const uv_tcp_t *connection) {
  struct sockaddr_storage socket_address = {0};
  int len = sizeof socket_address;
  uv_tcp_getsockname(connection, (struct sockaddr *)&socket_address, &len);
  return end_of(&socket_address);
}

void tcp_keep_alive(uv_tcp_t *connection) {
  uv_tcp_keepalive(connection, 1, KEEP_ALIVE_SECONDS);
}

void tcp_acknowledge(const uv_tcp_t *connection) {
#if defined(TCP_QUICKACK)
  uv_os_fd_t socket;
  int on = 1; /* once: Linux forgets it again */
  if (uv_fileno((const uv_handle_t *)connection, &socket) == 0)
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
  (void)connection;
#endif
}

bool tcp_hung_up(const uv_tcp_t *connection) {
#if defined(POLLRDHUP)
  struct pollfd look = {.events = POLLRDHUP};
  return uv_fileno((const uv_handle_t *)connection, &look.fd) == 0 && poll(&look, 1, 0) == 1;
#else
  (void)connection;
  return false;
#endif
}

/* ---- Listening ---------------------------------------------------------- */

static void on_connection(uv_stream_t *stream, int status);

static void on_again(uv_timer_t *timer) {
  tcp_listener *listener = timer->data;
  on_connection((uv_stream_t *)&listener->socket, 0);
}

static void on_connection(uv_stream_t *stream, int status) {
  tcp_listener *listener = stream->data;
  if (status == 0 && !listener->take(listener))
    clock_start_timer(&listener->again, on_again, clock_now() + TAKE_AGAIN);
}

static int bind_and_listen(uv_loop_t *loop, uv_tcp_t *socket, const address *wanted) {
  struct sockaddr_storage socket_address = {0};
  int rc = resolve(loop, wanted, &socket_address);
  if (rc == 0)
    rc = uv_tcp_bind(socket, (const struct sockaddr *)&socket_address, 0);
  if (rc == 0)
    rc = uv_listen((uv_stream_t *)socket, BACKLOG, on_connection);
  return rc;
}

bool tcp_listen(uv_loop_t *loop, tcp_listener *listener, const address *wanted, problem *p) {
  char text[ADDRESS_TEXT_SIZE];
  if (!address_given(wanted))
    return true;
  listener->bound = *wanted;
  listener->open = true;
  /* Neither of the two opens anything yet, nor can fail. */
  uv_tcp_init(loop, &listener->socket);
  uv_timer_init(loop, &listener->again);
  listener->socket.data = listener->again.data = listener;
  int rc = bind_and_listen(loop, &listener->socket, wanted);
  if (rc != 0) {
    tcp_listener_close(listener);
    return problem_set(p, "cannot listen on %s: %s", address_text(wanted, text), uv_strerror(rc));
  }
  listener->bound.port = tcp_local(&listener->socket).port;
  return true;
}

void tcp_listener_close(tcp_listener *listener) {
  if (listener->open) {
    listener->open = false;
    uv_close((uv_handle_t *)&listener->socket, NULL);
    uv_close((uv_handle_t *)&listener->again, NULL);
  }
}

bool tcp_accept(tcp_listener *listener, uv_tcp_t *connection) {
  uv_stream_t *stream = (uv_stream_t *)&listener->socket;
  uv_tcp_init(stream->loop, connection);
  return uv_accept(stream, (uv_stream_t *)connection) == 0 && uv_tcp_nodelay(connection, 1) == 0;
}
