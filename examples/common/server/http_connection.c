/* One HTTP connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_connection.h"

#include <stdlib.h>

/* Input held back for a caller that pipelines more than it may; beyond it nothing is
 * read. Until then reading goes on, or a reset would go unnoticed. */
#define HELD_MAX 65536

/* After the last answer its reader has so much time. */
static const orderly_limits linger_limits = {
    .time = 10 * DM_SECOND, .pause = 2 * DM_SECOND, .bytes = (uint64_t)16 << 20};

static dm_time now_of(const http_connection *c) {
  return loop_now(c->pipeline.shared->loop);
}

/* All that is to be done follows at the end of this turn. */
static void go_on_later(http_connection *c) {
  loop_later(c->pipeline.shared->loop, &c->pipeline.turn_end);
}

/* ---- Life ----------------------------------------------------------------------------- */

static void forget_peer(http_pipeline *p) {
  if (p->shared->forget != NULL)
    p->shared->forget(p->peer.kept);
}

/* The stream is closed, or somebody else's. */
static void leave(http_connection *c) {
  http_pipeline *p = &c->pipeline;
  http_pipeline_cancel(p);
  loop_forget(&p->turn_end);
  lazy_timer_close(&c->timer);
  LIST_REMOVE(c, link);
  p->shared->connection_count--;
  http_parser_close(&c->parser);
  bytes_free(&c->held);
  writer_discard(&p->out);
  forget_peer(p);
  free(c);
}

void http_connection_abort(http_connection *c) {
  stream_close(c->pipeline.peer.stream);
  leave(c);
}

/* ---- Input ------------------------------------------------------------------------------ */

static bool may_take(const http_connection *c) {
  const http_pipeline *p = &c->pipeline;
  return p->open && !p->broken && p->count < p->shared->limits.max_pipelined &&
         writer_waiting(&p->out) < HTTP_HIGH_WATER;
}

static void take_request(http_connection *c) {
  http_pipeline_start(&c->pipeline, c->parser.request);
  http_parser_next(&c->parser);
  c->pipeline.in_request = false;
  c->wait = HTTP_WAIT_NOTHING; /* the next request has a time of its own */
  c->read_due = DM_NEVER;
  http_pipeline_collect(&c->pipeline);
}

static void refuse(http_connection *c, int outcome, const char *why) {
  http_pipeline_refuse(&c->pipeline, c->parser.request, outcome, why);
}

/* Takes requests from the input and returns how much of it is done with. */
static size_t parse(http_connection *c, dm_span input) {
  size_t used = 0;
  while (used < input.len && may_take(c)) {
    size_t step = 0;
    dm_span rest = dm_bytes(input.ptr + used, input.len - used);
    http_progress progress = http_parser_feed(&c->parser, rest, &step);
    c->pipeline.in_request = c->parser.request != NULL;
    used += step;
    if (progress == HTTP_READY)
      take_request(c);
    else if (progress == HTTP_REFUSED)
      refuse(c, c->parser.refusal, c->parser.why);
  }
  return c->pipeline.open ? used : input.len;
}

static void take(http_connection *c, dm_span input) {
  size_t used = c->held.len == 0 ? parse(c, input) : 0;
  if (!bytes_append(&c->held, dm_bytes(input.ptr + used, input.len - used)))
    c->pipeline.broken = true;
}

/* Goes on with input that was held back; false when nothing could be taken. */
static bool take_held(http_connection *c) {
  size_t used = parse(c, bytes_span(&c->held));
  bytes_consume(&c->held, used);
  if (c->held.len == 0)
    bytes_free(&c->held);
  return used > 0;
}

static void discard(http_connection *c, size_t len) {
  c->discarded += len;
  c->pipeline.broken = c->pipeline.broken || c->discarded > linger_limits.bytes;
}

/* Without more input a request that is not complete will never be. */
static void end_requests(http_connection *c) {
  if (c->peer_closed && c->held.len == 0)
    c->pipeline.open = false;
}

