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

/* Builds the answer to a result, whose outcome has a row in dm_outcome_of() with an HTTP
 * status, and hands it to answer(user, ...). Touches nothing afterwards. */
void dmi_answer_give(void (*answer)(void *user, const dm_http_answer *answer), void *user,
                     const dm_result *result, const dmi_answer_content *content);

#endif
