/* Requests and their answers, kept in the order in which the requests came.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP_EXCHANGE_H
#define COMMON_HTTP_EXCHANGE_H

#include "common/base/bytes.h"
#include "dm/http.h"

struct http_connection;

/* One request, until its answer is among the bytes to write. */
typedef struct http_exchange {
  dm_http_call call;
  struct http_connection *connection;
  struct http_exchange *next;
  bytes answer; /* in wire form */
  bool answered;
  bool is_head;
  bool version_1_0;
  bool close; /* the last of its connection */
} http_exchange;

/* Hands the connection's complete request to the library. */
void http_exchange_start(struct http_connection *c);

/* Has the library refuse what was read of a request, the last of its connection. */
void http_exchange_refuse(struct http_connection *c, int outcome, const char *why);

/* Moves the answers whose turn has come to the connection's output. */
void http_exchange_collect(struct http_connection *c);

/* The caller is gone: cancels what waits, forgets the rest. */
void http_exchange_cancel_all(struct http_connection *c);

#endif
