/* A stream of a socket: TCP, or a Unix-domain socket.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_TCP_STREAM_H
#define COMMON_NET_TCP_STREAM_H

#include <uv.h>

#include "common/net/stream.h"

/* Makes one that is not connected; NULL when out of memory. */
stream *tcp_stream_new(struct loop *loop);
stream *tcp_stream_new_local(struct loop *loop);

/* Its socket, or the one of the layers below. */
uv_stream_t *tcp_stream_socket(const stream *s);

/* Sends small packets at once; harmless on a Unix-domain socket. Returns 0 or an error. */
int tcp_stream_set_no_delay(stream *s);

#endif
