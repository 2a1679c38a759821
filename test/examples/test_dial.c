/* Tests of connecting: by number, by name, to where nobody listens, to a Unix-domain socket
 * that takes no more for now.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/net/dial.h"

#define MANY 8

typedef struct caller {
  dial *dial;
  stream *stream;
  int error;
  unsigned done;
} caller;

typedef struct fixture {
  struct loop loop;
  dialer dialer;
  address to;
  int listening; /* a socket, or -1 */
  char folder[32];
  caller callers[MANY];
} fixture;

static fixture *f;

static const stream_events events = {.read = NULL};

static int set_up(void **state) {
  (void)state;
  signal(SIGPIPE, SIG_IGN);
  f = calloc(1, sizeof *f);
  if (f == NULL || loop_open(&f->loop) != 0)
    return -1;
  f->listening = -1;
  dialer_open(&f->dialer, &f->loop, &f->to);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  for (size_t i = 0; i < MANY; i++) {
    dial_cancel(f->callers[i].dial);
    stream_close(f->callers[i].stream);
  }
  dialer_close(&f->dialer);
  loop_close(&f->loop);
  if (f->listening >= 0)
    close(f->listening);
  if (f->to.local)
    unlink(f->to.host);
  if (f->folder[0] != '\0')
    rmdir(f->folder);
  free(f);
  return 0;
}

static void on_done(void *user, stream *s, int error) {
  caller *c = user;
  c->done++;
  c->dial = NULL;
  c->stream = s;
  c->error = error;
  if (s != NULL)
    stream_own(s, &events, c);
}

static void start(caller *c) {
  c->dial = dial_start(&f->dialer, on_done, c);
  assert_non_null(c->dial);
  assert_int_equal(c->done, 0); /* not from inside of the call */
}

/* Something else has come in. */
static void on_idle(uv_idle_t *idle) {
  uv_idle_stop(idle);
}

/* A turn of a loop that is alive. */
static void turn(void) {
  static uv_idle_t idle;
  uv_idle_init(&f->loop.uv, &idle);
  uv_idle_start(&idle, on_idle);
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  uv_close((uv_handle_t *)&idle, NULL);
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

static void turn_until_done(const caller *c) {
  while (c->done == 0)
    turn();
  assert_int_equal(c->done, 1);
}

/* Listens on a free port of 127.0.0.1; or takes one and leaves it. */
static void use_port(bool listening) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
  if (listening)
    assert_int_equal(listen(fd, MANY), 0);
  f->listening = fd;
  strcpy(f->to.host, "127.0.0.1");
  f->to.port = ntohs(at.sin_port);
}

/* Listens on a Unix-domain socket, where `backlog` + 1 connections wait. */
static void use_socket(int backlog) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strcpy(f->folder, "/tmp/dm-test-dial-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  snprintf(f->to.host, sizeof f->to.host, "%s/socket", f->folder);
  f->to.local = true;
  strcpy(at.sun_path, f->to.host);
  f->listening = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(f->listening, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(f->listening, backlog), 0);
}

static void accept_one(void) {
  close(accept(f->listening, NULL, NULL));
}

static void test_by_number(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  use_port(true);
  start(c);
  turn_until_done(c);
  assert_non_null(c->stream);
  assert_int_equal(c->error, 0);
  assert_int_equal(stream_remote(c->stream).port, f->to.port);
  assert_string_equal(stream_local(c->stream).ip, "127.0.0.1");
}

/* All addresses of a name are tried: on most systems the first one is IPv6, where nobody
 * listens here. */
static void test_by_name(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  use_port(true);
  strcpy(f->to.host, "localhost");
  start(c);
  turn_until_done(c);
  assert_non_null(c->stream);
  assert_string_equal(stream_remote(c->stream).ip, "127.0.0.1");
}

static void test_where_nobody_listens(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  use_port(false);
  start(c);
  turn_until_done(c);
  assert_null(c->stream);
  assert_int_equal(c->error, -ECONNREFUSED);
  assert_string_equal(stream_error_text(c->error), "connection refused");
}

static void test_a_name_that_is_none(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  strcpy(f->to.host, "no such name.invalid");
  f->to.port = 1;
  start(c);
  turn_until_done(c);
  assert_null(c->stream);
  assert_true(c->error < 0);
}

static void test_giving_up(void **state) {
  (void)state;
  use_port(true);
  start(&f->callers[0]); /* before it begins */
  dial_cancel(f->callers[0].dial);
  f->callers[0].dial = NULL;
  start(&f->callers[1]); /* while it connects */
  turn();
  if (f->callers[1].done == 0)
    dial_cancel(f->callers[1].dial);
  strcpy(f->to.host, "localhost");
  start(&f->callers[2]); /* while the name is looked up */
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  dial_cancel(f->callers[2].dial);
  f->callers[1].dial = f->callers[2].dial = NULL;
  loop_run(&f->loop);
  assert_int_equal(f->callers[0].done + f->callers[2].done, 0);
}

static void test_a_socket_of_the_system(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  use_socket(MANY);
  start(c);
  turn_until_done(c);
  assert_non_null(c->stream);
  assert_string_equal(stream_remote(c->stream).ip, "");
}

static void test_no_socket(void **state) {
  (void)state;
  caller *c = &f->callers[0];
  use_socket(MANY);
  unlink(f->to.host);
  start(c);
  turn_until_done(c);
  assert_int_equal(c->error, -ENOENT);
}

static size_t connected(void) {
  size_t count = 0;
  for (size_t i = 0; i < MANY; i++)
    count += f->callers[i].stream != NULL;
  return count;
}

/* Where there is no place they wait in a line, and who gives up leaves it. */
static void test_the_line(void **state) {
  (void)state;
  use_socket(1);
  for (size_t i = 0; i < MANY; i++)
    start(&f->callers[i]);
  for (int i = 0; i < 50; i++)
    turn();
  size_t places = connected();
  assert_in_range(places, 1, MANY - 2);
  dial_cancel(f->callers[MANY - 2].dial);
  f->callers[MANY - 2].dial = NULL;
  while (connected() < MANY - 1) {
    accept_one();
    size_t before = connected();
    while (connected() == before && before < MANY - 1)
      turn();
  }
  assert_int_equal(f->callers[MANY - 2].done, 0);
  for (size_t i = 0; i < MANY; i++)
    assert_in_range(f->callers[i].done, i != MANY - 2, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_by_number),           TEST(test_by_name),   TEST(test_where_nobody_listens),
      TEST(test_a_name_that_is_none), TEST(test_giving_up), TEST(test_a_socket_of_the_system),
      TEST(test_no_socket),           TEST(test_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
