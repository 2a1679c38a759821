/* One request and its answer, for routes: answered in one piece, or streamed.
 *
 *   http_exchange_answer(exchange, &answer)
 *
 *   http_exchange_begin(exchange, &head, HTTP_LENGTH_UNKNOWN)
 *     http_exchange_part(exchange, part)          false: wait for writable()
 *   http_exchange_finish(exchange)
 *
 * All may be called from anywhere on the loop, from inside handle() and any dm_ function too:
 * what follows from them is done at the end of the loop's turn. After its answer, finish or
 * abort the exchange is the server's, and its route is told nothing more. What is answered
 * before its turn has come waits for it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_HTTP_EXCHANGE_H
#define COMMON_SERVER_HTTP_EXCHANGE_H

#include <stdalign.h>

#include "common/loop/loop.h"
#include "common/net/buffered_writer.h"
#include "common/server/http_shared.h"

#define HTTP_LENGTH_UNKNOWN UINT64_MAX

/* Bytes of answers that wait for their reader. With more no part is taken, and no request of the
 * same connection. */
#define HTTP_HIGH_WATER 262144

/* With no more waiting a route may write again. */
#define HTTP_LOW_WATER 65536

/* The other side of a connection. */
typedef struct http_peer {
  struct stream *stream;
  endpoint remote;
  void *kept; /* what routes find out about it, as long as it is connected; see http_server.h */
} http_peer;

/* The exchanges of one connection, whose answers go out in the order of the requests; private. */
typedef struct http_pipeline {
  http_shared *shared;
  http_peer peer;
  struct http_exchange *first;
  struct http_exchange *last;
  size_t count;
  buffered_writer out; /* answers whose turn has come */
  loop_task turn_end;  /* the connection's: whatever happens asks for it */
  bool open;           /* more requests may come; else answers may be owed */
  bool in_request;     /* one has begun to come that is no exchange yet */
  bool broken; /* cannot be written to, or out of memory: is closed at the end of the turn */
} http_pipeline;

/* Until its answer is among the bytes to write; private. */
typedef struct http_exchange {
  http_pipeline *pipeline;
  const http_route *route;
  struct http_exchange *next;
  bytes answer;  /* in wire form, until its turn has come */
  uint64_t left; /* of its body's length, while it is streamed */
  bool begun;
  bool finished;
  bool aborted;
  bool is_head;
  bool version_1_0;
  bool close; /* the last of its connection */
  bool chunked;
  bool above_high_water; /* its route waits for writable() */
  alignas(max_align_t) char state[];
} http_exchange;

/* What the route keeps of it: state_size bytes, zero at first, aligned for everything. */
static inline void *http_exchange_state(http_exchange *e) {
  return e->state;
}

/* Whom it is with. */
static inline http_peer *http_exchange_peer(http_exchange *e) {
  return &e->pipeline->peer;
}

/* Answers in one piece. */
void http_exchange_answer(http_exchange *e, const dm_http_answer *answer);

/* Begins to stream an answer of which `head` says all but the body. With a length the parts must
 * add up to it, or the connection ends before the answer does. Of what is sent to a HEAD the
 * length counts, the parts do not. */
void http_exchange_begin(http_exchange *e, const dm_http_answer *head, uint64_t length);

/* Goes on with it. False: the part was not taken, since more than HTTP_HIGH_WATER waits already;
 * writable() is called once its reader has caught up. */
bool http_exchange_part(http_exchange *e, dm_span part);

/* Its last part was given. */
void http_exchange_finish(http_exchange *e);

/* There is no answer, or no more of it: the connection ends here, after earlier answers. */
void http_exchange_abort(http_exchange *e);

/* ---- For the pipeline --------------------------------------------------------------- */

/* How much of the exchange waits for its reader. */
size_t http_exchange_waiting(const http_exchange *e);

#endif
