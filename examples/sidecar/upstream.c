/* Opening a link's connection to the broker.
 *
 * SPDX-License-Identifier: MIT
 */
#include "upstream.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/net/proxy_protocol.h"
#include "link.h"

/* How soon to try again a socket that took no more connections. */
#define TRY_AGAIN (10 * DM_MILLISECOND)

struct upstream {
  struct sidecar *sidecar;
  struct link *link; /* NULL: it is gone */
  bool pending;      /* one of the two requests is under way */
  bool refused;      /* for want of a place: it is to wait in the line */
  bool waiting;      /* in the line */
  TAILQ_ENTRY(upstream) place;
  uv_getaddrinfo_t lookup;
  uv_connect_t connect;
  struct addrinfo *found;      /* to be freed; NULL: the address is a number */
  const struct addrinfo *next; /* to be tried */
};

static void finish(struct upstream *upstream) {
  if (upstream->link != NULL)
    upstream->link->upstream = NULL;
  uv_freeaddrinfo(upstream->found);
  free(upstream);
}

/* There will be no broker. */
static void give_up(struct link *link, const char *why) {
  link->broker.ended = true;
  link->broker.deaf = true;
  outgoing_discard(&link->broker.out);
  link_fail(link, why);
}

static void fail(struct upstream *upstream, int error) {
  struct link *link = upstream->link;
  struct sidecar *sidecar = link->sidecar;
  char text[ADDRESS_TEXT_SIZE];
  char what[ADDRESS_TEXT_SIZE + 16];
  snprintf(what, sizeof what, "broker %s", address_text(&sidecar->settings->broker, text));
  finish(upstream);
  sidecar_warn(sidecar, &sidecar->unreachable, what, uv_strerror(error));
  give_up(link, "the broker cannot be reached");
}

/* ---- Connecting ---------------------------------------------------------------------- */

static void try_next(struct upstream *upstream);
static void enter_line(struct upstream *upstream);

static void on_socket_closed(uv_handle_t *handle) {
  struct link *link = handle->data;
  struct upstream *upstream = link->upstream;
  link->broker.handle = false;
  link_handle_closed(link);
  if (upstream == NULL)
    return;
  if (upstream->refused)
    enter_line(upstream);
  else
    try_next(upstream);
}

/* Goes on with the next address, or gives up. A socket can be connected only once. */
static void go_on(struct upstream *upstream, int error) {
  struct side *broker = &upstream->link->broker;
  if (upstream->next == NULL && !upstream->refused)
    fail(upstream, error);
  else
    channel_close(&broker->channel, on_socket_closed);
}

static void tune(struct link *link) {
  uv_tcp_t *socket = &link->broker.channel.socket;
  if (socket->type == UV_TCP) {
    uv_tcp_nodelay(socket, 1);
    tcp_keep_alive(socket);
  }
}

static void settle(struct upstream *upstream, int status) {
  struct link *link = upstream->link;
  upstream->pending = false;
  if (link == NULL) {
    finish(upstream);
  } else if (status < 0) {
    go_on(upstream, status);
  } else {
    finish(upstream);
    if (link->state == LINK_OPEN)
      link_set_deadline(link, DM_NEVER, NULL);
    tune(link);
    stream_start(link, &link->broker);
  }
}

static void on_connected(uv_connect_t *request, int status) {
  settle(request->data, status);
}

static void connect_to(struct upstream *upstream, const struct sockaddr *to) {
  struct link *link = upstream->link;
  uv_tcp_init(&link->sidecar->service->loop.uv, &link->broker.channel.socket);
  stream_open(link, &link->broker);
  upstream->connect.data = upstream;
  int result = uv_tcp_connect(&upstream->connect, &link->broker.channel.socket, to, on_connected);
  upstream->pending = result == 0;
  if (result != 0)
    go_on(upstream, result);
}

static void try_next(struct upstream *upstream) {
  const struct addrinfo *now = upstream->next;
  upstream->next = now->ai_next;
  connect_to(upstream, now->ai_addr);
}

/* ---- A Unix-domain socket -------------------------------------------------------------- */

static void on_connected_locally(uv_connect_t *request, int status);

static void try_socket(struct upstream *upstream) {
  struct link *link = upstream->link;
  uv_pipe_t *socket = &link->broker.channel.local;
  uv_pipe_init(&upstream->sidecar->service->loop.uv, socket, 0);
  stream_open(link, &link->broker);
  upstream->connect.data = upstream;
  upstream->pending = true;
  uv_pipe_connect(&upstream->connect, socket, link->sidecar->settings->broker.host,
                  on_connected_locally);
}

