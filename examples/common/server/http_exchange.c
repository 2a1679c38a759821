/* One request and its answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_exchange.h"

#include "common/http1/http_answer.h"

/* While the server stops every connection ends with the answer that is its last. */
static bool is_last(const http_exchange *e) {
  const http_pipeline *p = e->pipeline;
  return e->close || (p->shared->stopping && e->next == NULL && !p->in_request);
}

/* Routes may be anywhere when they answer: the rest is left to the end of the turn. */
static void note(http_exchange *e, bool good) {
  http_pipeline *p = e->pipeline;
  p->broken = p->broken || !good;
  loop_later(p->shared->loop, &p->turn_end);
}

static bool write_head(http_exchange *e, const dm_http_answer *answer, http_body_end end,
                       uint64_t length) {
  const http_framing framing = {.date = http_shared_date(e->pipeline->shared),
                                .version_1_0 = e->version_1_0,
                                .close = is_last(e),
                                .end = end,
                                .length = length};
  return http_answer_write_head(&e->answer, answer, &framing);
}

void http_exchange_answer(http_exchange *e, const dm_http_answer *answer) {
  e->begun = e->finished = true;
  note(e, bytes_reserve(&e->answer, 512 + answer->body.len) &&
              write_head(e, answer, HTTP_END_BY_LENGTH, answer->body.len) &&
              (e->is_head || bytes_append(&e->answer, answer->body)));
}

/* ---- Streamed ----------------------------------------------------------------------- */

static http_body_end body_end(const http_exchange *e, uint64_t length) {
  if (length != HTTP_LENGTH_UNKNOWN)
    return HTTP_END_BY_LENGTH;
  if (e->is_head)
    return HTTP_END_OF_HEAD;
  return e->version_1_0 ? HTTP_END_BY_CLOSE : HTTP_END_BY_CHUNK;
}

void http_exchange_begin(http_exchange *e, const dm_http_answer *head, uint64_t length) {
  const http_body_end end = body_end(e, length);
  e->begun = true;
  e->left = length;
  e->chunked = end == HTTP_END_BY_CHUNK;
  if (end == HTTP_END_BY_CLOSE) {
    e->close = true;
    e->pipeline->open = false;
  }
  note(e, write_head(e, head, end, length));
}

size_t http_exchange_waiting(const http_exchange *e) {
  const http_pipeline *p = e->pipeline;
  return e->answer.len + (e == p->first ? writer_waiting(&p->out) : 0);
}

/* Parts must add up to the length, where one was said. */
static bool count(http_exchange *e, size_t len) {
  if (e->left == HTTP_LENGTH_UNKNOWN)
    return true;
  bool fits = len <= e->left;
  e->left -= fits ? len : 0;
  return fits;
}

/* Its route goes on until it is told that the connection has ended. */
static bool add(http_exchange *e, dm_span part) {
  e->aborted = e->aborted || !count(e, part.len);
  if (e->aborted)
    return true;
  return e->chunked ? http_answer_write_chunk(&e->answer, part) : bytes_append(&e->answer, part);
}

bool http_exchange_part(http_exchange *e, dm_span part) {
  e->above_high_water = http_exchange_waiting(e) > HTTP_HIGH_WATER;
  if (!e->above_high_water && !e->is_head)
    note(e, add(e, part));
  return !e->above_high_water;
}

void http_exchange_finish(http_exchange *e) {
  bool complete = e->is_head || e->left == 0 || e->left == HTTP_LENGTH_UNKNOWN;
  e->finished = true;
  e->aborted = e->aborted || !complete;
  note(e, e->aborted || !e->chunked || http_answer_write_last_chunk(&e->answer));
}

void http_exchange_abort(http_exchange *e) {
  e->begun = e->finished = e->aborted = true;
  note(e, true);
}
