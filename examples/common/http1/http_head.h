/* Which bytes may stand where in the head of a request, before a parser looks at them.
 *
 * llhttp is lenient in ways that differ between its versions and build options: line ends
 * of one byte, folded lines, spaces in names. A server in front of this one may read such
 * a head differently, and then one request can be smuggled inside another.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP1_HTTP_HEAD_H
#define COMMON_HTTP1_HTTP_HEAD_H

#include <stdbool.h>

#include "dm/types.h"

typedef enum http_head_state {
  HTTP_HEAD_START, /* empty lines before the request (RFC 9112 section 2.2) */
  HTTP_HEAD_START_CR,
  HTTP_HEAD_METHOD,
  HTTP_HEAD_REQUEST_LINE,
  HTTP_HEAD_LINE_START,
  HTTP_HEAD_NAME,
  HTTP_HEAD_VALUE,
  HTTP_HEAD_LINE_CR,
  HTTP_HEAD_END_CR,
  HTTP_HEAD_DONE
} http_head_state;

/* All zero is the state before a head. */
typedef struct http_head {
  http_head_state state;
} http_head;

/* What the parser behind is not given as it comes. */
typedef enum http_head_part {
  HTTP_HEAD_REST,
  HTTP_HEAD_OF_METHOD, /* it takes those it knows only */
  HTTP_HEAD_TAB        /* one in a field's value, where it understands spaces better */
} http_head_part;

/* Takes bytes of one part, at least one, off the front of a stream's next ones; false at the
 * first that may not stand in a head. What follows the head's end is not looked at. */
bool http_head_take(http_head *head, dm_span *input, dm_span *taken, http_head_part *part);

#endif
