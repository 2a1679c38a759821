/* The HTTP answer that tells what became of a message.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_ANSWER_H
#define DM_HTTP_ANSWER_H

#include "dm/http.h"

/* Builds the answer to a result, whose outcome has a row in dm_outcome_of() with an HTTP
 * status, and hands it to answer(user, ...). Touches nothing afterwards. */
void answer_give(void (*answer)(void *user, const dm_http_answer *answer), void *user,
                 const dm_result *result);

#endif
