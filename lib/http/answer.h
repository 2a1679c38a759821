/* The HTTP answer that tells what became of a call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_ANSWER_H
#define DM_HTTP_ANSWER_H

#include "dm/http.h"

/* What an answer says beyond its result. */
typedef struct dmi_answer_content {
  dm_span allow; /* the methods that the path supports, for DM_METHOD_NOT_ALLOWED */
  dm_span body;  /* JSON, on DM_DONE; empty: no body */
} dmi_answer_content;

/* Gives a call back to the host. */
void dmi_call_detach(dm_http_call *call);

/* Gives it back and tells the caller a result, whose outcome has a row in dm_outcome_of() with
 * an HTTP status. Touches nothing afterwards. */
void dmi_call_answer(dm_http_call *call, const dm_result *result,
                     const dmi_answer_content *content);

#endif
