/* Limits of an HTTP server.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP1_HTTP_LIMITS_H
#define COMMON_HTTP1_HTTP_LIMITS_H

#include <stdint.h>

typedef struct http_limits {
  uint32_t max_header_bytes;       /* request line and header fields of one request */
  uint32_t max_connections;        /* more are closed as they come */
  uint32_t header_timeout_seconds; /* from the first byte of a request to its last field */
  uint32_t body_timeout_seconds;   /* from there to the end of the body */
  uint32_t idle_timeout_seconds;   /* between requests, and for reading an answer */
  uint32_t max_pipelined;          /* requests of one connection that wait at once */
} http_limits;

#endif
