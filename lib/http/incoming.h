/* What is read from a request: a message, or a query.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_INCOMING_H
#define DM_HTTP_INCOMING_H

#include "dm/http.h"
#include "http/connection_parameters.h"
#include "http/scratch.h"
#include "http/user_properties.h"

/* The message borrows from the request and from what stands beside it here. A query's
 * client stands in it, too. */
typedef struct dmi_incoming {
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

/* The query in it. */
dm_query dmi_incoming_query(const dmi_incoming *in);

/* Releases what the message borrowed. */
void dmi_incoming_release(dmi_incoming *in);

#endif
