/* The HTTP server: its listener and its list of connections.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_server.h"

#include "common/server/http_connection.h"
#include "common/server/http_server_private.h"

const char *http_server_date(http_server *server) {
  dm_wall_time now = loop_wall();
  if (server->date_second != now / 1000) {
    server->date_second = now / 1000;
    dm_http_date(now, server->date);
  }
  return server->date;
}

static bool take(listener *l) {
  return http_connection_accept(l->owner, l);
}

static void close_listeners(http_server *server) {
  listener_close(&server->listener);
  listener_close(&server->secure_listener);
}

static uint64_t body_limit(void *user, const http_request *request) {
  const http_server *server = user;
  return dm_http_body_limit(server->service->context, dm_text(request->method),
                            http_request_span(request, request->target));
}

void http_server_reload(http_server *server) {
  const settings *given = server->service->settings;
  server->pool.max_header_bytes = given->http_limits.max_header_bytes;
}

bool http_server_open(http_server *server, service *s, problem *p) {
  *server = (http_server){
      .service = s,
      .pool = {.body_limit = body_limit, .user = server},
      .listener = {.owner = server, .take = take},
      .secure_listener = {.owner = server, .take = take, .tls = &s->tls, .protocol = TLS_HTTP},
  };
  http_server_reload(server);
  closing_streams_open(&server->closing, &s->loop);
  if (listener_open(&server->listener, &s->loop, &s->settings->http, p) &&
      listener_open(&server->secure_listener, &s->loop, &s->settings->https, p))
    return true;
  close_listeners(server);
  return false;
}

/* Calls back for every connection; each may leave the list meanwhile. */
static void for_each(http_server *server, void (*act)(http_connection *c)) {
  http_connection *next;
  for (http_connection *c = server->connections; c != NULL; c = next) {
    next = c->next;
    act(c);
  }
}

void http_server_stop(http_server *server) {
  close_listeners(server);
  for_each(server, http_connection_stop);
  closing_streams_abort(&server->closing);
}

void http_server_close(http_server *server) {
  close_listeners(server);
  for_each(server, http_connection_abort);
  closing_streams_abort(&server->closing);
  http_parser_pool_close(&server->pool);
  bytes_free(&server->room);
}
