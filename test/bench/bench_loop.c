/* The event loop of the load generator.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum {
  INPUT_SIZE = 262144,
  EVENTS = 256
};

uint64_t loop_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void watch(loop *l, int fd, int operation, uint32_t events, void *what) {
  struct epoll_event event = {.events = events, .data.ptr = what};
  must_call(epoll_ctl(l->epoll, operation, fd, &event) == 0, "epoll_ctl");
}

void loop_open(loop *l) {
  *l = (loop){.epoll = epoll_create1(EPOLL_CLOEXEC),
              .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
              .input = malloc(INPUT_SIZE)};
  must_call(l->epoll >= 0 && l->timer >= 0 && l->input != NULL, "event loop");
  watch(l, l->timer, EPOLL_CTL_ADD, EPOLLIN, NULL);
}

void loop_every(loop *l, uint64_t nanoseconds, void (*tick)(void *user, uint64_t times),
                void *user) {
  struct timespec period = {.tv_sec = (time_t)(nanoseconds / 1000000000u),
                            .tv_nsec = (long)(nanoseconds % 1000000000u)};
  struct itimerspec when = {period, period};
  l->tick = tick;
  l->tick_user = user;
  must_call(timerfd_settime(l->timer, 0, &when, NULL) == 0, "timerfd_settime");
}

void loop_close(loop *l) {
  close(l->epoll);
  close(l->timer);
  free(l->input);
}

/* ---- Channels --------------------------------------------------------------- */

void channel_open(channel *c, loop *l, uint16_t port, size_t (*take)(channel *c, dm_span bytes)) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  c->loop = l;
  c->take = take;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must_call(c->fd >= 0, "socket");
  must_call(connect(c->fd, (const struct sockaddr *)&to, sizeof to) == 0, "connect");
  must_call(setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
  watch(l, c->fd, EPOLL_CTL_ADD, EPOLLIN, c);
}

static void forget_dirty(channel *c) {
  channel **at = &c->loop->dirty;
  while (*at != NULL && *at != c)
    at = &(*at)->next_dirty;
  if (*at == c)
    *at = c->next_dirty;
}

void channel_close(channel *c) {
  forget_dirty(c);
  close(c->fd);
  free(c->held);
  free(c->out);
}

void channel_write(channel *c, dm_span bytes) {
  if (c->out_size - c->out_len < bytes.len) {
    c->out_size = 2 * (c->out_len + bytes.len);
    c->out = realloc(c->out, c->out_size);
    must(c->out != NULL, "memory");
  }
  memcpy(c->out + c->out_len, bytes.ptr, bytes.len);
  c->out_len += bytes.len;
  if (!c->is_dirty) {
    c->is_dirty = true;
    c->next_dirty = c->loop->dirty;
    c->loop->dirty = c;
  }
}

/* What does not fit now is tried again when the socket takes more. */
static void flush(channel *c) {
  ssize_t sent = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
  must_call(sent >= 0 || errno == EAGAIN, "send");
  size_t done = sent < 0 ? 0 : (size_t)sent;
  c->is_dirty = false;
  c->out_len -= done;
  if (c->out_len > 0) {
    memmove(c->out, c->out + done, c->out_len);
    watch(c->loop, c->fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT, c);
  }
}

/* Keeps what was not used up in memory of the channel's own. */
static void hold(channel *c, dm_span rest) {
  if (rest.len > c->held_len) {
    char *larger = realloc(c->held, rest.len);
    must(larger != NULL, "memory");
    c->held = larger;
  }
  if (rest.len > 0)
    memcpy(c->held, rest.ptr, rest.len);
  c->held_len = rest.len;
}

static void receive(channel *c) {
  char *input = c->loop->input;
  size_t len = c->held_len;
  if (len > 0)
    memcpy(input, c->held, len);
  ssize_t got = recv(c->fd, input + len, INPUT_SIZE - len, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN)
    return;
  must_call(got >= 0, "recv");
  must(got > 0, "a program under test has closed a connection");
  len += (size_t)got;
  size_t used = c->take(c, dm_bytes(input, len));
  hold(c, dm_bytes(input + used, len - used));
}

/* ---- Turns -------------------------------------------------------------------- */

static void flush_all(loop *l) {
  while (l->dirty != NULL) {
    channel *c = l->dirty;
    l->dirty = c->next_dirty;
    flush(c);
  }
}

static void on_timer(loop *l) {
  uint64_t times;
  if (read(l->timer, &times, sizeof times) == sizeof times && l->tick != NULL)
    l->tick(l->tick_user, times);
}

static void on_channel(channel *c, uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    watch(c->loop, c->fd, EPOLL_CTL_MOD, EPOLLIN, c);
    channel_write(c, dm_bytes("", 0));
  }
  if ((events & ~(uint32_t)EPOLLOUT) != 0)
    receive(c);
}

void loop_turn(loop *l, uint64_t until) {
  struct epoll_event events[EVENTS];
  flush_all(l);
  uint64_t now = loop_now();
  int wait = now >= until ? 0 : (int)((until - now) / 1000000u) + 1;
  int count = epoll_wait(l->epoll, events, EVENTS, wait);
  must_call(count >= 0 || errno == EINTR, "epoll_wait");
  for (int i = 0; i < count; i++)
    if (events[i].data.ptr == NULL)
      on_timer(l);
    else
      on_channel(events[i].data.ptr, events[i].events);
}
