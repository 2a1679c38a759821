/* Answers to bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/http1/http_answer.h"

#include <stdio.h>

/* For people with a packet sniffer; programs read the number (RFC 9112 section 4). */
static const char *status_text(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 429:
    return "Too Many Requests";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "";
  }
}

static bool write_field(bytes *out, dm_span name, dm_span value) {
  return bytes_append(out, name) && bytes_append(out, dm_text(": ")) && bytes_append(out, value) &&
         bytes_append(out, dm_text("\r\n"));
}

static bool write_connection(bytes *out, const http_framing *framing) {
  if (framing->close)
    return bytes_append(out, dm_text("Connection: close\r\n"));
  return !framing->version_1_0 || bytes_append(out, dm_text("Connection: keep-alive\r\n"));
}

bool http_answer_write(bytes *out, const dm_http_answer *answer, const http_framing *framing) {
  char text[128];
  int len = snprintf(text, sizeof text, "HTTP/1.1 %03d %s\r\nDate: %s\r\nContent-Length: %zu\r\n",
                     answer->status, status_text(answer->status), framing->date, answer->body.len);
  if (len < 0 || !bytes_reserve(out, 512 + answer->body.len) ||
      !bytes_append(out, dm_bytes(text, (size_t)len)) || !write_connection(out, framing))
    return false;
  for (size_t i = 0; i < answer->header_count; i++)
    if (!write_field(out, answer->headers[i].name, answer->headers[i].value))
      return false;
  return bytes_append(out, dm_text("\r\n")) &&
         (framing->is_head || bytes_append(out, answer->body));
}