static void enter_line(struct upstream *upstream) {
  struct upstream_line *line = &upstream->sidecar->line;
  upstream->waiting = true;
  if (upstream->refused)
    TAILQ_INSERT_HEAD(&line->waiting, upstream, place);
  else
    TAILQ_INSERT_TAIL(&line->waiting, upstream, place);
}

static void leave_line(struct upstream *upstream) {
  if (upstream->waiting)
    TAILQ_REMOVE(&upstream->sidecar->line.waiting, upstream, place);
  upstream->waiting = false;
}

static void try_first_in_line(struct upstream_line *line) {
  struct upstream *first = TAILQ_FIRST(&line->waiting);
  if (first != NULL) {
    leave_line(first);
    try_socket(first);
  }
}

static void on_try_again(uv_timer_t *timer) {
  try_first_in_line(timer->data);
}

/* Where there was a place, there may be another one. */
static void on_connected_locally(uv_connect_t *request, int status) {
  struct upstream *upstream = request->data;
  struct upstream_line *line = &upstream->sidecar->line;
  upstream->refused = status == UV_EAGAIN;
  settle(upstream, status);
  if (status == UV_EAGAIN)
    clock_start_timer(&line->timer, on_try_again, clock_now() + TRY_AGAIN);
  else
    try_first_in_line(line);
}

static void connect_locally(struct upstream *upstream) {
  if (TAILQ_EMPTY(&upstream->sidecar->line.waiting))
    try_socket(upstream);
  else
    enter_line(upstream);
}

void upstream_line_open(struct sidecar *sidecar) {
  struct upstream_line *line = &sidecar->line;
  TAILQ_INIT(&line->waiting);
  uv_timer_init(&sidecar->service->loop.uv, &line->timer);
  line->timer.data = line;
}

void upstream_line_close(struct sidecar *sidecar) {
  uv_close((uv_handle_t *)&sidecar->line.timer, NULL);
}

/* ---- Looking up ----------------------------------------------------------------------- */

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *found) {
  struct upstream *upstream = request->data;
  upstream->pending = false;
  upstream->found = found;
  upstream->next = found;
  if (upstream->link == NULL)
    finish(upstream);
  else if (status < 0)
    fail(upstream, status);
  else
    try_next(upstream);
}

static void look_up(struct upstream *upstream, const address *wanted) {
  uv_loop_t *loop = &upstream->link->sidecar->service->loop.uv;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  char port[6];
  snprintf(port, sizeof port, "%u", (unsigned)wanted->port);
  upstream->lookup.data = upstream;
  int result = uv_getaddrinfo(loop, &upstream->lookup, on_found, wanted->host, port, &hints);
  upstream->pending = result == 0;
  if (result != 0)
    fail(upstream, result);
}

/* ---- Both -------------------------------------------------------------------------------- */

static void send_proxy_header(struct link *link) {
  char header[PROXY_PROTOCOL_MAX];
  channel_tls tls;
  tcp_end local = tcp_local(&link->device.channel.socket);
  size_t len = proxy_protocol_header(&link->remote, &local,
                                     channel_describe_tls(&link->device.channel, &tls), header);
  stream_add(link, &link->broker, dm_bytes(header, len), dm_text(""));
}

void upstream_open(struct link *link) {
  const struct sidecar_settings *given = link->sidecar->settings;
  const address *to = &given->broker;
  struct upstream *upstream = calloc(1, sizeof *upstream);
  if (upstream == NULL) {
    give_up(link, "out of memory");
    return;
  }
  upstream->sidecar = link->sidecar;
  upstream->link = link;
  link->upstream = upstream;
  link_set_deadline(link, given->connect_timeout_seconds * DM_SECOND,
                    "no connection to the broker in time");
  if (given->proxy_protocol)
    send_proxy_header(link);
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  if (to->local)
    connect_locally(upstream);
  else if (uv_ip4_addr(to->host, to->port, &v4) == 0)
    connect_to(upstream, (struct sockaddr *)&v4);
  else if (uv_ip6_addr(to->host, to->port, &v6) == 0)
    connect_to(upstream, (struct sockaddr *)&v6);
  else
    look_up(upstream, to);
}

void upstream_forget(struct link *link) {
  struct upstream *upstream = link->upstream;
  if (upstream == NULL)
    return;
  leave_line(upstream);
  upstream->link = NULL;
  link->upstream = NULL;
  if (!upstream->pending)
    finish(upstream);
  else
    uv_cancel((uv_req_t *)&upstream->lookup); /* harmless unless that is the one */
}
