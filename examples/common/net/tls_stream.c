/* A stream with TLS over another one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/tls_stream.h"

#include <errno.h>
#include <stdlib.h>

#include "common/tls/tls_session.h"

/* What is encrypted before the stream below is asked whether it takes it. */
#define PORTION 65536

/* The most that may wait for the stream below: beyond it somebody makes TLS answer and does
 * not read the answers. */
#define WAITING_MAX 262144

/* What is kept of the buffer while there is nothing to write. */
#define KEPT 1024

typedef struct tls_stream {
  stream base;
  tls_acceptor *acceptor;
  tls_session *session;
  handshake handshake;
  bool begun;   /* somebody has begun to read */
  bool open;    /* the handshake is over */
  bool reading; /* the owner wants to be given what comes */
  bool closing; /* the owner has given it up */
  bool ended;   /* we have said that we write no more */
  bool ended_below;
  bool done;    /* the session gives nothing any more */
  bool refused; /* which was told */
  tls_protocol protocol;
  endpoint remote;

  int end;             /* with which the owner is told that nothing more comes; 0: more may */
  size_t in_flight;    /* encrypted bytes that the stream below has taken over */
  bytes kept;          /* from the wire, while nobody reads */
  bytes unwritten;     /* by stream_write() */
  size_t unwritten_at; /* so much of it is encrypted */
  bool writing;
  loop_task task; /* goes on */
} tls_stream;

static tls_stream *tls_of(stream *s) {
  return (tls_stream *)s;
}

static const tls_stream *const_tls_of(const stream *s) {
  return (const tls_stream *)s;
}

static void go_on_later(tls_stream *t) {
  if (!t->closing)
    loop_later(t->base.loop, &t->task);
}

static bool has_failed(const tls_stream *t) {
  return t->end < 0;
}

/* ---- Refusing ------------------------------------------------------------------------ */

static void refuse(tls_stream *t, const char *reason, const char *details) {
  const tls_refusal refusal = {.protocol = t->protocol,
                               .reason = reason,
                               .details = details,
                               .remote = t->remote,
                               .local = stream_local(t->base.below)};
  if (!t->refused && t->acceptor->refused != NULL)
    t->acceptor->refused(t->acceptor->user, &refusal);
  t->refused = true;
}

static const char too_late[] = "no TLS handshake in time";

static void refuse_late(tls_stream *t) {
  refuse(t, "TLS_HANDSHAKE_TIMEOUT", too_late);
}

/* We end it before the handshake is over: the owner has given it less time. */
static void refuse_unfinished(tls_stream *t) {
  if (!t->open && t->begun && t->end == 0 && !t->acceptor->stopping)
    refuse_late(t);
}

/* ---- To the wire --------------------------------------------------------------------- */

/* Gives the stream below what the session has for it, unless that is still writing. Returns 0
 * or an error. */
static int push(tls_stream *t) {
  bytes *output = tls_session_output(t->session);
  if (output->len == 0 || t->in_flight != 0)
    return 0;
  const dm_span part = bytes_span(output);
  ptrdiff_t written = stream_try_write(t->base.below, &part, 1);
  if (written < 0)
    return (int)written;
  bytes_consume(output, (size_t)written);
  if (output->len == 0) {
    bytes_reset(output, KEPT);
    return 0;
  }
  t->in_flight = output->len;
  int result = stream_write(t->base.below, output);
  if (result != 0)
    t->in_flight = 0;
  return result;
}

size_t tls_stream_waiting(const stream *s) {
  const tls_stream *t = const_tls_of(s);
  return t->in_flight + tls_session_output(t->session)->len;
}

/* ---- Writing --------------------------------------------------------------------------- */

