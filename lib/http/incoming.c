/* A request, read into a message.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/incoming.h"

#include "base/query.h"
#include "base/span.h"
#include "http/headers.h"
#include "http/parameters.h"
#include "http/target.h"

void incoming_init(incoming *in, const dm_http_request *request, const dm_memory *memory) {
  in->message = (dm_message){
      .size = sizeof in->message,
      .payload = request->body,
      .principal = request->principal,
      .source_ip = request->source_ip,
      .source_port = request->source_port,
      .protocol = DM_PROTOCOL_HTTP,
  };
  in->properties = (user_properties){NULL, NULL, 0};
  scratch_init(&in->room, memory);
}

/* The two parts of a target that say something, still encoded. */
typedef struct parts {
  dm_span client_id;
  dm_span query;
} parts;

static fault target_read(dm_span target, parts *out) {
  dm_span path;
  if (!target_valid(target))
    return (fault){DM_INVALID_REQUEST,
                   "The request target holds a byte that must be percent-encoded."};
  target_split(target, &path, &out->query);
  if (!path_is_messages(path, &out->client_id))
    return (fault){DM_UNKNOWN_PATH, NULL};
  return NO_FAULT;
}

static fault parts_decode(incoming *in, parts encoded) {
  char *room = scratch_take(&in->room, encoded.client_id.len + encoded.query.len);
  if (room == NULL)
    return OUT_OF_MEMORY;
  bool decoded = percent_decode(encoded.client_id, room, &in->message.client_id);
  fault found = parameters_read(encoded.query, room + in->message.client_id.len, &in->message);
  if (!decoded)
    return (fault){DM_MALFORMED_CLIENTID, "The client ID is not percent-encoded correctly."};
  return found;
}

fault incoming_read(incoming *in, const dm_http_request *request) {
  parts encoded;
  fault found = target_read(request->target, &encoded);
  if (failed(found))
    return found;
  if (!span_equal(request->method, SPAN("POST")))
    found = (fault){DM_METHOD_NOT_ALLOWED, NULL};
  fault parameters = parts_decode(in, encoded);
  if (!failed(found))
    found = parameters;
  if (!failed(found))
    found = headers_read(request->headers, request->header_count, &in->room, &in->properties,
                         &in->message);
  return found;
}

void incoming_read_target(incoming *in, const dm_http_request *request) {
  parts encoded;
  if (!failed(target_read(request->target, &encoded)))
    (void)parts_decode(in, encoded);
}

void incoming_release(incoming *in) {
  user_properties_release(&in->properties);
  scratch_release(&in->room);
}
