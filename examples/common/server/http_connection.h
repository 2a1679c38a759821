/* One HTTP connection: requests in, answers out in the same order.
 *
 * Requests are handed to their routes as soon as they are complete, while earlier ones
 * still wait; an answer is written once those before it have been. All that follows from
 * input, answers and time is done in one place at the end of the loop's turn, so that an
 * answer, which may come from inside any dm_ function, only has to be noted.
 *
 * The end of a caller's stream says that there are no more requests: those that are complete are
 * answered, also the ones that wait. TCP cannot tell this from a caller that has closed all of the
 * connection; HTTP clients do half-close. Only a reset, or an answer that cannot be written, shows
 * that the caller is gone, and its calls are cancelled.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_HTTP_CONNECTION_H
#define COMMON_SERVER_HTTP_CONNECTION_H

#include "common/net/listener.h"
#include "common/server/http_pipeline.h"

/* What the connection waits for from its caller; each has a limit in time. */
typedef enum http_wait {
  HTTP_WAIT_NOTHING, /* it is the caller who waits */
  HTTP_WAIT_REQUEST,
  HTTP_WAIT_HEAD,
  HTTP_WAIT_BODY
} http_wait;

typedef struct http_connection {
  LIST_ENTRY(http_connection) link; /* of the server's */
  http_pipeline pipeline;

  http_parser parser;
  bytes held;         /* input that waits for a free place in the pipeline */
  uint64_t discarded; /* input that nobody looked at */

  bool peer_closed; /* the other side sends no more */
  bool reading;
  http_wait wait;
  dm_time read_due;
  dm_time write_due;
  lazy_timer timer; /* at the earlier of the two */
} http_connection;

/* Accepts the connection that waits at a listener of the server's into its list. */
bool http_connection_accept(http_shared *shared, listener *l);

/* The server stops: closes an idle connection, lets another come to its end. */
void http_connection_stop(http_connection *c);

/* Closes and frees it at once; calls that wait are cancelled. */
void http_connection_abort(http_connection *c);

#endif
