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

/* After the last answer: the input is read and forgotten until it ends, because closing
 * with unread input sends a reset that can overtake the answer. Bounded by a pause, by
 * the whole time, and by size. */
#define LINGER_PAUSE (2 * DM_SECOND)
#define LINGER_TIME  (10 * DM_SECOND)
#define DISCARD_MAX  ((uint64_t)16 << 20)

/* Memory that a connection keeps between answers. */
#define KEEP 2048

static dm_time now_of(const http_connection *c) {
  return service_now(c->server->service);
}

/* ---- Life ----------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle) {
  http_connection *c = handle->data;
  if (--c->handles == 0) {
    bytes_free(&c->sending);
    certificate_free(c->certificate);
    free(c);
  }
}

static void unlink_from_server(http_connection *c) {
  if (c->previous == NULL)
    c->server->connections = c->next;
  else
    c->previous->next = c->next;
  if (c->next != NULL)
    c->next->previous = c->previous;
  c->server->connection_count--;
}

void http_connection_abort(http_connection *c) {
  if (c->state == HTTP_CLOSED)
    return;
  c->state = HTTP_CLOSED;
  http_exchange_cancel_all(c);
  loop_forget(&c->turn_end);
  unlink_from_server(c);
  http_parser_close(&c->parser);
  bytes_free(&c->held);
  bytes_free(&c->out);
  channel_close(&c->channel, on_closed);
  uv_close((uv_handle_t *)&c->timer, on_closed);
}

/* ---- Input ------------------------------------------------------------------------------ */

static bool may_take(const http_connection *c) {
  return c->state == HTTP_OPEN && !c->broken &&
         c->waiting < c->server->service->settings->http_limits.max_pipelined &&
         c->out.len + c->sending.len < OUTPUT_MAX;
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
  c->broken = c->broken || c->discarded > DISCARD_MAX;
  if (c->state == HTTP_LINGERING) {
    dm_time pause_end = now_of(c) + LINGER_PAUSE;
    c->read_due = pause_end < c->linger_end ? pause_end : c->linger_end;
  }
}

/* The caller is gone. What has been answered is still written where that is possible. */
static void end_of_input(http_connection *c, bool orderly) {
  channel_read_stop(&c->channel);
  c->reading = false;
  c->peer_closed = true;
  c->broken = c->broken || !orderly;
  http_exchange_collect(c);
  http_exchange_cancel_all(c);
  bytes_free(&c->held);
  if (c->state == HTTP_OPEN)
    c->state = HTTP_LAST;
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer) {
  http_connection *c = stream->data;
  if (len < 0)
    end_of_input(c, len == UV_EOF);
  else if (c->state == HTTP_OPEN)
    take(c, dm_bytes(buffer->base, (size_t)len));
  else
    discard(c, (size_t)len);
  loop_later(&c->server->service->loop, &c->turn_end);
}

/* ---- Output ------------------------------------------------------------------------------- */

static void on_written(uv_write_t *write, int status) {
  http_connection *c = write->data;
  if (c->state != HTTP_CLOSED) {
    c->writing = false;
    c->write_due = DM_NEVER;
    c->broken = c->broken || status < 0;
    bytes_free(&c->sending);
    loop_later(&c->server->service->loop, &c->turn_end);
  }
}

/* What the socket does not take now becomes a write of its own. */
static void write_rest(http_connection *c, size_t written) {
  bytes_consume(&c->out, written);
  c->sending = c->out;
  c->out = (bytes){0};
  c->writing = true;
  c->write.data = c;
  c->write_due =
      now_of(c) + c->server->service->settings->http_limits.idle_timeout_seconds * DM_SECOND;
  uv_buf_t buffer = uv_buf_init(c->sending.data, (unsigned)c->sending.len);
  if (channel_write(&c->write, &c->channel, &buffer, on_written) != 0)
    c->broken = true;
}

static void write_out(http_connection *c) {
  if (c->writing || c->out.len == 0)
    return;
  uv_buf_t buffer = uv_buf_init(c->out.data, (unsigned)c->out.len);
  int written = channel_try_write(&c->channel, &buffer, 1);
  if (written >= 0 && (size_t)written == c->out.len)
    bytes_reset(&c->out, KEEP);
  else if (written >= 0 || written == UV_EAGAIN)
    write_rest(c, written < 0 ? 0 : (size_t)written);
  else
    c->broken = true;
}

/* Asks for the body where its sender waits to be asked, and it is this request's turn. */
static void ask_for_body(http_connection *c) {
  http_request *request = c->parser.request;
  if (c->state == HTTP_OPEN && request != NULL && request->head_complete &&
      request->expects_continue && !request->continue_sent && request->body.len == 0 &&
      c->first == NULL) {
    request->continue_sent = true;
    c->broken = !bytes_append(&c->out, dm_text("HTTP/1.1 100 Continue\r\n\r\n")) || c->broken;
  }
}

