/* The header of the PROXY protocol, version 2: who is really connecting.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_PROXY_PROTOCOL_H
#define COMMON_NET_PROXY_PROTOCOL_H

#include "common/net/stream.h"

/* The longest common name that is told; a longer one is left out. */
#define PROXY_PROTOCOL_NAME_MAX 256

/* The longest header written here. */
#define PROXY_PROTOCOL_MAX (52 + 32 + PROXY_PROTOCOL_NAME_MAX)

/* Writes the header of a TCP connection from `source` to `destination`, both IPv4 or both
 * IPv6; returns its length. Where an address is unknown, or they are mixed, the header says
 * that nothing is known, and the receiver takes the addresses of its connection. `tls`, NULL
 * where there is none, adds the version of TLS and whose certificate was verified. */
size_t proxy_protocol_header(const endpoint *source, const endpoint *destination,
                             const stream_tls *tls, char out[PROXY_PROTOCOL_MAX]);

#endif