/* A place in a list of parts. */
typedef struct place {
  const dm_span *part;
  const dm_span *end;
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
    return dm_bytes(at.part->ptr + at.offset, at.part->len - at.offset);
  while (at.part != at.end && len < TLS_RECORD_MAX) {
    size_t more = at.part->len - at.offset;
    if (more > TLS_RECORD_MAX - len)
      more = TLS_RECORD_MAX - len;
    memcpy(record + len, at.part->ptr + at.offset, more);
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

/* Encrypts as much as the stream below takes. Returns how much that was, or an error. */
static ptrdiff_t encrypt(tls_stream *t, const dm_span *parts, size_t count) {
  char record[TLS_RECORD_MAX];
  place at = {.part = parts, .end = parts + count};
  ptrdiff_t taken = 0;
  int result = 0;
  while (result == 0 && t->in_flight == 0) {
    dm_span plain = next_record(at, record);
    if (plain.len == 0)
      break;
    size_t len = tls_session_write(t->session, plain);
    if (len == 0)
      return -EPROTO;
    advance(&at, len);
    taken += (ptrdiff_t)len;
    if (tls_session_output(t->session)->len >= PORTION)
      result = push(t);
  }
  if (result == 0)
    result = push(t);
  return result < 0 ? result : taken;
}

static ptrdiff_t try_write(stream *s, const dm_span *parts, size_t count) {
  tls_stream *t = tls_of(s);
  if (has_failed(t))
    return t->end;
  if (!t->open || t->writing || t->in_flight != 0)
    return 0;
  return encrypt(t, parts, count);
}

static void complete_write(tls_stream *t, int status) {
  bool writing = t->writing;
  t->writing = false;
  bytes_free(&t->unwritten);
  if (writing)
    t->base.events->written(t->base.user, status);
}

/* Encrypts what is left of a write. */
static int write_more(tls_stream *t) {
  const dm_span rest = dm_bytes(t->unwritten.data + t->unwritten_at, //
                                t->unwritten.len - t->unwritten_at);
  ptrdiff_t taken = rest.len == 0 ? 0 : encrypt(t, &rest, 1);
  if (taken > 0)
    t->unwritten_at += (size_t)taken;
  return taken < 0 ? (int)taken : 0;
}

/* Goes on with a write that is under way; it is complete when the stream below has
 * everything. */
static void go_on_writing(tls_stream *t) {
  if (!t->writing || t->in_flight != 0 || (!t->open && !has_failed(t)))
    return;
  int result = has_failed(t) ? t->end : write_more(t);
  if (result < 0 || (t->unwritten_at == t->unwritten.len && t->in_flight == 0))
    complete_write(t, result);
}

static int write_all(stream *s, bytes *data) {
  tls_stream *t = tls_of(s);
  t->unwritten = *data;
  t->unwritten_at = 0;
  t->writing = true;
  *data = (bytes){0};
  go_on_later(t);
  return 0;
}

/* Once everything is with the stream below, it may end, too. Returns as stream_shutdown(). */
static int end_below(tls_stream *t) {
  if (t->in_flight != 0)
    return 1;
  t->ended_below = true;
  return stream_shutdown(t->base.below);
}

/* Our end was to come after what the stream below has written now. */
static void go_on_ending(tls_stream *t) {
  int result = end_below(t);
  if (result <= 0)
    t->base.events->written(t->base.user, result);
}

/* What the session answered meanwhile goes out first. */
static void on_wire_written(void *user, int status) {
  tls_stream *t = user;
  t->in_flight = 0;
  if (status == 0)
    status = push(t);
  if (status != 0 && t->writing)
    complete_write(t, status);
  else if (status != 0 && t->ended)
    t->base.events->written(t->base.user, status);
  else if (status == 0 && t->ended && !t->ended_below)
    go_on_ending(t);
  else if (status == 0)
    go_on_writing(t);
}

static int end_output(stream *s) {
  tls_stream *t = tls_of(s);
  refuse_unfinished(t);
  if (t->open && !t->ended) {
    tls_session_end_output(t->session);
    push(t); /* the stream below says so when that fails */
  }
  t->ended = true;
  return end_below(t);
}

/* ---- Reading ----------------------------------------------------------------------------- */

static stream_room wire_room(void *user) {
  tls_acceptor *acceptor = ((tls_stream *)user)->acceptor;
  return (stream_room){acceptor->wire, sizeof acceptor->wire};
}

/* Until there is time for the next step, nothing more is read. */
static void put_off(tls_stream *t) {
  stream_pause(t->base.below);
  handshakes_put_off(&t->acceptor->handshakes, &t->handshake);
}

static void end_handshake(tls_stream *t, tls_status status) {
  if (status == TLS_DONE) {
    t->open = true;
  } else {
    t->end = -EPROTO;
    refuse(t, tls_session_reason(t->session), tls_session_problem(t->session));
  }
  handshakes_end(&t->acceptor->handshakes, &t->handshake);
  go_on_later(t);
}

static void shake_hands(tls_stream *t) {
  handshakes *all = &t->acceptor->handshakes;
  if (!handshakes_may_step(all)) {
    put_off(t);
    return;
  }
  tls_status status = tls_session_handshake(t->session);
  /* Only what is answered was work. */
  if (status != TLS_WANTS_MORE || tls_session_output(t->session)->len != 0)
    handshakes_count(all);
  if (status != TLS_WANTS_MORE)
    end_handshake(t, status);
}

/* Gives the owner what fits into its room; whether there may be more. */
static bool give(tls_stream *t) {
  stream_room room = stream_room_of(&t->base);
  size_t len;
  tls_status status = tls_session_read(t->session, room.data, room.size, &len);
  t->done = status == TLS_ENDED || status == TLS_FAILED;
  if (t->done)
    t->end = status == TLS_ENDED ? STREAM_END : -EPROTO;
  if (len != 0)
    t->base.events->read(t->base.user, room.data, len);
  return status == TLS_DONE;
}

static void pause_reading(stream *s) {
  tls_of(s)->reading = false;
  stream_pause(s->below);
}

static void tell_end(tls_stream *t) {
  pause_reading(&t->base);
  t->base.events->ended(t->base.user, t->end);
}

/* Keeps what was not used: nobody wants to read it now. */
static void keep_rest(tls_stream *t) {
  dm_span rest = tls_session_unread(t->session);
  if (t->kept.len != 0)
    bytes_consume(&t->kept, t->kept.len - rest.len);
  else if (!bytes_append(&t->kept, rest))
    t->end = -ENOMEM;
  if (t->kept.len == 0)
    bytes_free(&t->kept);
}

/* The answers of TLS go out. */
static void answer(tls_stream *t) {
  int result = push(t);
  if (t->end == 0 && result < 0)
    t->end = result;
  if (t->end == 0 && tls_stream_waiting(&t->base) > WAITING_MAX)
    t->end = -ENOBUFS;
}

/* Goes on with what came from the wire. */
static void take(tls_stream *t, dm_span wire) {
  tls_session_feed(t->session, wire);
  if (!t->open && t->end == 0)
    shake_hands(t);
  while (t->open && t->reading && !t->done && give(t)) {
  }
  keep_rest(t);
  if (t->closing)
    return;
  answer(t);
  if (t->end != 0 && t->reading)
    tell_end(t);
}

static void on_wire(void *user, char *data, size_t len) {
  tls_stream *t = user;
  dm_span wire = dm_bytes(data, len);
  if (t->kept.len != 0 && !bytes_append(&t->kept, wire))
    t->end = -ENOMEM;
  take(t, t->kept.len != 0 ? bytes_span(&t->kept) : wire);
}

static void on_wire_ended(void *user, int status) {
  tls_stream *t = user;
  if (t->end == 0)
    t->end = status == STREAM_END ? -ECONNRESET : status;
  take(t, bytes_span(&t->kept));
}

static void on_task(loop_task *task) {
  tls_stream *t = (tls_stream *)((char *)task - offsetof(tls_stream, task));
  if (t->reading)
    take(t, bytes_span(&t->kept));
  if (!t->closing)
    go_on_writing(t);
}

static int start_reading(stream *s) {
  tls_stream *t = tls_of(s);
  if (t->reading)
    return 0;
  t->reading = t->begun = true;
  go_on_later(t);
  return stream_read(t->base.below);
}

/* ---- The handshake's time --------------------------------------------------------------- */

static tls_stream *stream_of(handshake *h) {
  return (tls_stream *)((char *)h - offsetof(tls_stream, handshake));
}

static void on_turn(handshake *h) {
  tls_stream *t = stream_of(h);
  if (!t->reading)
    return;
  int result = stream_read(t->base.below);
  if (result != 0)
    t->end = result;
  take(t, bytes_span(&t->kept));
}

static void on_too_late(handshake *h) {
  tls_stream *t = stream_of(h);
  t->end = -ETIMEDOUT;
  refuse_late(t);
  go_on_later(t);
}

/* ---- Closing ------------------------------------------------------------------------------ */

static void on_closed(void *user) {
  tls_stream *t = user;
  if (t->base.events != NULL && t->base.events->closed != NULL)
    t->base.events->closed(t->base.user);
  tls_session_free(t->session);
  bytes_free(&t->kept);
  bytes_free(&t->unwritten);
  free(t);
}

/* Whether all that was begun was written too: then the other side may be told that the end
 * is meant. */
static bool may_say_goodbye(const tls_stream *t) {
  return t->open && !t->ended && !has_failed(t) && !t->writing && t->in_flight == 0;
}

static void close_both(stream *s) {
  tls_stream *t = tls_of(s);
  refuse_unfinished(t);
  if (may_say_goodbye(t)) {
    tls_session_end_output(t->session);
    const dm_span part = bytes_span(tls_session_output(t->session));
    if (part.len != 0)
      stream_try_write(s->below, &part, 1);
  }
  t->closing = true;
  t->reading = false;
  loop_forget(&t->task);
  handshakes_end(&t->acceptor->handshakes, &t->handshake);
  stream_close(s->below);
}

/* ---- Life ---------------------------------------------------------------------------------- */

static void describe(const stream *s, stream_tls *out) {
  const tls_stream *t = const_tls_of(s);
  *out = (stream_tls){
      .version = tls_session_version(t->session),
      .server_name = tls_session_server_name(t->session),
      .certificate = tls_session_peer_certificate(t->session),
      .common_name = tls_session_peer_name(t->session),
      .problem = t->end == -ETIMEDOUT && !t->open ? too_late : tls_session_problem(t->session),
  };
}

static const stream_layer layer = {
    .read = start_reading,
    .pause = pause_reading,
    .try_write = try_write,
    .write = write_all,
    .shutdown = end_output,
    .close = close_both,
    .describe_tls = describe,
};

static const stream_events events_below = {
    .room = wire_room,
    .read = on_wire,
    .ended = on_wire_ended,
    .written = on_wire_written,
    .closed = on_closed,
};

stream *tls_stream_accept(tls_acceptor *acceptor, tls_protocol protocol, stream *below) {
  tls_stream *t = calloc(1, sizeof *t);
  tls_session *session = t == NULL ? NULL : tls_session_new(acceptor->credentials, protocol);
  if (session == NULL) {
    free(t);
    return NULL;
  }
  t->base = (stream){.layer = &layer, .below = below, .loop = below->loop};
  t->acceptor = acceptor;
  t->session = session;
  t->protocol = protocol;
  t->remote = stream_remote(below);
  t->task.run = on_task;
  t->handshake.too_late = on_too_late;
  t->handshake.go_on = on_turn;
  stream_own(below, &events_below, t);
  handshakes_begin(&acceptor->handshakes, &t->handshake, acceptor->time_limit);
  return &t->base;
}
