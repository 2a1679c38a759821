/* An HTTP/1.1 client of the load generator.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_caller.h"

#include <stdio.h>
#include <strings.h>

#include "fail.h"

enum {
  HEAD_MAX = 512
};

/* The first line of `bytes` without its end; false where it is not complete. */
static bool next_line(dm_span *bytes, dm_span *line) {
  const char *end = bytes->len == 0 ? NULL : memchr(bytes->ptr, '\n', bytes->len);
  if (end == NULL || end == bytes->ptr)
    return false;
  *line = dm_bytes(bytes->ptr, (size_t)(end - 1 - bytes->ptr));
  *bytes = dm_bytes(end + 1, (size_t)(bytes->ptr + bytes->len - (end + 1)));
  return true;
}

static size_t content_length(dm_span line) {
  static const char name[] = "content-length: ";
  size_t value = 0, prefix = sizeof name - 1;
  if (line.len > prefix && strncasecmp(line.ptr, name, prefix) == 0)
    for (size_t i = prefix; i < line.len; i++)
      value = 10 * value + (size_t)(line.ptr[i] - '0');
  return value;
}

/* The size of the complete answer at the start of `bytes`; 0 where it is not complete. */
static size_t answer_size(dm_span bytes) {
  dm_span rest = bytes, line;
  size_t body = 0;
  do {
    if (!next_line(&rest, &line))
      return 0;
    body += content_length(line);
  } while (line.len > 0);
  return rest.len < body ? 0 : bytes.len - rest.len + body;
}

static void must_be_200(dm_span answer) {
  static const char good[] = "HTTP/1.1 200";
  char text[HEAD_MAX];
  if (answer.len >= sizeof good - 1 && memcmp(answer.ptr, good, sizeof good - 1) == 0)
    return;
  snprintf(text, sizeof text, "an answer is not 200: %.*s", (int)answer.len, answer.ptr);
  must(false, text);
}

static size_t take(channel *c, dm_span bytes) {
  http_caller *caller = (http_caller *)((char *)c - offsetof(http_caller, channel));
  size_t used = 0;
  for (;;) {
    size_t size = answer_size(dm_bytes(bytes.ptr + used, bytes.len - used));
    if (size == 0)
      return used;
    must_be_200(dm_bytes(bytes.ptr + used, size));
    uint64_t ticket = caller->tickets[caller->first++ % HTTP_CALLER_WAITING_MAX];
    caller->waiting--;
    used += size;
    caller->answered(caller, ticket);
  }
}

void http_caller_open(http_caller *caller, loop *l, uint16_t port) {
  channel_open(&caller->channel, l, port, take);
}

void http_caller_post(http_caller *caller, const char *target, dm_span body, uint64_t ticket) {
  char head[HEAD_MAX];
  int len = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n", target,
                     body.len);
  must(len > 0 && len < HEAD_MAX && caller->waiting < HTTP_CALLER_WAITING_MAX, "too many calls");
  caller->tickets[(caller->first + caller->waiting++) % HTTP_CALLER_WAITING_MAX] = ticket;
  channel_write(&caller->channel, dm_bytes(head, (size_t)len));
  channel_write(&caller->channel, body);
}
