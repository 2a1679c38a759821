/* A request, read into a message or a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/incoming.h"

#include "base/query.h"
#include "base/span.h"
#include "http/headers.h"
#include "http/parameters.h"

void incoming_init(incoming *in, const dm_http_request *request, const dm_memory *memory) {
  in->message = (dm_message){
      .size = sizeof in->message,
      .payload = request->body,
      .principal = request->principal,
      .source_ip = request->source_ip,
      .source_port = request->source_port,
      .protocol = DM_PROTOCOL_HTTP,
      .caller = request->caller,
  };
  in->route = ROUTE_UNKNOWN;
  in->operation = DM_EVENT_SEND;
  in->parameters = (connection_parameters){.max_results = 0};
  in->properties = (user_properties){NULL, NULL, 0};
  scratch_init(&in->room, memory);
}

/* The two parts of a target that say something, still encoded. */
typedef struct parts {
  dm_span client_id;
  dm_span query;
} parts;

static fault target_read(incoming *in, dm_span target, parts *out) {
  dm_span path;
  if (!target_valid(target))
    return (fault){DM_INVALID_REQUEST,
                   "The request target holds a byte that must be percent-encoded."};
  target_split(target, &path, &out->query);
  in->route = path_route(path, &out->client_id);
  return in->route == ROUTE_UNKNOWN ? (fault){DM_UNKNOWN_PATH, NULL} : NO_FAULT;
}

/* Whatever is none of the queries counts as a message. */
static fault method_read(incoming *in, dm_span method) {
  static const struct {
    route route;
    const char *method;
    int operation;
  } all[] = {{ROUTE_MESSAGES, "POST", DM_EVENT_SEND},
             {ROUTE_CONNECTION, "GET", DM_EVENT_GET_CONNECTION},
             {ROUTE_CONNECTION, "DELETE", DM_EVENT_DELETE_CONNECTION},
             {ROUTE_SUBSCRIPTIONS, "GET", DM_EVENT_LIST_SUBSCRIPTIONS}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].route == in->route && span_equal(method, dm_text(all[i].method))) {
      in->operation = all[i].operation;
      return NO_FAULT;
    }
  return (fault){DM_METHOD_NOT_ALLOWED, NULL};
}

static fault parts_decode(incoming *in, parts encoded) {
  char *room = scratch_take(&in->room, encoded.client_id.len + encoded.query.len);
  if (room == NULL)
    return OUT_OF_MEMORY;
  bool decoded = percent_decode(encoded.client_id, room, &in->message.client_id);
  room += in->message.client_id.len;
  fault found =
      in->operation == DM_EVENT_SEND
          ? parameters_read(encoded.query, room, &in->message)
          : connection_parameters_read(in->operation, encoded.query, room, &in->parameters);
  if (!decoded)
    return (fault){DM_MALFORMED_CLIENTID, "The client ID is not percent-encoded correctly."};
  return found;
}

static fault fields_read(incoming *in, const dm_http_request *request) {
  if (in->operation == DM_EVENT_SEND)
    return headers_read(request->headers, request->header_count, &in->room, &in->properties,
                        &in->message);
  headers_read_attempt(request->headers, request->header_count, &in->message);
  return NO_FAULT;
}

fault incoming_read(incoming *in, const dm_http_request *request) {
  parts encoded;
  fault found = target_read(in, request->target, &encoded);
  if (failed(found))
    return found;
  found = method_read(in, request->method);
  fault parameters = parts_decode(in, encoded);
  if (!failed(found))
    found = parameters;
  return failed(found) ? found : fields_read(in, request);
}

void incoming_read_target(incoming *in, const dm_http_request *request) {
  parts encoded;
  if (failed(target_read(in, request->target, &encoded)))
    return;
  (void)method_read(in, request->method);
  (void)parts_decode(in, encoded);
}

dm_query incoming_query(const incoming *in) {
  const dm_message *message = &in->message;
  return (dm_query){
      .size = sizeof(dm_query),
      .client_id = message->client_id,
      .principal = message->principal,
      .source_ip = message->source_ip,
      .source_port = message->source_port,
      .protocol = message->protocol,
      .invocation_id = message->invocation_id,
      .attempt = message->attempt,
      .caller = message->caller,
  };
}

void incoming_release(incoming *in) {
  user_properties_release(&in->properties);
  scratch_release(&in->room);
}
