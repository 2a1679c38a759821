/* What all connections of a server share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_HTTP_SHARED_H
#define COMMON_SERVER_HTTP_SHARED_H

#include <sys/queue.h>

#include "common/http1/http_limits.h"
#include "common/http1/http_parser.h"
#include "common/net/orderly_close.h"
#include "common/server/route.h"

typedef struct http_shared {
  struct loop *loop;
  http_limits limits;
  const http_route *routes;
  size_t route_count;
  void (*forget)(void *kept); /* releases http_peer.kept; NULL: there is nothing to release */
  bool stopping;              /* each connection ends with the answer that is its last */

  http_parser_pool pool;
  LIST_HEAD(, http_connection) connections;
  size_t connection_count;
  closing_streams closing;
  char date[30]; /* of `date_second` */
  uint64_t date_second;
} http_shared;

/* Completes one whose loop, limits and routes are set; it stays where it is. */
void http_shared_open(http_shared *shared);

/* Its connections are gone. */
void http_shared_close(http_shared *shared);

/* Takes over other limits. */
void http_shared_set_limits(http_shared *shared, const http_limits *limits);

/* The route for a request, of which the head need not be complete; NULL: nothing of it is there. */
const http_route *http_shared_route(const http_shared *shared, const http_request *request);

/* Now as HTTP's Date wants it; valid until the next call. */
const char *http_shared_date(http_shared *shared);

#endif
