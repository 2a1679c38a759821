/* TLS on a connection of libuv's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/secure_channel.h"

#include <stdlib.h>

#include "common/net/channel.h"
#include "common/host/service.h"
#include "common/tls/tls_session.h"

/* What is encrypted before the socket is asked whether it takes it. */
#define PORTION 65536

/* The most that may wait for the socket: beyond it somebody makes TLS answer and does not
 * read the answers. */
#define WAITING_MAX 262144

/* What is kept of the buffer while there is nothing to write. */
#define KEPT 1024

struct secure_channel {
  channel *channel;
  tls_session *session;
  handshake handshake;
  bool begun;   /* somebody has begun to read */
  bool open;    /* the handshake is over */
  bool closing; /* the socket is being closed */
  bool ended;   /* we have said that we write no more */
  bool done;    /* the session gives nothing any more */
  bool refused; /* which is logged */
  tls_protocol protocol;
  tcp_end remote;

  uv_alloc_cb allocate;
  uv_read_cb read;
  bool reading;   /* somebody wants to be given what comes */
  int end;        /* with which the reader is told that nothing more comes; 0: more may */
  bytes kept;     /* from the wire, while nobody reads */
  loop_task task; /* goes on */

  uv_write_t *request; /* a write that is under way */
  uv_write_cb written;
  uv_buf_t unwritten;
  uv_close_cb closed;
};

/* Encrypted bytes that the socket did not take at once. */
typedef struct wire_write {
  uv_write_t request;
  bytes data;
} wire_write;

static service *service_of(const secure_channel *s) {
  const struct loop *loop = s->channel->socket.loop->data;
  return loop->user;
}

static uv_stream_t *stream_of(const secure_channel *s) {
  return channel_stream(s->channel);
}

static void go_on_later(secure_channel *s) {
  if (!s->closing)
    loop_later(&service_of(s)->loop, &s->task);
}

static bool is_waiting(const secure_channel *s) {
  return uv_stream_get_write_queue_size(stream_of(s)) != 0;
}

/* ---- Refusing ------------------------------------------------------------------------ */

static void refuse(secure_channel *s, const char *reason, const char *details) {
  const tcp_end local = tcp_local(&s->channel->socket);
  const refused_connection r = {.listener = s->protocol == TLS_MQTT ? "mqtts" : "https",
                                .reason = reason,
                                .details = details,
                                .source_ip = s->remote.ip,
                                .source_port = s->remote.port,
                                .target_ip = local.ip,
                                .target_port = local.port};
  service *owner = service_of(s);
  if (!s->refused)
    refusals_log(&owner->refusals, &r, service_now(owner), loop_wall());
  s->refused = true;
}

static const char too_late[] = "no TLS handshake in time";

static void refuse_late(secure_channel *s) {
  refuse(s, "TLS_HANDSHAKE_TIMEOUT", too_late);
}

/* We end it before the handshake is over: the owner's patience was shorter. */
static void refuse_unfinished(secure_channel *s) {
  if (!s->open && s->begun && s->end == 0 && !service_of(s)->stopping)
    refuse_late(s);
}

/* ---- To the wire --------------------------------------------------------------------- */

static void go_on_writing(secure_channel *s);

static void complete_write(secure_channel *s, int status) {
  uv_write_t *request = s->request;
  s->request = NULL;
  if (request != NULL)
    s->written(request, status);
}

static void on_wire_written(uv_write_t *request, int status) {
  wire_write *w = (wire_write *)request;
  secure_channel *s = ((channel *)request->handle)->secure;
  bytes_free(&w->data);
  free(w);
  if (s->closing)
    return;
  if (status < 0)
    complete_write(s, status);
  else
    go_on_writing(s);
}

/* Leaves to libuv what the socket does not take now. */
static int write_rest(secure_channel *s, bytes *output) {
  wire_write *w = malloc(sizeof *w);
  if (w == NULL)
    return UV_ENOMEM;
  w->data = *output;
  *output = (bytes){0};
  uv_buf_t part = uv_buf_init(w->data.data, (unsigned)w->data.len);
  int result = uv_write(&w->request, stream_of(s), &part, 1, on_wire_written);
  if (result != 0) {
    bytes_free(&w->data);
    free(w);
  }
  return result;
}