static void on_read(void *user, char *data, size_t len) {
  http_connection *c = user;
  if (c->pipeline.open)
    take(c, dm_bytes(data, len));
  else
    discard(c, len);
  go_on_later(c);
}

static void on_ended(void *user, int status) {
  http_connection *c = user;
  c->reading = false;
  c->peer_closed = true;
  c->pipeline.broken = c->pipeline.broken || status != STREAM_END;
  go_on_later(c);
}

/* ---- Output ------------------------------------------------------------------------------- */

static void on_written(void *user, int status) {
  http_connection *c = user;
  writer_written(&c->pipeline.out);
  c->write_due = DM_NEVER;
  c->pipeline.broken = c->pipeline.broken || status < 0;
  go_on_later(c);
}

static dm_duration seconds(uint32_t count) {
  return count * DM_SECOND;
}

/* What is not taken now is, within a limit of time. */
static void write_out(http_connection *c) {
  http_pipeline *p = &c->pipeline;
  int result = writer_flush(&p->out);
  p->broken = p->broken || result < 0;
  if (result > 0 && c->write_due == DM_NEVER)
    c->write_due = now_of(c) + seconds(p->shared->limits.idle_timeout_seconds);
}

/* A body whose sender waits to be asked for it. */
static bool must_ask(const http_request *request) {
  return request->expects_continue && !request->continue_sent && request->body.len == 0;
}

/* Asks for the body when it is this request's turn. */
static void ask_for_body(http_connection *c) {
  http_pipeline *p = &c->pipeline;
  http_request *request = c->parser.request;
  if (p->open && request != NULL && request->head_complete && must_ask(request) &&
      p->first == NULL) {
    request->continue_sent = true;
    p->broken = writer_add(&p->out, dm_text("HTTP/1.1 100 Continue\r\n\r\n")) != 0 || p->broken;
  }
}

/* ---- Time ------------------------------------------------------------------------------------ */

static http_wait wait_of(const http_connection *c) {
  const http_pipeline *p = &c->pipeline;
  const http_request *request = c->parser.request;
  if (!p->open || c->held.len > 0)
    return HTTP_WAIT_NOTHING;
  if (request == NULL) {
    bool idle = p->first == NULL && writer_waiting(&p->out) == 0;
    return idle ? HTTP_WAIT_REQUEST : HTTP_WAIT_NOTHING;
  }
  if (!request->head_complete)
    return HTTP_WAIT_HEAD;
  return must_ask(request) ? HTTP_WAIT_NOTHING : HTTP_WAIT_BODY;
}

static dm_duration time_limit(const http_connection *c, http_wait wait) {
  const http_limits *limits = &c->pipeline.shared->limits;
  switch (wait) {
  case HTTP_WAIT_REQUEST:
    return seconds(limits->idle_timeout_seconds);
  case HTTP_WAIT_HEAD:
    return seconds(limits->header_timeout_seconds);
  case HTTP_WAIT_BODY:
    return seconds(limits->body_timeout_seconds);
  case HTTP_WAIT_NOTHING:
    break;
  }
  return DM_NEVER;
}

static void give_up_waiting(http_connection *c) {
  c->read_due = DM_NEVER;
  if (c->wait == HTTP_WAIT_HEAD)
    refuse(c, DM_INVALID_REQUEST, "The header did not arrive in time.");
  else if (c->wait == HTTP_WAIT_BODY)
    refuse(c, DM_INVALID_REQUEST, "The body did not arrive in time.");
  else
    c->pipeline.broken = true;
}

static void on_timer(lazy_timer *timer) {
  http_connection *c = (http_connection *)((char *)timer - offsetof(http_connection, timer));
  http_pipeline_resume(&c->pipeline);
  if (now_of(c) >= c->write_due)
    c->pipeline.broken = true;
  else if (now_of(c) >= c->read_due)
    give_up_waiting(c);
  go_on_later(c);
}

