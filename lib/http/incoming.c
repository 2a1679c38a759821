/* What is read from a request: a message, or a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/incoming.h"

#include "base/span.h"
#include "http/headers.h"

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
  in->parameters = (dmi_connection_parameters){.max_results = 0};
  in->properties = (dmi_user_properties){NULL, NULL, 0};
  dmi_scratch_init(&in->room, memory);
}

dm_query dmi_incoming_query(const dmi_incoming *in) {
  return (dm_query){
      .size = sizeof(dm_query), .client_id = in->message.client_id, .caller = &in->caller};
}

void dmi_incoming_release(dmi_incoming *in) {
  dmi_user_properties_release(&in->properties);
  dmi_scratch_release(&in->room);
}
