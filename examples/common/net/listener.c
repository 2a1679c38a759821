/* A place where connections come in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/listener.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "common/net/tcp_stream.h"
#include "common/net/tls_stream.h"

/* Connections that may wait for accept(). */
#define BACKLOG 1024

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

/* ---- Accepting ----------------------------------------------------------------- */

static void take(listener *l) {
  if (!l->take(l))
    lazy_timer_set(&l->again, loop_now(l->loop) + TAKE_AGAIN);
}

static void on_again(lazy_timer *timer) {
  take((listener *)((char *)timer - offsetof(listener, again)));
}

static void on_connection(uv_stream_t *socket, int status) {
  if (status == 0)
    take(socket->data);
}

bool listener_accept(listener *l, stream **out) {
  stream *bottom = tcp_stream_new(l->loop);
  *out = NULL;
  if (bottom == NULL)
    return false;
  if (uv_accept((uv_stream_t *)&l->socket, tcp_stream_socket(bottom)) == 0 &&
      tcp_stream_set_no_delay(bottom) == 0)
    *out = l->tls == NULL ? bottom : tls_stream_accept(l->tls, l->protocol, bottom);
  if (*out == NULL)
    stream_close(bottom);
  return true;
}

/* ---- Listening ------------------------------------------------------------------ */

static int bind_and_listen(listener *l, const address *wanted) {
  struct sockaddr_storage socket_address = {0};
  int rc = resolve(&l->loop->uv, wanted, &socket_address);
  if (rc == 0)
    rc = uv_tcp_bind(&l->socket, (const struct sockaddr *)&socket_address, 0);
  if (rc == 0)
    rc = uv_listen((uv_stream_t *)&l->socket, BACKLOG, on_connection);
  return rc;
}

static uint16_t bound_port(const uv_tcp_t *socket) {
  struct sockaddr_storage socket_address = {0};
  int len = sizeof socket_address;
  uv_tcp_getsockname(socket, (struct sockaddr *)&socket_address, &len);
  return endpoint_of(&socket_address).port;
}

bool listener_open(listener *l, struct loop *loop, const address *wanted, problem *p) {
  char text[ADDRESS_TEXT_SIZE];
  if (!address_given(wanted))
    return true;
  l->bound = *wanted;
  l->open = true;
  l->loop = loop;
  uv_tcp_init(&loop->uv, &l->socket); /* which opens nothing yet, and cannot fail */
  l->socket.data = l;
  lazy_timer_open(&l->again, &loop->timers, on_again);
  int rc = bind_and_listen(l, wanted);
  if (rc != 0) {
    listener_close(l);
    return problem_set(p, "cannot listen on %s: %s", address_text(wanted, text),
                       stream_error_text(rc));
  }
  l->bound.port = bound_port(&l->socket);
  return true;
}

void listener_close(listener *l) {
  if (l->open) {
    l->open = false;
    uv_close((uv_handle_t *)&l->socket, NULL);
    lazy_timer_close(&l->again);
  }
}
