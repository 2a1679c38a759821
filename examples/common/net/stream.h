/* A connection as its owner sees it: bytes in both directions, whatever carries them.
 *
 * A stream is a layer over another one, down to a socket: TCP or a Unix-domain socket
 * (tcp_stream.c), TLS on one of them (tls_stream.c). All layers have the same operations and
 * tell their owners the same events, so that another one can come between without its owner
 * or the one below noticing. Listeners (listener.h) and dial.h make streams.
 *
 * Functions return 0 or a negative error: the system's with its sign turned, -ECONNRESET, or
 * one of looking up a name. An end without an error is STREAM_END. With TLS an end that the
 * other side did not announce is -ECONNRESET; what TLS refuses is -EPROTO; a handshake that
 * takes too long is -ETIMEDOUT. Until its handshake is over nothing can be written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_STREAM_H
#define COMMON_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/bytes.h"
#include "common/net/endpoint.h"
#include "dm/types.h"

struct loop;

/* The status of an end in order: the other side sends no more. */
#define STREAM_END 1

/* How many parts one write may have. */
#define STREAM_PARTS_MAX 33

/* Where what comes is read into. */
typedef struct stream_room {
  char *data;
  size_t size; /* never 0 */
} stream_room;

/* What the owner is told, on the loop and never from inside of a function of its stream's. It
 * may call these functions, stream_close() too, from inside of each. */
typedef struct stream_events {
  /* Optional: room for what is read next, until read() returns. Without it the loop's own
   * buffer is taken, which has LOOP_READ_SIZE bytes. */
  stream_room (*room)(void *user);

  /* Bytes have come, to the beginning of that room; the owner may overwrite them. */
  void (*read)(void *user, char *data, size_t len);

  /* Nothing more comes, STREAM_END or an error says why; reading has stopped. */
  void (*ended)(void *user, int status);

  /* What stream_write() took over was written, or an error says why it cannot be; or our end
   * could not be. */
  void (*written)(void *user, int status);

  /* For layers, optional: after stream_close(), when the memory of the stream is released. */
  void (*closed)(void *user);
} stream_events;

struct stream_layer;

/* The beginning of each layer's own structure; only layers look into it. */
typedef struct stream {
  const struct stream_layer *layer;
  struct stream *below; /* NULL: this is the socket */
  struct loop *loop;
  const stream_events *events;
  void *user;
} stream;

/* What TLS knows of the other side; NULL and empty where that is nothing. */
typedef struct stream_tls {
  const char *version;     /* "TLSv1.2" */
  const char *server_name; /* the other side has asked for, in lower case; "": for none */
  dm_span certificate;     /* of the other side, verified, in DER; absent: it has shown none */
  dm_span common_name;     /* of its subject; empty: it has none, or none that is plain text */
  const char *problem;     /* what TLS has refused, for people; NULL: nothing */
} stream_tls;

/* The operations of a layer; those of stream.h with the same names say what they are for. */
typedef struct stream_layer {
  int (*read)(stream *s);
  void (*pause)(stream *s);
  ptrdiff_t (*try_write)(stream *s, const dm_span *parts, size_t count);
  int (*write)(stream *s, bytes *data);
  int (*shutdown)(stream *s);
  void (*close)(stream *s);
  void (*describe_tls)(const stream *s, stream_tls *out); /* NULL: the one below knows */
} stream_layer;

/* Whom events are told to; before anything else is done with a stream that was made. */
static inline void stream_own(stream *s, const stream_events *events, void *user) {
  s->events = events;
  s->user = user;
}

/* Has what comes be read, until stream_pause() or the end; harmless where it is read already.
 * Reading is what keeps a handshake of TLS going. */
static inline int stream_read(stream *s) {
  return s->layer->read(s);
}

static inline void stream_pause(stream *s) {
  s->layer->pause(s);
}

/* Writes what is taken at once of at most STREAM_PARTS_MAX parts, none of them empty. Returns
 * how many bytes that were, 0 when nothing is taken now, or an error. */
static inline ptrdiff_t stream_try_write(stream *s, const dm_span *parts, size_t count) {
  return s->layer->try_write(s, parts, count);
}

/* Takes over bytes, at least one, and writes them as they are taken: *data is empty then, and
 * written() is called. Until then nothing else may be written. */
static inline int stream_write(stream *s, bytes *data) {
  return s->layer->write(s, data);
}

/* Writes no more, and lets the other side know; while nothing is being written. Returns 0, or 1
 * where a layer still holds what was written: then written() is called once the end is out. */
static inline int stream_shutdown(stream *s) {
  return s->layer->shutdown(s);
}

/* Closes it, and gives it up: its owner is told nothing more. NULL is harmless. */
static inline void stream_close(stream *s) {
  if (s != NULL)
    s->layer->close(s);
}

/* Both ends of the connection; with no address where it is local, or over. */
endpoint stream_remote(const stream *s);
endpoint stream_local(const stream *s);

/* Fills *out and returns whether the connection speaks TLS. What it holds lives as long as the
 * stream. */
bool stream_describe_tls(const stream *s, stream_tls *out);

/* A few words for an error. */
const char *stream_error_text(int error);

/* ---- For layers ------------------------------------------------------------------- */

/* The socket. */
static inline stream *stream_bottom(stream *s) {
  while (s->below != NULL)
    s = s->below;
  return s;
}

/* Where the owner wants to read to. */
stream_room stream_room_of(const stream *s);

#endif
