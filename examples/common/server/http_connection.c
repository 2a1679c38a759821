/* One HTTP connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_connection.h"

#include <stdlib.h>

/* Input held back for a caller that pipelines more than it may; beyond it nothing is
 * read. Until then reading goes on, or the caller's end would go unnoticed. */
#define HELD_MAX 65536

/* Answers that wait to be read by their caller; beyond it no request is taken. */
#define OUTPUT_MAX 262144

/* After the last answer its reader has so much time. */
static const orderly_limits linger_limits = {
    .time = 10 * DM_SECOND, .pause = 2 * DM_SECOND, .bytes = (uint64_t)16 << 20};

static dm_time now_of(const http_connection *c) {
  return service_now(c->server->service);
}

/* ---- Life ----------------------------------------------------------------------------- */

static void unlink_from_server(http_connection *c) {
  if (c->previous == NULL)
    c->server->connections = c->next;
  else
    c->previous->next = c->next;
  if (c->next != NULL)
    c->next->previous = c->previous;
  c->server->connection_count--;
}

/* The stream is closed, or somebody else's. */
static void leave(http_connection *c) {
  http_exchange_cancel_all(c);
  loop_forget(&c->turn_end);
  lazy_timer_close(&c->timer);
  unlink_from_server(c);
  http_parser_close(&c->parser);
  bytes_free(&c->held);
  writer_discard(&c->out);
  certificate_free(c->certificate);
  free(c);
}

void http_connection_abort(http_connection *c) {
  stream_close(c->stream);
  leave(c);
}

/* ---- Input ------------------------------------------------------------------------------ */

static bool may_take(const http_connection *c) {
  return c->state == HTTP_OPEN && !c->broken &&
         c->waiting < c->server->service->settings->http_limits.max_pipelined &&
         writer_waiting(&c->out) < OUTPUT_MAX;
}

/* Takes requests from the input and returns how much of it is done with. */
static size_t parse(http_connection *c, dm_span input) {
  size_t used = 0;
  while (used < input.len && may_take(c)) {
    size_t step = 0;
    dm_span rest = dm_bytes(input.ptr + used, input.len - used);
    http_progress progress = http_parser_feed(&c->parser, rest, &step);
    used += step;
    if (progress == HTTP_READY) {
      http_exchange_start(c);
      c->wait = HTTP_WAIT_NOTHING; /* the next request has a time of its own */
      c->read_due = DM_NEVER;
      http_exchange_collect(c);
    } else if (progress == HTTP_REFUSED) {
      http_exchange_refuse(c, c->parser.refusal, c->parser.why);
    }
  }
  return c->state == HTTP_OPEN ? used : input.len;
}

static void take(http_connection *c, dm_span input) {
  size_t used = c->held.len == 0 ? parse(c, input) : 0;
  if (!bytes_append(&c->held, dm_bytes(input.ptr + used, input.len - used)))
    c->broken = true;
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
  c->broken = c->broken || c->discarded > linger_limits.bytes;
}

/* The caller is gone. What has been answered is still written where that is possible. */
static void end_of_input(http_connection *c, bool orderly) {
  c->reading = false;
  c->peer_closed = true;
  c->broken = c->broken || !orderly;
  http_exchange_collect(c);
  http_exchange_cancel_all(c);
  bytes_free(&c->held);
  if (c->state == HTTP_OPEN)
    c->state = HTTP_LAST;
}

static void on_read(void *user, char *data, size_t len) {
  http_connection *c = user;
  if (c->state == HTTP_OPEN)
    take(c, dm_bytes(data, len));
  else
    discard(c, len);
  loop_later(&c->server->service->loop, &c->turn_end);
}

static void on_ended(void *user, int status) {
  http_connection *c = user;
  end_of_input(c, status == STREAM_END);
  loop_later(&c->server->service->loop, &c->turn_end);
}

/* ---- Output ------------------------------------------------------------------------------- */

static void on_written(void *user, int status) {
  http_connection *c = user;
  writer_written(&c->out);
  c->write_due = DM_NEVER;
  c->broken = c->broken || status < 0;
  loop_later(&c->server->service->loop, &c->turn_end);
}

/* What is not taken now is, within a limit of time. */
static void write_out(http_connection *c) {
  int result = writer_flush(&c->out);
  c->broken = c->broken || result < 0;
  if (result > 0 && c->write_due == DM_NEVER)
    c->write_due =
        now_of(c) + c->server->service->settings->http_limits.idle_timeout_seconds * DM_SECOND;
}

/* Asks for the body where its sender waits to be asked, and it is this request's turn. */
static void ask_for_body(http_connection *c) {
  http_request *request = c->parser.request;
  if (c->state == HTTP_OPEN && request != NULL && request->head_complete &&
      request->expects_continue && !request->continue_sent && request->body.len == 0 &&
      c->first == NULL) {
    request->continue_sent = true;
    c->broken = writer_add(&c->out, dm_text("HTTP/1.1 100 Continue\r\n\r\n")) != 0 || c->broken;
  }
}

/* ---- Time ------------------------------------------------------------------------------------ */

