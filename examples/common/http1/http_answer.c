/* Answers to bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/http1/http_answer.h"

#include <inttypes.h>
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

static int first_lines(char *out, size_t size, int status, const http_framing *framing) {
  const char *text = status_text(status);
  if (framing->end == HTTP_END_BY_LENGTH)
    return snprintf(out, size, "HTTP/1.1 %03d %s\r\nDate: %s\r\nContent-Length: %" PRIu64 "\r\n",
                    status, text, framing->date, framing->length);
  bool chunked = framing->end == HTTP_END_BY_CHUNK;
  return snprintf(out, size, "HTTP/1.1 %03d %s\r\nDate: %s\r\n%s", status, text, framing->date,
                  chunked ? "Transfer-Encoding: chunked\r\n" : "");
}

bool http_answer_write_head(bytes *out, const dm_http_answer *answer, const http_framing *framing) {
  char text[160];
  int len = first_lines(text, sizeof text, answer->status, framing);
  if (len < 0 || !bytes_append(out, dm_bytes(text, (size_t)len)) || !write_connection(out, framing))
    return false;
  for (size_t i = 0; i < answer->header_count; i++)
    if (!write_field(out, answer->headers[i].name, answer->headers[i].value))
      return false;
  return bytes_append(out, dm_text("\r\n"));
}

bool http_answer_write_chunk(bytes *out, dm_span part) {
  char size[24];
  int len = snprintf(size, sizeof size, "%zx\r\n", part.len);
  return part.len == 0 || (bytes_append(out, dm_bytes(size, (size_t)len)) &&
                           bytes_append(out, part) && bytes_append(out, dm_text("\r\n")));
}

bool http_answer_write_last_chunk(bytes *out) {
  return bytes_append(out, dm_text("0\r\n\r\n"));
}
