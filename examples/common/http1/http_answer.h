/* Answers to bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP1_HTTP_ANSWER_H
#define COMMON_HTTP1_HTTP_ANSWER_H

#include "common/base/bytes.h"
#include "dm/http.h"

/* How the other side finds the end of the body (RFC 9112 section 6.3). */
typedef enum http_body_end {
  HTTP_END_BY_LENGTH,
  HTTP_END_BY_CHUNK, /* the last one, which is empty */
  HTTP_END_BY_CLOSE, /* of the connection */
  HTTP_END_OF_HEAD   /* there is no body, and nothing is said of its length */
} http_body_end;

/* What the server adds to an answer. */
typedef struct http_framing {
  const char *date; /* of dm_http_date() */
  bool version_1_0; /* to a caller that has to be told that the connection stays */
  bool close;       /* the last one of the connection */
  http_body_end end;
  uint64_t length; /* where the end is by length */
} http_framing;

/* Appends an answer in wire form, without its body; false when out of memory, and then some of
 * it may have been appended. */
bool http_answer_write_head(bytes *out, const dm_http_answer *answer, const http_framing *framing);

/* Appends a part of a body in chunks, and what comes after the last one. An empty part has no
 * chunk. False as above. */
bool http_answer_write_chunk(bytes *out, dm_span part);
bool http_answer_write_last_chunk(bytes *out);

#endif
