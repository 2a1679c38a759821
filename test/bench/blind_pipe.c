/* A program that passes bytes on and nothing else.
 *
 * SPDX-License-Identifier: MIT
 */
#include "blind_pipe.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

enum {
  BACKLOG = 1024,
  BUFFER_SIZE = 65536,
  EVENTS = 256
};

/* One side of a connection; the listening socket has no other side. */
typedef struct side {
  int fd;
  struct side *other;
} side;

static void watch(int epoll, side *s) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  must_call(epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &event) == 0, "epoll_ctl");
}

static int new_socket(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must_call(fd >= 0, "socket");
  return fd;
}

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void join(int epoll, int listener, uint16_t broker_port) {
  struct sockaddr_in to = loopback(broker_port);
  side *pair = calloc(2, sizeof *pair);
  int on = 1;
  must(pair != NULL, "memory");
  pair[0] = (side){accept(listener, NULL, NULL), &pair[1]};
  pair[1] = (side){new_socket(), &pair[0]};
  must_call(pair[0].fd >= 0, "accept");
  must_call(connect(pair[1].fd, (const struct sockaddr *)&to, sizeof to) == 0, "connect");
  for (int i = 0; i < 2; i++) {
    must_call(setsockopt(pair[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
    watch(epoll, &pair[i]);
  }
}

/* Either side has ended: so does the other. Its last event may still be to come: the memory
 * stays. */
static void part(side *s) {
  close(s->fd);
  close(s->other->fd);
  s->fd = s->other->fd = -1;
}

/* Blocks where the other side does not read: the clients here always do. */
static void pass_on(side *from) {
  static char buffer[BUFFER_SIZE];
  if (from->fd < 0)
    return;
  ssize_t len = recv(from->fd, buffer, sizeof buffer, 0);
  if (len <= 0 || send(from->other->fd, buffer, (size_t)len, MSG_NOSIGNAL) != len)
    part(from);
}

void blind_pipe_run(uint16_t port, uint16_t broker_port) {
  struct sockaddr_in at = loopback(port);
  struct epoll_event events[EVENTS];
  side listener = {new_socket(), NULL};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  must_call(epoll >= 0, "epoll_create1");
  must_call(bind(listener.fd, (const struct sockaddr *)&at, sizeof at) == 0, "bind");
  must_call(listen(listener.fd, BACKLOG) == 0, "listen");
  watch(epoll, &listener);
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      side *s = events[i].data.ptr;
      if (s->other == NULL)
        join(epoll, s->fd, broker_port);
      else
        pass_on(s);
    }
  }
}
