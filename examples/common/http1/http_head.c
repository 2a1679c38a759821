/* Which bytes may stand where in the head of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/http1/http_head.h"

/* RFC 9110 section 5.6.2. */
static bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Sets the state that follows a byte; false when it may not stand here. */
static bool step(http_head *head, char c) {
  switch (head->state) {
  case HTTP_HEAD_START:
    head->state = c == '\r' ? HTTP_HEAD_START_CR : HTTP_HEAD_METHOD;
    return c == '\r' || is_token(c);
  case HTTP_HEAD_START_CR:
    head->state = HTTP_HEAD_START;
    return c == '\n';
  case HTTP_HEAD_METHOD:
    if (c == ' ')
      head->state = HTTP_HEAD_REQUEST_LINE;
    return c == ' ' || is_token(c);
  case HTTP_HEAD_REQUEST_LINE:
  case HTTP_HEAD_VALUE:
    if (c == '\r')
      head->state = HTTP_HEAD_LINE_CR;
    return c != '\n';
  case HTTP_HEAD_LINE_START:
    head->state = c == '\r' ? HTTP_HEAD_END_CR : HTTP_HEAD_NAME;
    return c == '\r' || is_token(c);
  case HTTP_HEAD_NAME:
    if (c == ':')
      head->state = HTTP_HEAD_VALUE;
    return c == ':' || is_token(c);
  case HTTP_HEAD_LINE_CR:
    head->state = HTTP_HEAD_LINE_START;
    return c == '\n';
  case HTTP_HEAD_END_CR:
    head->state = HTTP_HEAD_DONE;
    return c == '\n';
  case HTTP_HEAD_DONE:
    break;
  }
  return true;
}

/* The part that the next byte belongs to. */
static http_head_part part_of(const http_head *head, char c) {
  switch (head->state) {
  case HTTP_HEAD_START:
    return c == '\r' ? HTTP_HEAD_REST : HTTP_HEAD_OF_METHOD;
  case HTTP_HEAD_METHOD:
    return c == ' ' ? HTTP_HEAD_REST : HTTP_HEAD_OF_METHOD;
  case HTTP_HEAD_VALUE:
    return c == '\t' ? HTTP_HEAD_TAB : HTTP_HEAD_REST;
  default:
    return HTTP_HEAD_REST;
  }
}

bool http_head_take(http_head *head, dm_span *input, dm_span *taken, http_head_part *part) {
  size_t len = 0;
  *part = part_of(head, input->ptr[0]);
  do {
    if (head->state == HTTP_HEAD_DONE)
      len = input->len;
    else if (!step(head, input->ptr[len++]))
      return false;
  } while (len < input->len && *part != HTTP_HEAD_TAB && part_of(head, input->ptr[len]) == *part);
  *taken = dm_bytes(input->ptr, len);
  *input = dm_bytes(input->ptr + len, input->len - len);
  return true;
}
