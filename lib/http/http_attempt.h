/* One request on its way through the core.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_HTTP_ATTEMPT_H
#define DM_HTTP_HTTP_ATTEMPT_H

#include "http/answer.h"
#include "http/connection_json.h"
#include "http/incoming.h"

/* It stands on the stack of the function that handles the request. `call` becomes NULL when the
 * host cancels from a callback: it is the host's again. What the answer says may lie in the
 * context's memory: both live until it is given. */
typedef struct dmi_http_attempt {
  dm_context *context;
  dm_time now;
  dm_wall_time wall;
  dm_http_call *call;
  const struct dmi_route *route; /* the default while it is not known */
  dm_span path;                  /* what follows the client ID; NULL while it is not known */
  dmi_incoming in;
  dm_result result;
  dmi_answer_content content;
  char json[CONNECTION_JSON_MAX];
} dmi_http_attempt;

#endif
