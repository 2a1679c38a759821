/* The header of the PROXY protocol, version 2: who is really connecting.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_PROXY_PROTOCOL_H
#define COMMON_PROXY_PROTOCOL_H

#include "common/tcp.h"

/* The longest header written here. */
#define PROXY_PROTOCOL_MAX 52

/* Writes the header of a TCP connection from `source` to `destination`, both IPv4 or both
 * IPv6; returns its length. Where an address is unknown, or they are mixed, the header says
 * that nothing is known, and the receiver takes the addresses of its connection. */
size_t proxy_protocol_header(const tcp_end *source, const tcp_end *destination,
                             char out[PROXY_PROTOCOL_MAX]);

#endif
