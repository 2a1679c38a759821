/* Listening and accepting with libuv.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TCP_H
#define COMMON_TCP_H

#include <uv.h>

#include "common/address.h"
#include "common/problem.h"

/* Opens `listener` on `wanted` and calls back for each connection that waits to be
 * accepted (with a status below 0 when accepting failed: nothing to do). Set
 * listener->data before. *bound tells the address with the port that it got.
 *
 * On failure *p says "cannot listen on 127.0.0.1:1883: address already in use" and the
 * handle is closing or was never opened: there is nothing for the caller to close. The
 * handle's memory must last until the loop has run once more (service_close() does). */
bool tcp_listen(uv_loop_t *loop, uv_tcp_t *listener, const address *wanted, address *bound,
                uv_connection_cb on_connection, problem *p);

/* Takes the connection that waits at `listener` into `connection`, with Nagle's
 * algorithm off. On failure there is nothing to use, but `connection` is open as a
 * handle and has to be closed with uv_close(), as after success. */
bool tcp_accept(uv_stream_t *listener, uv_tcp_t *connection);

/* One end of a connection, in the form of dm_connection and dm_http_request. */
typedef struct tcp_end {
  char ip[46]; /* NUL-terminated, "" when unknown; IPv4 as such on an IPv6 socket too */
  uint16_t port;
} tcp_end;

/* The other side of a connection. */
tcp_end tcp_remote(const uv_tcp_t *connection);

/* Our side of a connection. */
tcp_end tcp_local(const uv_tcp_t *connection);

#endif
