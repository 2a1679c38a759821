/* The header of the PROXY protocol, version 2 (its specification, section 2.2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/proxy_protocol.h"

#include <arpa/inet.h>
#include <string.h>

#define FIXED_SIZE 16

/* Version 2 with the command PROXY, or LOCAL for no information. */
#define PROXY 0x21
#define LOCAL 0x20

/* Address family and transport. */
#define TCP_OVER_IPV4 0x11
#define TCP_OVER_IPV6 0x21
#define UNSPECIFIED   0x00

/* Types of what may follow the addresses, and flags of SSL. */
#define TYPE_SSL            0x20
#define SUBTYPE_VERSION     0x21
#define SUBTYPE_COMMON_NAME 0x22
#define CLIENT_SSL          0x01
#define CLIENT_CERTIFICATE  0x06 /* on this connection, and in this session */

static const char signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                   0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

static void put_number(char *out, uint16_t number) {
  out[0] = (char)(number >> 8);
  out[1] = (char)(number & 0xff);
}

/* Writes both addresses, each of `size` bytes, and both ports; 0 where they are not of that
 * family. */
static size_t put_ends(int family, size_t size, const endpoint *source, const endpoint *destination,
                       char *out) {
  if (inet_pton(family, source->ip, out) != 1 ||
      inet_pton(family, destination->ip, out + size) != 1)
    return 0;
  put_number(out + 2 * size, source->port);
  put_number(out + 2 * size + 2, destination->port);
  return 2 * size + 4;
}

/* Begins a type-length-value; returns where its value goes. */
static char *put_tlv(char *out, uint8_t type, size_t len) {
  out[0] = (char)type;
  put_number(out + 1, (uint16_t)len);
  return out + 3;
}

static size_t put_text(uint8_t type, dm_span text, char *out) {
  memcpy(put_tlv(out, type, text.len), text.ptr, text.len);
  return 3 + text.len;
}

/* The type SSL, section 2.2.6 of the specification. */
static size_t put_tls(const stream_tls *tls, char *out) {
  bool certified = tls->certificate.ptr != NULL;
  char *value = out + 3;
  size_t len = 5;
  value[0] = (char)(certified ? CLIENT_SSL | CLIENT_CERTIFICATE : CLIENT_SSL);
  memset(value + 1, 0, 4); /* the certificate was verified, where there is one */
  if (!certified)
    value[4] = 1;
  len += put_text(SUBTYPE_VERSION, dm_text(tls->version), value + len);
  if (certified && tls->common_name.len > 0 && tls->common_name.len <= PROXY_PROTOCOL_NAME_MAX)
    len += put_text(SUBTYPE_COMMON_NAME, tls->common_name, value + len);
  put_tlv(out, TYPE_SSL, len);
  return 3 + len;
}

size_t proxy_protocol_header(const endpoint *source, const endpoint *destination,
                             const stream_tls *tls, char out[PROXY_PROTOCOL_MAX]) {
  int family = TCP_OVER_IPV4;
  size_t len = put_ends(AF_INET, 4, source, destination, out + FIXED_SIZE);
  if (len == 0) {
    family = TCP_OVER_IPV6;
    len = put_ends(AF_INET6, 16, source, destination, out + FIXED_SIZE);
  }
  memcpy(out, signature, sizeof signature);
  out[12] = len == 0 ? LOCAL : PROXY;
  out[13] = (char)(len == 0 ? UNSPECIFIED : family);
  if (tls != NULL && len != 0)
    len += put_tls(tls, out + FIXED_SIZE + len);
  put_number(out + 14, (uint16_t)len);
  return FIXED_SIZE + len;
}
