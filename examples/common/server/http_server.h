/* HTTP/1.1 for a table of routes, on a TCP port and on one with TLS.
 *
 * Keep-alive and pipelining: many requests of a connection may wait for their answers at once,
 * and are answered in the order in which they came. What they ask for is their routes' concern
 * (route.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_HTTP_SERVER_H
#define COMMON_SERVER_HTTP_SERVER_H

#include "common/net/listener.h"
#include "common/server/http_shared.h"

/* What it is opened with. */
typedef struct http_server_options {
  struct loop *loop;
  const http_limits *limits;  /* copied */
  const address *http;        /* where it listens; no address: nowhere */
  const address *https;       /* the same with TLS */
  tls_acceptor *tls;          /* for the latter */
  const http_route *routes;   /* stay where they are; the first takes what no other does */
  size_t route_count;         /* at least one */
  void (*forget)(void *kept); /* releases what routes have put into http_peer.kept, NULL where
                               * that is nothing; NULL: they put nothing there */
} http_server_options;

typedef struct http_server {
  listener listener; /* to be read only, where it is bound */
  listener secure_listener;
  http_shared shared; /* private */
} http_server;

/* Listens. On failure *p says why and there is nothing to close; the server's memory must last
 * until loop_close(). */
bool http_server_open(http_server *server, const http_server_options *options, problem *p);

/* Takes over other limits. */
void http_server_set_limits(http_server *server, const http_limits *limits);

/* Stops in order: closes the listeners and, one by one, the connections: idle ones now, the
 * others when their answers are written. Answers from now on tell callers so. */
void http_server_stop(http_server *server);

/* Closes whatever is still open, without another word. Exchanges that wait are cancelled. */
void http_server_close(http_server *server);

#endif
