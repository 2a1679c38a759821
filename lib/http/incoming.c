/* A request, read into a message or a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/incoming.h"

#include "base/query_string.h"
#include "base/span.h"
#include "http/headers.h"
#include "http/parameters.h"

void dmi_incoming_init(dmi_incoming *in, const dm_http_request *request, const dm_caller *caller,
                       const dm_memory *memory) {
  dm_span trace_parent = dmi_headers_trace_parent(request->headers, request->header_count);
  in->caller = *caller;
  in->caller.size = sizeof in->caller;
  in->caller.protocol = DM_PROTOCOL_HTTP;
  if (dmi_span_present(trace_parent))
    in->caller.trace_parent = trace_parent;
  in->message = (dm_message){
      .size = sizeof in->message,
      .payload = request->body,
      .caller = &in->caller,
  };
  in->route = ROUTE_UNKNOWN;
  in->operation = DM_OPERATION_SEND;
  in->parameters = (dmi_connection_parameters){.max_results = 0};
  in->properties = (dmi_user_properties){NULL, NULL, 0};
  dmi_scratch_init(&in->room, memory);
}

/* The two parts of a target that say something, still encoded. */
typedef struct parts {
  dm_span client_id;
  dm_span query;
} parts;

static dmi_fault target_read(dmi_incoming *in, dm_span target, parts *out) {
  dm_span path;
  if (!dmi_target_valid(target))
    return (dmi_fault){DM_INVALID_REQUEST,
                       "The request target holds a byte that must be percent-encoded."};
  dmi_target_split(target, &path, &out->query);
  in->route = dmi_path_route(path, &out->client_id);
  return in->route == ROUTE_UNKNOWN ? (dmi_fault){DM_UNKNOWN_PATH, NULL} : NO_FAULT;
}

/* Whatever is none of the queries counts as a message. */
static dmi_fault method_read(dmi_incoming *in, dm_span method) {
  static const struct {
    dmi_route route;
    const char *method;
    int operation;
  } all[] = {{ROUTE_MESSAGES, "POST", DM_OPERATION_SEND},
             {ROUTE_CONNECTION, "GET", DM_OPERATION_GET_CONNECTION},
             {ROUTE_CONNECTION, "DELETE", DM_OPERATION_DELETE_CONNECTION},
             {ROUTE_SUBSCRIPTIONS, "GET", DM_OPERATION_LIST_SUBSCRIPTIONS}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].route == in->route && dmi_span_equal(method, dm_text(all[i].method))) {
      in->operation = all[i].operation;
      return NO_FAULT;
    }
  return (dmi_fault){DM_METHOD_NOT_ALLOWED, NULL};
}

static dmi_fault parts_decode(dmi_incoming *in, parts encoded) {
  char *room = dmi_scratch_take(&in->room, encoded.client_id.len + encoded.query.len);
  if (room == NULL)
    return OUT_OF_MEMORY;
  bool decoded = dmi_percent_decode(encoded.client_id, room, &in->message.client_id);
  room += in->message.client_id.len;
  dmi_fault found =
      in->operation == DM_OPERATION_SEND
          ? dmi_parameters_read(encoded.query, room, &in->message)
          : dmi_connection_parameters_read(in->operation, encoded.query, room, &in->parameters);
  if (!decoded)
    return (dmi_fault){DM_MALFORMED_CLIENTID, "The client ID is not percent-encoded correctly."};
  return found;
}

static dmi_fault fields_read(dmi_incoming *in, const dm_http_request *request) {
  if (in->operation == DM_OPERATION_SEND)
    return dmi_headers_read(request->headers, request->header_count, &in->room, &in->properties,
                            &in->message, &in->caller);
  dmi_headers_read_caller(request->headers, request->header_count, &in->caller);
  return NO_FAULT;
}

dmi_fault dmi_incoming_read(dmi_incoming *in, const dm_http_request *request) {
  parts encoded;
  dmi_fault found = target_read(in, request->target, &encoded);
  if (dmi_failed(found))
    return found;
  found = method_read(in, request->method);
  dmi_fault parameters = parts_decode(in, encoded);
  if (!dmi_failed(found))
    found = parameters;
  return dmi_failed(found) ? found : fields_read(in, request);
}

void dmi_incoming_read_target(dmi_incoming *in, const dm_http_request *request) {
  parts encoded;
  if (dmi_failed(target_read(in, request->target, &encoded)))
    return;
  (void)method_read(in, request->method);
  (void)parts_decode(in, encoded);
}

dm_query dmi_incoming_query(const dmi_incoming *in) {
  return (dm_query){
      .size = sizeof(dm_query), .client_id = in->message.client_id, .caller = &in->caller};
}

void dmi_incoming_release(dmi_incoming *in) {
  dmi_user_properties_release(&in->properties);
  dmi_scratch_release(&in->room);
}
