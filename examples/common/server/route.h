/* What a server does with requests: a table of routes, each with requests of its own.
 *
 * A route answers an exchange by the functions of http_exchange.h, now or later, in one piece or
 * in parts. It lives as long as the server, and is told everything on the server's loop. The
 * server authenticates nobody: who calls is each route's to find out (host/api_route.c does it).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_ROUTE_H
#define COMMON_SERVER_ROUTE_H

#include <stdbool.h>

#include "dm/http.h"

struct http_exchange;

typedef struct http_route {
  void *user;

  /* What it keeps of each exchange, see http_exchange_state(). */
  size_t state_size;

  /* Whether it takes the requests with this method to this target. Not asked of the first route
   * of a table, which takes what no other does. */
  bool (*matches)(const void *user, dm_span method, dm_span target);

  /* How large a body may be that comes with them, in bytes. */
  uint64_t (*body_limit)(const void *user, dm_span method, dm_span target);

  /* A complete request, borrowed until this returns. The route may add to `request` what the
   * server does not know. */
  void (*handle)(void *user, struct http_exchange *exchange, dm_http_request *request);

  /* A request that is not read to its end: malformed, late, or with too large a body. `request`
   * holds what is known of it, `outcome` is one of dm/outcome.h, `why` static or NULL. Where not
   * even its target is known, the table's first route gets it. It is the last of its
   * connection, and answered like others. */
  void (*refuse)(void *user, struct http_exchange *exchange, dm_http_request *request, int outcome,
                 const char *why);

  /* Its reader has caught up, after http_exchange_part() has returned false. NULL where the route
   * answers in one piece. */
  void (*writable)(void *user, struct http_exchange *exchange);

  /* Nobody reads the rest of the answer: the caller is gone, or the server is closed. The
   * exchange must not be used any more. */
  void (*cancel)(void *user, struct http_exchange *exchange);
} http_route;

#endif
