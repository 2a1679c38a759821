/* Who sends an HTTP request: by its AWS signature (Version 4), or by the certificate of its
 * connection. Where both are there the signature counts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_HTTP_CALLER_H
#define COMMON_ACCESS_HTTP_CALLER_H

#include "common/access/access.h"
#include "common/access/peer.h"
#include "common/base/bytes.h"
#include "dm/http.h"

typedef struct http_caller {
  dm_span principal;   /* absent: nobody was found; borrowed from `access` */
  access_peer peer;    /* without its certificate where it is not by that one */
  const char *failure; /* why nobody was found; static */
} http_caller;

/* Finds out. `peer` is the other side of the connection; `room` is grown to what is needed. */
http_caller http_caller_of(const access_rules *access, const dm_http_request *request,
                           const access_peer *peer, dm_wall_time now, bytes *room);

#endif
