/* A request, read into a message or a query.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_INCOMING_H
#define DM_HTTP_INCOMING_H

#include "dm/http.h"
#include "http/connection_parameters.h"
#include "http/fault.h"
#include "http/scratch.h"
#include "http/target.h"
#include "http/user_properties.h"

/* The message borrows from the request and from what stands beside it here. A query's
 * client stands in it, too. */
typedef struct dmi_incoming {
  dmi_route route;
  int operation; /* what is asked for: DM_OPERATION_SEND, DM_OPERATION_GET_CONNECTION, ... */
  dm_message message;
  dm_caller caller; /* of the message or query */
  dmi_connection_parameters parameters;
  dmi_user_properties properties;
  dmi_scratch room;
} dmi_incoming;

/* Begins with what needs no reading: who calls, from where, with which payload. To be
 * given to dmi_incoming_release(), and to stay where it is. `memory` is copied. */
void dmi_incoming_init(dmi_incoming *in, const dm_http_request *request, const dm_caller *caller,
                       const dm_memory *memory);

/* Reads target, method and headers, in the order in which their faults are answered. Of
 * a refused request the message holds what was read before the fault. */
dmi_fault dmi_incoming_read(dmi_incoming *in, const dm_http_request *request);

/* Reads the receiver and the topic where the target tells them; for the log of a call
 * that is refused for other reasons. */
void dmi_incoming_read_target(dmi_incoming *in, const dm_http_request *request);

/* The query in it. */
dm_query dmi_incoming_query(const dmi_incoming *in);

/* Releases what the message borrowed. */
void dmi_incoming_release(dmi_incoming *in);

#endif
