/* Connecting to somebody.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/dial.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/net/tcp_stream.h"

/* How soon to try again a socket that took no more connections. */
#define TRY_AGAIN (10 * DM_MILLISECOND)

struct dial {
  dialer *dialer;
  void (*done)(void *user, stream *s, int error); /* NULL: it was given up */
  void *user;
  stream *stream; /* that is being connected; NULL: none */
  bool pending;   /* one of the two requests is under way */
  bool waiting;   /* in the line */
  TAILQ_ENTRY(dial) place;
  uv_getaddrinfo_t lookup;
  uv_connect_t connect;
  struct addrinfo *found;      /* to be freed; NULL: the address is a number */
  const struct addrinfo *next; /* to be tried */
  loop_task task;              /* begins */
};

static void release(dial *d) {
  loop_forget(&d->task);
  uv_freeaddrinfo(d->found);
  free(d);
}

/* It has come to its end. */
static void finish(dial *d, stream *connected, int error) {
  void (*done)(void *user, stream *s, int error) = d->done;
  void *user = d->user;
  release(d);
  done(user, connected, error);
}

/* ---- Connecting ---------------------------------------------------------------------- */

static void try_next(dial *d);

/* Goes on with the next address, or gives up. A socket can be connected only once. */
static void go_on(dial *d, int error) {
  stream_close(d->stream);
  d->stream = NULL;
  if (d->next != NULL)
    try_next(d);
  else
    finish(d, NULL, error);
}

static void settle(dial *d, int status) {
  d->pending = false;
  if (d->done == NULL) {
    release(d);
  } else if (status < 0) {
    go_on(d, status);
  } else {
    tcp_stream_set_no_delay(d->stream);
    finish(d, d->stream, 0);
  }
}

static void on_connected(uv_connect_t *request, int status) {
  settle(request->data, status);
}

static void connect_to(dial *d, const struct sockaddr *to) {
  int result = -ENOMEM;
  d->stream = tcp_stream_new(d->dialer->loop);
  d->connect.data = d;
  if (d->stream != NULL)
    result =
        uv_tcp_connect(&d->connect, (uv_tcp_t *)tcp_stream_socket(d->stream), to, on_connected);
  d->pending = result == 0;
  if (result != 0)
    go_on(d, result);
}

static void try_next(dial *d) {
  const struct addrinfo *now = d->next;
  d->next = now->ai_next;
  connect_to(d, now->ai_addr);
}

/* ---- A Unix-domain socket -------------------------------------------------------------- */

static void enter_line(dial *d, bool in_front) {
  d->waiting = true;
  if (in_front)
    TAILQ_INSERT_HEAD(&d->dialer->line, d, place);
  else
    TAILQ_INSERT_TAIL(&d->dialer->line, d, place);
}

static void leave_line(dial *d) {
  if (d->waiting)
    TAILQ_REMOVE(&d->dialer->line, d, place);
  d->waiting = false;
}

static void on_connected_locally(uv_connect_t *request, int status);

static void try_socket(dial *d) {
  d->stream = tcp_stream_new_local(d->dialer->loop);
  if (d->stream == NULL) {
    finish(d, NULL, -ENOMEM);
    return;
  }
  d->connect.data = d;
  d->pending = true;
  uv_pipe_connect(&d->connect, (uv_pipe_t *)tcp_stream_socket(d->stream), d->dialer->to->host,
                  on_connected_locally);
}

static void try_first_in_line(dialer *all) {
  dial *first = TAILQ_FIRST(&all->line);
  if (first != NULL) {
    leave_line(first);
    try_socket(first);
  }
}

static void on_again(lazy_timer *timer) {
  try_first_in_line((dialer *)((char *)timer - offsetof(dialer, again)));
}

/* There was no place: it is the first to have the next one. */
static void wait_for_place(dial *d) {
  dialer *all = d->dialer;
  lazy_timer_set(&all->again, loop_now(all->loop) + TRY_AGAIN);
  d->pending = false;
  stream_close(d->stream);
  d->stream = NULL;
  enter_line(d, true);
}

/* Where there was a place, there may be another one. */
static void on_connected_locally(uv_connect_t *request, int status) {
  dial *d = request->data;
  dialer *all = d->dialer;
  if (status == -EAGAIN && d->done != NULL) {
    wait_for_place(d);
  } else {
    settle(d, status);
    try_first_in_line(all);
  }
}

static void connect_locally(dial *d) {
  if (TAILQ_EMPTY(&d->dialer->line))
    try_socket(d);
  else
    enter_line(d, false);
}

/* ---- Looking up ----------------------------------------------------------------------- */

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *found) {
  dial *d = request->data;
  d->pending = false;
  d->found = found;
  d->next = found;
  if (d->done == NULL)
    release(d);
  else if (status < 0)
    finish(d, NULL, status);
  else
    try_next(d);
}

static void look_up(dial *d) {
  const address *wanted = d->dialer->to;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  char port[6];
  snprintf(port, sizeof port, "%u", (unsigned)wanted->port);
  d->lookup.data = d;
  int result =
      uv_getaddrinfo(&d->dialer->loop->uv, &d->lookup, on_found, wanted->host, port, &hints);
  d->pending = result == 0;
  if (result != 0)
    finish(d, NULL, result);
}

/* ---- All of them ------------------------------------------------------------------------- */

static void on_task(loop_task *task) {
  dial *d = (dial *)((char *)task - offsetof(dial, task));
  const address *to = d->dialer->to;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  if (to->local)
    connect_locally(d);
  else if (uv_ip4_addr(to->host, to->port, &v4) == 0)
    connect_to(d, (const struct sockaddr *)&v4);
  else if (uv_ip6_addr(to->host, to->port, &v6) == 0)
    connect_to(d, (const struct sockaddr *)&v6);
  else
    look_up(d);
}

dial *dial_start(dialer *all, void (*done)(void *user, stream *s, int error), void *user) {
  dial *d = calloc(1, sizeof *d);
  if (d == NULL)
    return NULL;
  d->dialer = all;
  d->done = done;
  d->user = user;
  d->task.run = on_task;
  loop_later(all->loop, &d->task);
  return d;
}

void dial_cancel(dial *d) {
  if (d == NULL)
    return;
  leave_line(d);
  d->done = NULL;
  stream_close(d->stream);
  d->stream = NULL;
  if (!d->pending)
    release(d);
  else
    uv_cancel((uv_req_t *)&d->lookup); /* harmless unless that is the one */
}

void dialer_open(dialer *all, struct loop *loop, const address *to) {
  all->loop = loop;
  all->to = to;
  TAILQ_INIT(&all->line);
  lazy_timer_open(&all->again, &loop->timers, on_again);
}

void dialer_close(dialer *all) {
  lazy_timer_close(&all->again);
}
