/* One end of a connection, in the form of dm_connection and dm_http_request.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_ENDPOINT_H
#define COMMON_NET_ENDPOINT_H

#include <stdint.h>

typedef struct endpoint {
  char ip[46]; /* NUL-terminated, "" when unknown; IPv4 as such on an IPv6 socket too */
  uint16_t port;
} endpoint;

struct sockaddr_storage;

/* The end with an address of the system's. */
endpoint endpoint_of(const struct sockaddr_storage *socket_address);

#endif
