/* The header of the PROXY protocol, version 2 (its specification, section 2.2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/proxy_protocol.h"

#include <string.h>

#define FIXED_SIZE 16

/* Version 2 with the command PROXY, or LOCAL for no information. */
#define PROXY 0x21
#define LOCAL 0x20

/* Address family and transport. */
#define TCP_OVER_IPV4 0x11
#define TCP_OVER_IPV6 0x21
#define UNSPECIFIED   0x00

static const char signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                   0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

static void put_port(char *out, uint16_t port) {
  out[0] = (char)(port >> 8);
  out[1] = (char)(port & 0xff);
}

/* Writes both addresses, each of `size` bytes, and both ports; 0 where they are not of that
 * family. */
static size_t put_ends(int family, size_t size, const tcp_end *source, const tcp_end *destination,
                       char *out) {
  if (uv_inet_pton(family, source->ip, out) != 0 ||
      uv_inet_pton(family, destination->ip, out + size) != 0)
    return 0;
  put_port(out + 2 * size, source->port);
  put_port(out + 2 * size + 2, destination->port);
  return 2 * size + 4;
}

size_t proxy_protocol_header(const tcp_end *source, const tcp_end *destination,
                             char out[PROXY_PROTOCOL_MAX]) {
  int family = TCP_OVER_IPV4;
  size_t len = put_ends(AF_INET, 4, source, destination, out + FIXED_SIZE);
  if (len == 0) {
    family = TCP_OVER_IPV6;
    len = put_ends(AF_INET6, 16, source, destination, out + FIXED_SIZE);
  }
  memcpy(out, signature, sizeof signature);
  out[12] = len == 0 ? LOCAL : PROXY;
  out[13] = (char)(len == 0 ? UNSPECIFIED : family);
  out[14] = 0;
  out[15] = (char)len;
  return FIXED_SIZE + len;
}
