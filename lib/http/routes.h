/* The routes: what the binding answers, and how.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_ROUTES_H
#define DM_HTTP_ROUTES_H

#include "http/handlers.h"

typedef struct dmi_route {
  dm_span method;
  dm_span path;  /* behind /connections/{clientId} */
  int operation; /* DM_OPERATION_... */
  uint32_t (*body_limit)(const dm_limits *limits);
  dmi_fault (*read_query)(dmi_incoming *in, dm_span query, char *room);
  dmi_fault (*read_fields)(dmi_incoming *in, const dm_http_request *request);
  void (*handle)(dmi_http_attempt *attempt);
} dmi_route;

/* The route of a method and of what follows the client ID; NULL: there is none. */
const dmi_route *dmi_route_find(dm_span path, dm_span method);

/* The route that a request counts as which has none: a message's. */
const dmi_route *dmi_route_default(void);

/* Whether any method has a route there. */
bool dmi_route_known(dm_span path);

/* Enough for all methods. */
#define ALLOW_MAX 32

/* Writes the methods that have a route there, as far as the host offers them: "GET, DELETE".
 * None where the path is absent. */
dm_span dmi_route_allowed(const dm_context *context, dm_span path, char out[ALLOW_MAX]);

#endif
