/* Listening and accepting with libuv.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TCP_H
#define COMMON_TCP_H

#include <uv.h>

#include "common/base/address.h"
#include "common/base/problem.h"
#include "common/tls/tls_options.h"

/* A place where connections come in. */
typedef struct tcp_listener {
  uv_tcp_t socket;
  uv_timer_t again; /* for a connection that could not be taken in */
  address bound;    /* where it listens, with the port that it got */
  bool open;

  /* The rest is its owner's to set. */
  void *owner;
  bool secure; /* who connects speaks TLS, and then this: */
  tls_protocol protocol;

  /* Takes the connection that waits, by tcp_accept(); false when there is no memory for
   * it: then this is called again soon, as libuv would call no more. */
  bool (*take)(struct tcp_listener *listener);
} tcp_listener;

/* Listens on `wanted`, or nowhere where that is no address. On failure *p says "cannot listen on
 * 127.0.0.1:1883: address already in use", and there is nothing to close. The listener's memory
 * must last until the loop has run once more (service_close() does). */
bool tcp_listen(uv_loop_t *loop, tcp_listener *listener, const address *wanted, problem *p);

/* Stops listening; harmless where nobody listens. */
void tcp_listener_close(tcp_listener *listener);

/* Takes the connection that waits at `listener` into `connection`, with Nagle's
 * algorithm off. On failure there is nothing to use, but `connection` is open as a
 * handle and has to be closed with uv_close(), as after success. */
bool tcp_accept(tcp_listener *listener, uv_tcp_t *connection);

/* One end of a connection, in the form of dm_connection and dm_http_request. */
typedef struct tcp_end {
  char ip[46]; /* NUL-terminated, "" when unknown; IPv4 as such on an IPv6 socket too */
  uint16_t port;
} tcp_end;

/* The other side of a connection. */
tcp_end tcp_remote(const uv_tcp_t *connection);

/* Our side of a connection. */
tcp_end tcp_local(const uv_tcp_t *connection);

/* Has the system find out when the other side has vanished without a word. */
void tcp_keep_alive(uv_tcp_t *connection);

/* Acknowledges now what was read, instead of with what is sent next, where the system lets
 * itself be asked. */
void tcp_acknowledge(const uv_tcp_t *connection);

/* Whether the other side has sent its last byte or is gone, also where nobody reads. False
 * where the system does not say. */
bool tcp_hung_up(const uv_tcp_t *connection);

#endif
