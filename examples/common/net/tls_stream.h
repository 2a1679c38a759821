/* A stream with TLS over another one, server side.
 *
 * What comes is decrypted into the owner's room while it reads, and waits undecrypted, at most
 * one read of it, while it does not. What goes is encrypted as fast as the stream below takes
 * it, so that no more than some records wait encrypted.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_TLS_STREAM_H
#define COMMON_NET_TLS_STREAM_H

#include "common/net/stream.h"
#include "common/net/tls_acceptor.h"

/* Begins TLS on a connected stream, and takes it over; NULL when out of memory, and then it is
 * left alone. */
stream *tls_stream_accept(tls_acceptor *acceptor, tls_protocol protocol, stream *below);

/* How many encrypted bytes wait for the stream below. */
size_t tls_stream_waiting(const stream *s);

#endif