static void watch_time(http_connection *c) {
  http_wait wait = wait_of(c);
  if (wait != c->wait) {
    c->wait = wait;
    c->read_due = wait == HTTP_WAIT_NOTHING ? DM_NEVER : now_of(c) + time_limit(c, wait);
  }
  lazy_timer_set(&c->timer, c->read_due < c->write_due ? c->read_due : c->write_due);
}

/* A route that may write again does so in another turn, or one fast reader would have all of
 * this one. */
static void watch_writers(http_connection *c) {
  if (http_pipeline_is_writable(&c->pipeline))
    lazy_timer_set(&c->timer, now_of(c));
}

/* ---- The end of a turn -------------------------------------------------- */

static void watch_input(http_connection *c) {
  stream *s = c->pipeline.peer.stream;
  bool wanted = !c->peer_closed && c->held.len < HELD_MAX;
  if (wanted == c->reading)
    return;
  c->reading = wanted;
  if (wanted)
    c->pipeline.broken = stream_read(s) != 0 || c->pipeline.broken;
  else
    stream_pause(s);
}

/* Whether everything is written and nothing more will be. */
static bool is_done(const http_pipeline *p) {
  return !p->open && p->first == NULL && writer_waiting(&p->out) == 0;
}

/* Our side ends first: closing with unread input would send a reset that can overtake the
 * last answer. */
static void linger(http_connection *c) {
  http_pipeline *p = &c->pipeline;
  orderly_limits limits = linger_limits;
  limits.bytes -= c->discarded;
  orderly_close(&p->shared->closing, &p->out, c->peer_closed, &limits);
  leave(c);
}

/* What the pipeline could do, it has done: now the stream. */
static void watch_stream(http_connection *c) {
  watch_input(c);
  if (c->pipeline.broken) {
    http_connection_abort(c);
  } else if (is_done(&c->pipeline)) {
    linger(c);
  } else {
    watch_time(c);
    watch_writers(c);
  }
}

static void on_turn_end(loop_task *task) {
  http_connection *c =
      (http_connection *)((char *)task - offsetof(http_connection, pipeline.turn_end));
  do {
    http_pipeline_collect(&c->pipeline);
  } while (c->held.len > 0 && take_held(c));
  end_requests(c);
  ask_for_body(c);
  write_out(c);
  if (c->held.len > 0 && may_take(c))
    go_on_later(c);
  watch_stream(c);
}

/* ---- Beginning and stopping --------------------------------------------- */

static const stream_events events = {.read = on_read, .ended = on_ended, .written = on_written};

static http_connection *make(http_shared *shared) {
  http_connection *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->pipeline.shared = shared;
  c->pipeline.open = true;
  c->pipeline.turn_end.run = on_turn_end;
  c->read_due = c->write_due = DM_NEVER;
  lazy_timer_open(&c->timer, &shared->loop->timers, on_timer);
  http_parser_open(&c->parser, &shared->pool);
  LIST_INSERT_HEAD(&shared->connections, c, link);
  shared->connection_count++;
  return c;
}

static bool is_full(const http_shared *shared) {
  return shared->connection_count + shared->closing.count > shared->limits.max_connections;
}

bool http_connection_accept(http_shared *shared, listener *l) {
  http_connection *c = make(shared);
  if (c == NULL)
    return false;
  stream *accepted;
  bool taken = listener_accept(l, &accepted);
  c->pipeline.peer.stream = c->pipeline.out.stream = accepted;
  if (accepted == NULL || is_full(shared)) {
    http_connection_abort(c);
    return taken;
  }
  stream_own(accepted, &events, c);
  c->pipeline.peer.remote = stream_remote(accepted);
  go_on_later(c);
  return true;
}

void http_connection_stop(http_connection *c) {
  if (c->wait == HTTP_WAIT_REQUEST) {
    http_connection_abort(c);
    return;
  }
  if (c->pipeline.open && c->parser.request == NULL) {
    c->pipeline.open = false;
    bytes_free(&c->held);
  }
  go_on_later(c);
}
