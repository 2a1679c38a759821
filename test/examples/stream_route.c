/* A route for tests of the HTTP server.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stream_route.h"

#include <string.h>

#include "server_host.h"

#define PART_MAX 10007

stream_route streams;

/* What it keeps of an exchange; long double wants all the alignment that there is. */
typedef struct stream_state {
  long double guard;
  size_t number;
  size_t sent;
  bool cancelled;
} stream_state;

static bool matches(const void *user, dm_span method, dm_span target) {
  (void)user;
  (void)method;
  return target.len >= 7 && memcmp(target.ptr, "/stream", 7) == 0;
}

static uint64_t body_limit(const void *user, dm_span method, dm_span target) {
  assert_true(matches(user, method, target));
  return STREAM_BODY_MAX;
}

static void handle(void *user, http_exchange *e, dm_http_request *request) {
  stream_state *state = http_exchange_state(e);
  assert_ptr_equal(user, &streams);
  assert_true(matches(user, request->method, request->target));
  assert_int_equal((uintptr_t)state % alignof(max_align_t), 0);
  assert_int_equal(state->sent, 0);
  state->number = streams.count;
  streams.exchanges[streams.count++] = e;
}

static void refuse(void *user, http_exchange *e, dm_http_request *request, int outcome,
                   const char *why) {
  (void)why;
  assert_true(matches(user, request->method, request->target));
  assert_int_equal(request->body.len, 0);
  streams.refused++;
  const dm_http_answer answer = {.status = outcome == DM_PAYLOAD_TOO_LARGE ? 413 : 400,
                                 .body = dm_text("no")};
  http_exchange_answer(e, &answer);
}

static void writable(void *user, http_exchange *e) {
  const stream_state *state = http_exchange_state(e);
  assert_ptr_equal(user, &streams);
  assert_false(state->cancelled);
  streams.writable++;
  if (streams.endless)
    stream_fill(state->number);
}

static void cancel(void *user, http_exchange *e) {
  stream_state *state = http_exchange_state(e);
  assert_ptr_equal(user, &streams);
  assert_false(state->cancelled);
  state->cancelled = true;
  streams.exchanges[state->number] = NULL;
  streams.cancelled++;
}

http_route stream_route_open(void) {
  streams = (stream_route){.count = 0};
  return (http_route){.user = &streams,
                      .state_size = sizeof(stream_state),
                      .matches = matches,
                      .body_limit = body_limit,
                      .handle = handle,
                      .refuse = refuse,
                      .writable = writable,
                      .cancel = cancel};
}

void stream_begin(size_t i, uint64_t length) {
  const dm_http_answer head = {.status = 200};
  http_exchange_begin(streams.exchanges[i], &head, length);
}

bool stream_text(size_t i, const char *text) {
  return http_exchange_part(streams.exchanges[i], dm_text(text));
}

bool stream_part(size_t i, size_t len) {
  char part[PART_MAX];
  stream_state *state = http_exchange_state(streams.exchanges[i]);
  assert_true(len <= sizeof part);
  for (size_t at = 0; at < len; at++)
    part[at] = (char)((state->sent + at) % 251);
  bool taken = http_exchange_part(streams.exchanges[i], dm_bytes(part, len));
  state->sent += taken ? len : 0;
  return taken;
}

size_t stream_fill(size_t i) {
  size_t all = 0;
  while (stream_part(i, PART_MAX))
    all += PART_MAX;
  return all;
}
