/* Ending connections so that the other side gets the last bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/orderly_close.h"

#include <stdlib.h>

typedef struct closing_stream {
  closing_streams *all;
  LIST_ENTRY(closing_stream) entry;
  buffered_writer writer;
  orderly_limits limits; /* what is left of them */
  dm_time end;           /* of the time for everything */
  bool asked_end;        /* our side is to end, */
  bool said_end;         /* and has ended */
  bool heard_end;        /* and theirs */
  loop_task task;        /* goes on */
  lazy_timer timer;
} closing_stream;

static void finish(closing_stream *c) {
  LIST_REMOVE(c, entry);
  c->all->count--;
  loop_forget(&c->task);
  lazy_timer_close(&c->timer);
  stream_close(c->writer.stream);
  writer_discard(&c->writer);
  free(c);
}

/* ---- Our side ----------------------------------------------------------------------- */

/* Returns 0 or an error. */
static int end_our_side(closing_stream *c) {
  int result = stream_shutdown(c->writer.stream);
  c->asked_end = true;
  c->said_end = result == 0;
  return result < 0 ? result : 0;
}

static void go_on(closing_stream *c) {
  int result = writer_flush(&c->writer);
  if (result == 0 && !c->asked_end)
    result = end_our_side(c);
  if (result < 0 || (c->said_end && c->heard_end))
    finish(c);
}

static void on_written(void *user, int status) {
  closing_stream *c = user;
  writer_written(&c->writer);
  c->said_end = c->asked_end;
  if (status < 0)
    finish(c);
  else
    go_on(c);
}

/* ---- Their side --------------------------------------------------------------------- */

static void watch_pause(closing_stream *c) {
  dm_duration pause = c->limits.pause;
  dm_time pause_end = pause == DM_NEVER ? DM_NEVER : loop_now(c->all->loop) + pause;
  lazy_timer_set(&c->timer, pause_end < c->end ? pause_end : c->end);
}

static void on_read(void *user, char *data, size_t len) {
  closing_stream *c = user;
  (void)data;
  if (len > c->limits.bytes) {
    finish(c);
    return;
  }
  c->limits.bytes -= len;
  watch_pause(c);
}

static void on_ended(void *user, int status) {
  closing_stream *c = user;
  c->heard_end = true;
  if (status != STREAM_END)
    finish(c);
  else
    loop_later(c->all->loop, &c->task);
}

static void on_timer(lazy_timer *timer) {
  finish((closing_stream *)((char *)timer - offsetof(closing_stream, timer)));
}

/* ---- Beginning ---------------------------------------------------------------------- */

static const stream_events events = {.read = on_read, .ended = on_ended, .written = on_written};

static void on_task(loop_task *task) {
  closing_stream *c = (closing_stream *)((char *)task - offsetof(closing_stream, task));
  if (!c->heard_end && stream_read(c->writer.stream) != 0)
    finish(c);
  else
    go_on(c);
}

void orderly_close(closing_streams *all, buffered_writer *w, bool ended,
                   const orderly_limits *limits) {
  closing_stream *c = calloc(1, sizeof *c);
  if (c == NULL) {
    stream_close(w->stream);
    writer_discard(w);
  } else {
    c->all = all;
    c->writer = *w;
    c->limits = *limits;
    c->heard_end = ended;
    c->task.run = on_task;
    c->end = loop_now(all->loop) + limits->time;
    lazy_timer_open(&c->timer, &all->loop->timers, on_timer);
    LIST_INSERT_HEAD(&all->list, c, entry);
    all->count++;
    stream_own(w->stream, &events, c);
    watch_pause(c);
    loop_later(all->loop, &c->task);
  }
  *w = (buffered_writer){.stream = NULL};
}

void closing_streams_open(closing_streams *all, struct loop *loop) {
  *all = (closing_streams){.loop = loop};
  LIST_INIT(&all->list);
}

void closing_streams_abort(closing_streams *all) {
  while (!LIST_EMPTY(&all->list))
    finish(LIST_FIRST(&all->list));
}