/* Gives the socket what the session has for it. Returns 0 or an error. */
static int push(secure_channel *s) {
  bytes *output = tls_session_output(s->session);
  if (output->len == 0)
    return 0;
  uv_buf_t part = uv_buf_init(output->data, (unsigned)output->len);
  int written = is_waiting(s) ? UV_EAGAIN : uv_try_write(stream_of(s), &part, 1);
  if (written < 0 && written != UV_EAGAIN)
    return written;
  bytes_consume(output, written < 0 ? 0 : (size_t)written);
  if (output->len != 0)
    return write_rest(s, output);
  bytes_reset(output, KEPT);
  return 0;
}

/* ---- Writing --------------------------------------------------------------------------- */

/* A place in a list of buffers. */
typedef struct place {
  const uv_buf_t *part;
  const uv_buf_t *end;
  size_t offset;
} place;

static void skip_written(place *at) {
  while (at->part != at->end && at->offset == at->part->len) {
    at->part++;
    at->offset = 0;
  }
}

/* What is to go into the next record: in one piece, copied together where it is in several
 * small ones. */
static dm_span next_record(place at, char record[TLS_RECORD_MAX]) {
  size_t len = 0;
  skip_written(&at);
  if (at.part == at.end)
    return dm_bytes(NULL, 0);
  if (at.part->len - at.offset >= TLS_RECORD_MAX || at.part + 1 == at.end)
    return dm_bytes(at.part->base + at.offset, at.part->len - at.offset);
  while (at.part != at.end && len < TLS_RECORD_MAX) {
    size_t more = at.part->len - at.offset;
    if (more > TLS_RECORD_MAX - len)
      more = TLS_RECORD_MAX - len;
    memcpy(record + len, at.part->base + at.offset, more);
    len += more;
    at.offset += more;
    skip_written(&at);
  }
  return dm_bytes(record, len);
}

static void advance(place *at, size_t len) {
  while (len != 0) {
    skip_written(at);
    size_t of_part = at->part->len - at->offset;
    if (of_part > len)
      of_part = len;
    at->offset += of_part;
    len -= of_part;
  }
}

/* Encrypts as much as the socket takes. Returns how much that was, or an error. */
static int encrypt(secure_channel *s, const uv_buf_t *parts, unsigned count) {
  char record[TLS_RECORD_MAX];
  place at = {.part = parts, .end = parts + count};
  int taken = 0;
  int result = 0;
  while (result == 0 && !is_waiting(s) && taken < INT_MAX - TLS_RECORD_MAX) {
    dm_span plain = next_record(at, record);
    if (plain.len == 0)
      break;
    size_t len = tls_session_write(s->session, plain);
    if (len == 0)
      return UV_EPROTO;
    advance(&at, len);
    taken += (int)len;
    if (tls_session_output(s->session)->len >= PORTION)
      result = push(s);
  }
  if (result == 0)
    result = push(s);
  return result < 0 ? result : taken;
}

int secure_try_write(secure_channel *s, const uv_buf_t *parts, unsigned count) {
  if (s->end != 0 && s->end != UV_EOF)
    return s->end;
  if (!s->open || s->request != NULL || is_waiting(s))
    return UV_EAGAIN;
  return encrypt(s, parts, count);
}

/* Goes on with a write that is under way; it is complete when the socket has everything. */
static void go_on_writing(secure_channel *s) {
  int result = 0;
  if (s->request == NULL || is_waiting(s))
    return;
  if (s->end != 0 && s->end != UV_EOF)
    result = s->end;
  else if (!s->open)
    return;
  else if (s->unwritten.len != 0)
    result = encrypt(s, &s->unwritten, 1);
  if (result > 0) {
    s->unwritten.base += result;
    s->unwritten.len -= (size_t)result;
  }
  if (result < 0 || (s->unwritten.len == 0 && !is_waiting(s)))
    complete_write(s, result < 0 ? result : 0);
}

int secure_write(uv_write_t *request, secure_channel *s, const uv_buf_t *part,
                 uv_write_cb written) {
  request->handle = stream_of(s);
  s->request = request;
  s->written = written;
  s->unwritten = *part;
  go_on_later(s);
  return 0;
}

