/* Answers to bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP_ANSWER_H
#define COMMON_HTTP_ANSWER_H

#include "common/base/bytes.h"
#include "dm/http.h"

/* What the server adds to an answer of the library's. */
typedef struct http_framing {
  const char *date; /* of dm_http_date() */
  bool is_head;     /* to a HEAD: without the body */
  bool version_1_0; /* to a caller that has to be told that the connection stays */
  bool close;       /* the last one of the connection */
} http_framing;

/* Appends the answer in wire form; false when out of memory, and then some of it may
 * have been appended. */
bool http_answer_write(bytes *out, const dm_http_answer *answer, const http_framing *framing);

#endif
