/* What can be said to the socket below a stream, and asked of it. On a Unix-domain socket, and
 * where the system does not know it, nothing happens.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_SOCKET_OPTIONS_H
#define COMMON_NET_SOCKET_OPTIONS_H

#include "common/net/stream.h"

/* Has the system find out when the other side has vanished without a word. */
void stream_keep_alive(stream *s);

/* Acknowledges now what was read, instead of with what is sent next. */
void stream_acknowledge(const stream *s);

/* Whether the other side has sent its last byte or is gone, also where nobody reads. */
bool stream_hung_up(const stream *s);

#endif
