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
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "";
  }
}

static bool write_text(bytes *out, const char *text) {
  return bytes_append(out, dm_text(text));
}

static bool write_number(bytes *out, uint64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return bytes_append(out, dm_bytes(digits + at, sizeof digits - at));
}

static bool write_status_and_date(bytes *out, int status, const char *date) {
  return write_text(out, "HTTP/1.1 ") && write_number(out, (uint64_t)status) &&
         write_text(out, " ") && write_text(out, status_text(status)) &&
         write_text(out, "\r\nDate: ") && write_text(out, date) && write_text(out, "\r\n");
}

static bool write_body_end(bytes *out, const http_framing *framing) {
  switch (framing->end) {
  case HTTP_END_BY_LENGTH:
    return write_text(out, "Content-Length: ") && write_number(out, framing->length) &&
           write_text(out, "\r\n");
  case HTTP_END_BY_CHUNK:
    return write_text(out, "Transfer-Encoding: chunked\r\n");
  case HTTP_END_BY_CLOSE:
  case HTTP_END_OF_HEAD:
    break;
  }
  return true;
}

static bool write_connection(bytes *out, const http_framing *framing) {
  if (framing->close)
    return write_text(out, "Connection: close\r\n");
  return !framing->version_1_0 || write_text(out, "Connection: keep-alive\r\n");
}

static bool write_field(bytes *out, dm_span name, dm_span value) {
  return bytes_append(out, name) && write_text(out, ": ") && bytes_append(out, value) &&
         write_text(out, "\r\n");
}

bool http_answer_write_head(bytes *out, const dm_http_answer *answer, const http_framing *framing) {
  if (!write_status_and_date(out, answer->status, framing->date) || !write_body_end(out, framing) ||
      !write_connection(out, framing))
    return false;
  for (size_t i = 0; i < answer->header_count; i++)
    if (!write_field(out, answer->headers[i].name, answer->headers[i].value))
      return false;
  return write_text(out, "\r\n");
}

bool http_answer_write_chunk(bytes *out, dm_span part) {
  char size[24];
  int len = snprintf(size, sizeof size, "%zx\r\n", part.len);
  return part.len == 0 || (bytes_append(out, dm_bytes(size, (size_t)len)) &&
                           bytes_append(out, part) && write_text(out, "\r\n"));
}

bool http_answer_write_last_chunk(bytes *out) {
  return write_text(out, "0\r\n\r\n");
}