int secure_shutdown(uv_shutdown_t *request, secure_channel *s, uv_shutdown_cb done) {
  refuse_unfinished(s);
  if (s->open && !s->ended) {
    tls_session_end_output(s->session);
    push(s); /* libuv says so when that fails */
  }
  s->ended = true;
  return uv_shutdown(request, stream_of(s), done);
}

/* ---- Reading ----------------------------------------------------------------------------- */

static void on_wire_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  (void)suggested;
  const struct loop *loop = handle->loop->data;
  service *s = loop->user;
  *out = uv_buf_init(s->tls_buffer, sizeof s->tls_buffer);
}

/* Until there is time for the next step, nothing more is read. */
static void put_off(secure_channel *s) {
  uv_read_stop(stream_of(s));
  handshakes_put_off(&service_of(s)->handshakes, &s->handshake);
}

static void shake_hands(secure_channel *s) {
  handshakes *all = &service_of(s)->handshakes;
  if (!handshakes_may_step(all)) {
    put_off(s);
    return;
  }
  tls_status status = tls_session_handshake(s->session);
  /* Only what is answered was work. */
  if (status != TLS_WANTS_MORE || tls_session_output(s->session)->len != 0)
    handshakes_count(all);
  switch (status) {
  case TLS_DONE:
    s->open = true;
    break;
  case TLS_FAILED:
  case TLS_ENDED:
    s->end = UV_EPROTO;
    refuse(s, tls_session_reason(s->session), tls_session_problem(s->session));
    break;
  case TLS_WANTS_MORE:
    return;
  }
  handshakes_end(all, &s->handshake);
  go_on_later(s);
}

/* Gives the reader what fits into one of its buffers; whether there may be more. */
static bool give(secure_channel *s) {
  uv_buf_t buffer = uv_buf_init(NULL, 0);
  size_t len;
  s->allocate((uv_handle_t *)stream_of(s), LOOP_READ_SIZE, &buffer);
  tls_status status = tls_session_read(s->session, buffer.base, buffer.len, &len);
  s->done = status == TLS_ENDED || status == TLS_FAILED;
  if (s->done)
    s->end = status == TLS_ENDED ? UV_EOF : UV_EPROTO;
  if (len != 0)
    s->read(stream_of(s), (ssize_t)len, &buffer);
  return status == TLS_DONE;
}

static void tell_end(secure_channel *s) {
  uv_buf_t nothing = uv_buf_init(NULL, 0);
  secure_read_stop(s);
  s->read(stream_of(s), s->end, &nothing);
}

/* Keeps what was not used: nobody wants to read it now. */
static void keep_rest(secure_channel *s) {
  dm_span rest = tls_session_unread(s->session);
  if (s->kept.len != 0)
    bytes_consume(&s->kept, s->kept.len - rest.len);
  else if (!bytes_append(&s->kept, rest))
    s->end = UV_ENOMEM;
  if (s->kept.len == 0)
    bytes_free(&s->kept);
}

/* Goes on with what came from the wire. */
static void take(secure_channel *s, dm_span wire) {
  tls_session_feed(s->session, wire);
  if (!s->open && s->end == 0)
    shake_hands(s);
  while (s->open && s->reading && !s->done && give(s)) {
  }
  keep_rest(s);
  if (s->closing)
    return;
  int result = push(s);
  if (s->end == 0 && result < 0)
    s->end = result;
  if (s->end == 0 && uv_stream_get_write_queue_size(stream_of(s)) > WAITING_MAX)
    s->end = UV_ENOBUFS;
  if (s->end != 0 && s->reading)
    tell_end(s);
}

static void on_wire(uv_stream_t *from, ssize_t len, const uv_buf_t *buffer) {
  secure_channel *s = ((channel *)from)->secure;
  dm_span wire = dm_bytes(buffer->base, len < 0 ? 0 : (size_t)len);
  if (len < 0 && s->end == 0)
    s->end = len == UV_EOF ? UV_ECONNRESET : (int)len;
  if (s->kept.len != 0 && bytes_append(&s->kept, wire))
    wire = bytes_span(&s->kept);
  else if (s->kept.len != 0)
    s->end = UV_ENOMEM;
  take(s, wire);
}