/* ---- Time ------------------------------------------------------------------------------------ */

static http_wait wait_of(const http_connection *c) {
  const http_request *request = c->parser.request;
  if (c->state == HTTP_LINGERING)
    return HTTP_WAIT_END;
  if (c->state != HTTP_OPEN || c->held.len > 0)
    return HTTP_WAIT_NOTHING;
  if (request == NULL) {
    bool idle = c->first == NULL && c->out.len == 0 && !c->writing;
    return idle ? HTTP_WAIT_REQUEST : HTTP_WAIT_NOTHING;
  }
  if (!request->head_complete)
    return HTTP_WAIT_HEAD;
  bool not_asked_yet =
      request->expects_continue && !request->continue_sent && request->body.len == 0;
  return not_asked_yet ? HTTP_WAIT_NOTHING : HTTP_WAIT_BODY;
}

static dm_duration patience(const http_connection *c, http_wait wait) {
  const http_limits *limits = &c->server->service->settings->http_limits;
  switch (wait) {
  case HTTP_WAIT_REQUEST:
    return limits->idle_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_HEAD:
    return limits->header_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_BODY:
    return limits->body_timeout_seconds * DM_SECOND;
  case HTTP_WAIT_END:
    return LINGER_PAUSE;
  case HTTP_WAIT_NOTHING:
    break;
  }
  return DM_NEVER;
}

static void on_timer(uv_timer_t *timer) {
  http_connection *c = timer->data;
  c->timer_due = DM_NEVER;
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

/* Deadlines mostly move to later: the timer is left alone then, and finds out when it
 * fires that it was early. */
static void watch_time(http_connection *c) {
  http_wait wait = wait_of(c);
  if (wait != c->wait) {
    c->wait = wait;
    c->read_due = wait == HTTP_WAIT_NOTHING ? DM_NEVER : now_of(c) + patience(c, wait);
  }
  dm_time due = c->read_due < c->write_due ? c->read_due : c->write_due;
  if (due < c->timer_due) {
    c->timer_due = due;
    clock_start_timer(&c->timer, on_timer, due);
  }
}

/* ---- The end of a turn -------------------------------------------------- */

static void watch_input(http_connection *c) {
  bool wanted = !c->peer_closed && c->held.len < HELD_MAX;
  if (wanted != c->reading) {
    c->reading = wanted;
    if (wanted) {
      c->broken = channel_read_start(&c->channel, service_read_buffer, on_read) != 0 || c->broken;
    } else {
      channel_read_stop(&c->channel);
    }
  }
}

/* Everything is written and nothing more will be: our side ends first. */
static void linger(http_connection *c) {
  c->state = HTTP_LINGERING;
  c->linger_end = now_of(c) + LINGER_TIME;
  c->broken = channel_shutdown(&c->shutdown, &c->channel, NULL) != 0 || c->broken;
}

static void on_turn_end(loop_task *task) {
  http_connection *c = (http_connection *)((char *)task - offsetof(http_connection, turn_end));
  do {
    http_exchange_collect(c);
  } while (c->held.len > 0 && take_held(c));
  ask_for_body(c);
  write_out(c);
  if (c->state == HTTP_LAST && c->first == NULL && c->out.len == 0 && !c->writing)
    linger(c);
  if (c->held.len > 0 && may_take(c))
    loop_later(&c->server->service->loop, task);
  watch_input(c);
  if (c->broken || (c->state == HTTP_LINGERING && c->peer_closed))
    http_connection_abort(c);
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

bool http_connection_accept(http_server *server, tcp_listener *listener) {
  http_connection *c = calloc(1, sizeof *c);
  if (c == NULL)
    return false;
  c->server = server;
  c->channel.socket.data = c;
  c->timer.data = c;
  c->handles = 2;
  c->turn_end.run = on_turn_end;
  c->read_due = c->write_due = c->timer_due = DM_NEVER;
  http_parser_open(&c->parser, &server->pool);
  uv_timer_init(&server->service->loop.uv, &c->timer);
  link_to_server(c);
  if (!channel_accept(listener, &c->channel) ||
      server->connection_count > server->service->settings->http_limits.max_connections) {
    http_connection_abort(c);
    return true;
  }
  c->remote = tcp_remote(&c->channel.socket);
  loop_later(&server->service->loop, &c->turn_end);
  return true;
}

void http_connection_stop(http_connection *c) {
  if (c->state == HTTP_LINGERING || c->wait == HTTP_WAIT_REQUEST) {
    http_connection_abort(c);
    return;
  }
  if (c->state == HTTP_OPEN && c->parser.request == NULL) {
    c->state = HTTP_LAST;
    bytes_free(&c->held);
  }
  loop_later(&c->server->service->loop, &c->turn_end);
}
