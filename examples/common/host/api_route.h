/* libdm's HTTP API as one route of a server's: who calls is found out by http_caller.h, the rest
 * is the library's (dm/http.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_API_ROUTE_H
#define COMMON_HOST_API_ROUTE_H

#include "common/host/service.h"
#include "common/server/route.h"

typedef struct api_route {
  http_route route; /* for the server's table */
  service *service; /* the rest is private */
  bytes room;       /* for reading signatures */
} api_route;

/* It stays where it is until api_route_close(), which comes after the server's end. */
void api_route_open(api_route *api, service *s);
void api_route_close(api_route *api);

/* For http_server_options.forget: the certificate of a caller, which is read once. */
void api_route_forget(void *kept);

#endif