static void on_task(loop_task *task) {
  secure_channel *s = (secure_channel *)((char *)task - offsetof(secure_channel, task));
  if (s->reading)
    take(s, bytes_span(&s->kept));
  if (!s->closing)
    go_on_writing(s);
}

int secure_read_start(secure_channel *s, uv_alloc_cb allocate, uv_read_cb read) {
  s->allocate = allocate;
  s->read = read;
  if (s->reading)
    return UV_EALREADY;
  s->reading = s->begun = true;
  go_on_later(s);
  return uv_read_start(stream_of(s), on_wire_buffer, on_wire);
}

void secure_read_stop(secure_channel *s) {
  s->reading = false;
  uv_read_stop(stream_of(s));
}

/* ---- Life ---------------------------------------------------------------------------------- */

static secure_channel *channel_of(handshake *h) {
  return (secure_channel *)((char *)h - offsetof(secure_channel, handshake));
}

static void on_turn(handshake *h) {
  secure_channel *s = channel_of(h);
  if (!s->reading)
    return;
  int result = uv_read_start(stream_of(s), on_wire_buffer, on_wire);
  if (result != 0 && result != UV_EALREADY)
    s->end = result;
  take(s, bytes_span(&s->kept));
}

static void on_too_late(handshake *h) {
  secure_channel *s = channel_of(h);
  s->end = UV_ETIMEDOUT;
  refuse_late(s);
  go_on_later(s);
}

bool secure_open(channel *c, tls_protocol protocol) {
  const struct loop *loop = c->socket.loop->data;
  service *owner = loop->user;
  secure_channel *s = calloc(1, sizeof *s);
  if (s == NULL)
    return false;
  s->session = tls_session_new(owner->credentials, protocol);
  if (s->session == NULL) {
    free(s);
    return false;
  }
  s->channel = c;
  s->protocol = protocol;
  s->remote = tcp_remote(&c->socket);
  s->task.run = on_task;
  s->handshake.too_late = on_too_late;
  s->handshake.go_on = on_turn;
  c->secure = s;
  handshakes_begin(&owner->handshakes, &s->handshake,
                   owner->settings->tls.handshake_timeout_seconds * DM_SECOND);
  return true;
}

static void on_closed(uv_handle_t *handle) {
  secure_channel *s = ((channel *)handle)->secure;
  uv_close_cb closed = s->closed;
  complete_write(s, UV_ECANCELED);
  ((channel *)handle)->secure = NULL;
  tls_session_free(s->session);
  bytes_free(&s->kept);
  free(s);
  closed(handle);
}

/* Whether all that was begun was written too: then the other side may be told that the end
 * is meant. */
static bool may_say_goodbye(const secure_channel *s) {
  return s->open && !s->ended && (s->end == 0 || s->end == UV_EOF) && s->request == NULL &&
         !is_waiting(s);
}

void secure_close(secure_channel *s, uv_close_cb closed) {
  refuse_unfinished(s);
  if (may_say_goodbye(s)) {
    tls_session_end_output(s->session);
    bytes *output = tls_session_output(s->session);
    uv_buf_t part = uv_buf_init(output->data, (unsigned)output->len);
    uv_try_write(stream_of(s), &part, 1);
  }
  s->closing = true;
  s->reading = false;
  s->closed = closed;
  loop_forget(&s->task);
  handshakes_end(&service_of(s)->handshakes, &s->handshake);
  uv_close((uv_handle_t *)stream_of(s), on_closed);
}

dm_span secure_peer_certificate(const secure_channel *s) {
  return tls_session_peer_certificate(s->session);
}

const char *secure_server_name(const secure_channel *s) {
  return tls_session_server_name(s->session);
}

channel_tls secure_describe(const secure_channel *s) {
  return (channel_tls){.version = tls_session_version(s->session),
                       .certificate = tls_session_peer_certificate(s->session),
                       .common_name = tls_session_peer_name(s->session)};
}

const char *secure_problem(const secure_channel *s) {
  return s->end == UV_ETIMEDOUT && !s->open ? too_late : tls_session_problem(s->session);
}
