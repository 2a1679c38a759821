/* HTTP/1.1 for libdm's API, and for nothing else, on a TCP port and on one with TLS.
 *
 * Keep-alive and pipelining: many requests of a connection may wait for their PUBACK at
 * once, and are answered in the order in which they came. Every request goes to
 * dm_http_handle() with the principal that http_caller.h finds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP_SERVER_H
#define COMMON_HTTP_SERVER_H

#include "common/http1/http_parser.h"
#include "common/host/service.h"
#include "common/net/listener.h"
#include "common/net/orderly_close.h"

typedef struct http_server {
  service *service;
  listener listener;
  listener secure_listener;

  /* Private. */
  http_parser_pool pool;
  bytes room; /* for reading signatures */
  struct http_connection *connections;
  size_t connection_count;
  closing_streams closing;
  char date[30]; /* of `date_second` */
  uint64_t date_second;
} http_server;

/* Listens on settings->http and settings->https, where they are given. On failure *p says why and
 * there is nothing to close; the server's memory must last until service_close(). */
bool http_server_open(http_server *server, service *service, problem *p);

/* Takes over the limits of the settings, which have changed. */
void http_server_reload(http_server *server);

/* Stops in order: closes the listeners and, one by one, the connections: idle ones now,
 * the others when their answers are written. For service_hooks.stop. */
void http_server_stop(http_server *server);

/* Closes whatever is still open, without another word. Calls that wait are cancelled. */
void http_server_close(http_server *server);

#endif
