/* Bytes to HTTP requests, one after the other; llhttp with our limits around it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP1_HTTP_PARSER_H
#define COMMON_HTTP1_HTTP_PARSER_H

#include <llhttp.h>

#include "common/http1/http_head.h"
#include "common/http1/http_request.h"

/* Shared by all connections of a server. */
typedef struct http_parser_pool {
  size_t max_header_bytes;
  uint64_t (*body_limit)(void *user, const http_request *request); /* of which the head is there */
  void *user;
  http_request *spare; /* an empty one, for the next request that begins */
} http_parser_pool;

typedef enum http_progress {
  HTTP_MORE,   /* everything was taken, the request is not complete */
  HTTP_READY,  /* parser->request is complete */
  HTTP_REFUSED /* parser->refusal says why; nothing more can be read from this stream */
} http_progress;

/* Longer than any method that is known. */
#define HTTP_METHOD_ROOM 24

typedef struct http_parser {
  llhttp_t machine;
  http_head head;
  char method[HTTP_METHOD_ROOM]; /* as it comes, NUL-terminated, cut where it is too long */
  size_t method_len;             /* 0 once llhttp has it */
  const char *method_name;       /* of a known one */
  bool tab;                      /* llhttp has been given a space in its stead */
  http_parser_pool *pool;
  http_request *request; /* NULL between requests */
  uint64_t head_seen;    /* bytes that came for the head, what llhttp skipped included */
  uint64_t body_limit;   /* of this request, once its head is there */
  uint64_t body_seen;    /* bytes that came for the body, its chunks' framing included */
  int refusal;           /* an outcome of dm.h */
  const char *why;       /* static */
} http_parser;

void http_parser_open(http_parser *parser, http_parser_pool *pool);
void http_parser_close(http_parser *parser);

/* Takes input, *used bytes of it, as far as the end of one request at most. */
http_progress http_parser_feed(http_parser *parser, dm_span input, size_t *used);

/* After HTTP_READY, and when the request has been handled: makes ready for the next. */
void http_parser_next(http_parser *parser);

/* Releases what the pool keeps. */
void http_parser_pool_close(http_parser_pool *pool);

#endif