static http_wait wait_of(const http_connection *c) {
  const http_request *request = c->parser.request;
  if (c->state != HTTP_OPEN || c->held.len > 0)
    return HTTP_WAIT_NOTHING;
  if (request == NULL) {
    bool idle = c->first == NULL && writer_waiting(&c->out) == 0;
    return idle ? HTTP_WAIT_REQUEST : HTTP_WAIT_NOTHING;
  }
  if (!request->head_complete)
    return HTTP_WAIT_HEAD;
  bool not_asked_yet =
      request->expects_continue && !request->continue_sent && request->body.len == 0;
  return not_asked_yet ? HTTP_WAIT_NOTHING : HTTP_WAIT_BODY;
}

static dm_duration time_limit(const http_connection *c, http_wait wait) {
  const http_limits *limits = &c->server->service->settings->http_limits;
  switch (wait) {
  case HTTP_WAIT_REQUEST:
    return limits->idle_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_HEAD:
    return limits->header_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_BODY:
    return limits->body_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_NOTHING:
    break;
  }
  return DM_NEVER;
}

static void on_timer(lazy_timer *timer) {
  http_connection *c = (http_connection *)((char *)timer - offsetof(http_connection, timer));
  if (now_of(c) >= c->write_due) {
    c->broken = true;
  } else if (now_of(c) >= c->read_due) {
    c->read_due = DM_NEVER;
    if (c->wait == HTTP_WAIT_HEAD)
      http_exchange_refuse(c, DM_INVALID_REQUEST, "The header did not arrive in time.");
    else if (c->wait == HTTP_WAIT_BODY)
      http_exchange_refuse(c, DM_INVALID_REQUEST, "The body did not arrive in time.");
    else
      c->broken = true;
  }
  loop_later(&c->server->service->loop, &c->turn_end);
}

static void watch_time(http_connection *c) {
  http_wait wait = wait_of(c);
  if (wait != c->wait) {
    c->wait = wait;
    c->read_due = wait == HTTP_WAIT_NOTHING ? DM_NEVER : now_of(c) + time_limit(c, wait);
  }
  lazy_timer_set(&c->timer, c->read_due < c->write_due ? c->read_due : c->write_due);
}

/* ---- The end of a turn -------------------------------------------------- */

static void watch_input(http_connection *c) {
  bool wanted = !c->peer_closed && c->held.len < HELD_MAX;
  if (wanted == c->reading)
    return;
  c->reading = wanted;
  if (wanted)
    c->broken = stream_read(c->stream) != 0 || c->broken;
  else
    stream_pause(c->stream);
}

/* Whether everything is written and nothing more will be. */
static bool is_done(const http_connection *c) {
  return c->state == HTTP_LAST && c->first == NULL && writer_waiting(&c->out) == 0;
}

/* Our side ends first: closing with unread input would send a reset that can overtake the
 * last answer. */
static void linger(http_connection *c) {
  orderly_limits limits = linger_limits;
  limits.bytes -= c->discarded;
  orderly_close(&c->server->closing, &c->out, c->peer_closed, &limits);
  leave(c);
}

static void on_turn_end(loop_task *task) {
  http_connection *c = (http_connection *)((char *)task - offsetof(http_connection, turn_end));
  do {
    http_exchange_collect(c);
  } while (c->held.len > 0 && take_held(c));
  ask_for_body(c);
  write_out(c);
  if (c->held.len > 0 && may_take(c))
    loop_later(&c->server->service->loop, task);
  watch_input(c);
  if (c->broken)
    http_connection_abort(c);
  else if (is_done(c))
    linger(c);
  else
    watch_time(c);
}

/* ---- Beginning and stopping --------------------------------------------- */

static void link_to_server(http_connection *c) {
  http_server *server = c->server;
  c->next = server->connections;
  if (c->next != NULL)
    c->next->previous = c;
  server->connections = c;
  server->connection_count++;
}

static const stream_events events = {.read = on_read, .ended = on_ended, .written = on_written};

static http_connection *make(http_server *server) {
  http_connection *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->server = server;
  c->turn_end.run = on_turn_end;
  c->read_due = c->write_due = DM_NEVER;
  lazy_timer_open(&c->timer, &server->service->loop.timers, on_timer);
  http_parser_open(&c->parser, &server->pool);
  link_to_server(c);
  return c;
}

static bool is_full(const http_server *server) {
  return server->connection_count + server->closing.count >
         server->service->settings->http_limits.max_connections;
}

bool http_connection_accept(http_server *server, listener *l) {
  http_connection *c = make(server);
  if (c == NULL)
    return false;
  bool taken = listener_accept(l, &c->stream);
  if (c->stream == NULL || is_full(server)) {
    http_connection_abort(c);
    return taken;
  }
  stream_own(c->stream, &events, c);
  c->out.stream = c->stream;
  c->remote = stream_remote(c->stream);
  loop_later(&server->service->loop, &c->turn_end);
  return true;
}

void http_connection_stop(http_connection *c) {
  if (c->wait == HTTP_WAIT_REQUEST) {
    http_connection_abort(c);
    return;
  }
  if (c->state == HTTP_OPEN && c->parser.request == NULL) {
    c->state = HTTP_LAST;
    bytes_free(&c->held);
  }
  loop_later(&c->server->service->loop, &c->turn_end);
}
