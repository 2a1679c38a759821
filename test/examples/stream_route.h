/* A route for tests of the HTTP server, /stream, whose answers a test writes part by part.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_STREAM_ROUTE_H
#define TEST_EXAMPLES_STREAM_ROUTE_H

#include "common/server/http_exchange.h"

#define STREAMS_MAX 16

/* How large a body it takes. */
#define STREAM_BODY_MAX 3

/* What has happened; the exchanges in the order of their requests. */
typedef struct stream_route {
  http_exchange *exchanges[STREAMS_MAX];
  size_t count;
  size_t writable;  /* calls of that */
  size_t cancelled; /* how many were */
  size_t refused;   /* how many were */
  bool endless;     /* whoever is writable is written to until he is not */
} stream_route;

extern stream_route streams;

/* The route, with nothing in it yet. */
http_route stream_route_open(void);

/* Begins the answer to request number `i`. */
void stream_begin(size_t i, uint64_t length);

/* A part of it, of bytes that count up modulo 251 from its first one on, or of a text. */
bool stream_part(size_t i, size_t len);
bool stream_text(size_t i, const char *text);

/* Parts until one is not taken; how many bytes were. */
size_t stream_fill(size_t i);

#define STREAM_REQUEST(fields) "GET /stream HTTP/1.1\r\nHost: x\r\n" fields "\r\n"
#define STREAM                 STREAM_REQUEST("")

#endif
