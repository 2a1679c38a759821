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
 * client and caller stand in it, too. */
typedef struct incoming {
  route route;
  int operation; /* what is asked for: DM_EVENT_SEND, DM_EVENT_GET_CONNECTION, ... */
  dm_message message;
  connection_parameters parameters;
  user_properties properties;
  scratch room;
} incoming;

/* Begins with what needs no reading: who calls, from where, with which payload. To be
 * given to incoming_release(). `memory` is copied. */
void incoming_init(incoming *in, const dm_http_request *request, const dm_memory *memory);

/* Reads target, method and headers, in the order in which their faults are answered. Of
 * a refused request the message holds what was read before the fault. */
fault incoming_read(incoming *in, const dm_http_request *request);

/* Reads the receiver and the topic where the target tells them; for the log of a call
 * that is refused for other reasons. */
void incoming_read_target(incoming *in, const dm_http_request *request);

/* The query in it. */
dm_query incoming_query(const incoming *in);

/* Releases what the message borrowed. */
void incoming_release(incoming *in);

#endif
