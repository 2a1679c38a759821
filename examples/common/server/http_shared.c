/* What all connections of a server share.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_shared.h"

#include "common/loop/loop.h"

static bool matches(const http_route *route, const http_request *request) {
  return route->matches(route->user, dm_text(request->method),
                        http_request_span(request, request->target));
}

const http_route *http_shared_route(const http_shared *shared, const http_request *request) {
  const bool known = request != NULL && request->head_complete;
  for (size_t i = 1; known && i < shared->route_count; i++)
    if (matches(&shared->routes[i], request))
      return &shared->routes[i];
  return &shared->routes[0];
}

static uint64_t body_limit(void *user, const http_request *request) {
  const http_route *route = http_shared_route(user, request);
  return route->body_limit(route->user, dm_text(request->method),
                           http_request_span(request, request->target));
}

void http_shared_set_limits(http_shared *shared, const http_limits *limits) {
  shared->limits = *limits;
  shared->pool.max_header_bytes = limits->max_header_bytes;
}

void http_shared_open(http_shared *shared) {
  shared->pool = (http_parser_pool){.body_limit = body_limit, .user = shared};
  http_shared_set_limits(shared, &shared->limits);
  closing_streams_open(&shared->closing, shared->loop);
  LIST_INIT(&shared->connections);
}

void http_shared_close(http_shared *shared) {
  closing_streams_abort(&shared->closing);
  http_parser_pool_close(&shared->pool);
}

const char *http_shared_date(http_shared *shared) {
  dm_wall_time now = loop_wall();
  if (shared->date_second != now / 1000) {
    shared->date_second = now / 1000;
    dm_http_date(now, shared->date);
  }
  return shared->date;
}
