/* The HTTP server: its listeners and its list of connections.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_server.h"

#include "common/server/http_connection.h"

static bool take(listener *l) {
  return http_connection_accept(l->owner, l);
}

static void close_listeners(http_server *server) {
  listener_close(&server->listener);
  listener_close(&server->secure_listener);
}

void http_server_set_limits(http_server *server, const http_limits *limits) {
  http_shared_set_limits(&server->shared, limits);
}

bool http_server_open(http_server *server, const http_server_options *o, problem *p) {
  *server = (http_server){
      .shared = {.loop = o->loop,
                 .limits = *o->limits,
                 .routes = o->routes,
                 .route_count = o->route_count,
                 .forget = o->forget},
      .listener = {.owner = &server->shared, .take = take},
      .secure_listener = {.owner = &server->shared,
                          .take = take,
                          .tls = o->tls,
                          .protocol = TLS_HTTP},
  };
  http_shared_open(&server->shared);
  if (listener_open(&server->listener, o->loop, o->http, p) &&
      listener_open(&server->secure_listener, o->loop, o->https, p))
    return true;
  close_listeners(server);
  return false;
}

/* Calls back for every connection; each may leave the list meanwhile. */
static void for_each(http_server *server, void (*act)(http_connection *c)) {
  http_connection *next;
  for (http_connection *c = LIST_FIRST(&server->shared.connections); c != NULL; c = next) {
    next = LIST_NEXT(c, link);
    act(c);
  }
}

void http_server_stop(http_server *server) {
  server->shared.stopping = true;
  close_listeners(server);
  for_each(server, http_connection_stop);
  closing_streams_abort(&server->shared.closing);
}

void http_server_close(http_server *server) {
  close_listeners(server);
  for_each(server, http_connection_abort);
  http_shared_close(&server->shared);
}
