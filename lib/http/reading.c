/* Reading a request: where it goes, and what it says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/reading.h"

#include "base/query_string.h"
#include "base/span.h"
#include "http/target.h"

/* The two parts of a target that say something, still encoded. */
typedef struct parts {
  dm_span client_id;
  dm_span query;
} parts;

static dmi_fault target_read(dmi_http_attempt *attempt, dm_span target, parts *out) {
  dm_span path, rest;
  if (!dmi_target_valid(target))
    return (dmi_fault){DM_INVALID_REQUEST,
                       "The request target holds a byte that must be percent-encoded."};
  dmi_target_split(target, &path, &out->query);
  if (dmi_target_has_dots(path))
    return (dmi_fault){DM_INVALID_REQUEST,
                       "No segment of the path may be . or .., which proxies take away: a client "
                       "of that name is %2E or %2E%2E."};
  if (!dmi_target_client(path, &out->client_id, &rest) || !dmi_route_known(rest))
    return (dmi_fault){DM_UNKNOWN_PATH, NULL};
  attempt->path = rest;
  return NO_FAULT;
}

static dmi_fault method_read(dmi_http_attempt *attempt, dm_span method) {
  const dmi_route *found = dmi_route_find(attempt->path, method);
  if (found == NULL)
    return (dmi_fault){DM_METHOD_NOT_ALLOWED, NULL};
  attempt->route = found;
  return NO_FAULT;
}

static dmi_fault parts_decode(dmi_http_attempt *attempt, parts encoded) {
  dmi_incoming *in = &attempt->in;
  char *room = dmi_scratch_take(&in->room, encoded.client_id.len + encoded.query.len);
  if (room == NULL)
    return OUT_OF_MEMORY;
  bool decoded = dmi_percent_decode(encoded.client_id, room, &in->message.client_id);
  room += in->message.client_id.len;
  dmi_fault found = attempt->route->read_query(in, encoded.query, room);
  if (!decoded)
    return (dmi_fault){DM_MALFORMED_CLIENTID, "The client ID is not percent-encoded correctly."};
  return found;
}

dmi_fault dmi_request_read(dmi_http_attempt *attempt, const dm_http_request *request) {
  parts encoded;
  dmi_fault found = target_read(attempt, request->target, &encoded);
  if (dmi_failed(found))
    return found;
  found = method_read(attempt, request->method);
  dmi_fault parameters = parts_decode(attempt, encoded);
  if (!dmi_failed(found))
    found = parameters;
  return dmi_failed(found) ? found : attempt->route->read_fields(&attempt->in, request);
}

void dmi_request_read_target(dmi_http_attempt *attempt, const dm_http_request *request) {
  parts encoded;
  if (dmi_failed(target_read(attempt, request->target, &encoded)))
    return;
  (void)method_read(attempt, request->method);
  (void)parts_decode(attempt, encoded);
}
