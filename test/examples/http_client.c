/* A caller of the server.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_host.h"

http_client *http_client_open(void) {
  http_client *c = calloc(1, sizeof *c);
  assert_non_null(c);
  struct sockaddr_in server = {.sin_family = AF_INET,
                               .sin_port = htons(host->server.listener.bound.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(c->fd, (struct sockaddr *)&server, sizeof server), 0);
  return c;
}

void http_client_free(http_client *c) {
  if (c->fd >= 0)
    close(c->fd);
  free(c);
}

void http_client_turn(http_client *c) {
  uv_run(&host->service.loop.uv, UV_RUN_NOWAIT);
  ssize_t got = recv(c->fd, c->in + c->len, sizeof c->in - 1 - c->len, MSG_DONTWAIT);
  if (got > 0) {
    c->len += (size_t)got;
    c->in[c->len] = '\0';
  } else if (got == 0) {
    c->ended = true;
  } else {
    assert_true(errno == EAGAIN);
  }
}

void http_client_put(http_client *c, const char *text, size_t len) {
  size_t sent = 0;
  while (sent < len) {
    ssize_t n = send(c->fd, text + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    assert_true(n > 0 || errno == EAGAIN);
    sent += n > 0 ? (size_t)n : 0;
    http_client_turn(c);
  }
}

void http_client_say(http_client *c, const char *text) {
  http_client_put(c, text, strlen(text));
}

int http_client_answer(http_client *c, char head[1024]) {
  char *end;
  while ((end = strstr(c->in, "\r\n\r\n")) == NULL) {
    assert_false(c->ended);
    http_client_turn(c);
  }
  size_t len = (size_t)(end - c->in) + 4;
  assert_true(len < 1024);
  memcpy(head, c->in, len);
  head[len] = '\0';
  const char *length = strstr(head, "Content-Length: ");
  size_t whole = len + (length == NULL ? 0 : (size_t)strtoul(length + 16, NULL, 10));
  while (c->len < whole) {
    assert_false(c->ended);
    http_client_turn(c);
  }
  c->len -= whole;
  memmove(c->in, c->in + whole, c->len + 1);
  return atoi(head + 9);
}

int http_client_status(http_client *c) {
  char head[1024];
  return http_client_answer(c, head);
}

int http_client_last_status(http_client *c) {
  char head[1024];
  int code = http_client_answer(c, head);
  assert_non_null(strstr(head, "\r\nConnection: close\r\n"));
  while (!c->ended)
    http_client_turn(c);
  assert_int_equal(c->len, 0);
  return code;
}

void http_client_assert_silent(http_client *c) {
  for (int i = 0; i < 20; i++)
    http_client_turn(c);
  assert_int_equal(c->len, 0);
  assert_false(c->ended);
}

void http_client_repeat(http_client *c, const char *text, size_t times) {
  for (size_t i = 0; i < times; i++)
    http_client_say(c, text);
}
