/* Tests of ending connections in order: the last bytes arrive, and nobody is waited for longer
 * than the limits say.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/loop/loop.h"
#include "common/net/orderly_close.h"
#include "common/net/tcp_stream.h"

#define LARGE 3000000 /* more than a socket takes at once */

static const orderly_limits generous = {
    .time = 600 * DM_SECOND, .pause = 600 * DM_SECOND, .bytes = LARGE};

typedef struct fixture {
  struct loop loop;
  closing_streams closing;
  buffered_writer out;
  int peer;
} fixture;

static fixture *f;

static int set_up(void **state) {
  int ends[2];
  (void)state;
  signal(SIGPIPE, SIG_IGN);
  f = calloc(1, sizeof *f);
  if (f == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || loop_open(&f->loop) != 0)
    return -1;
  f->out.stream = tcp_stream_new(&f->loop);
  if (f->out.stream == NULL ||
      uv_tcp_open((uv_tcp_t *)tcp_stream_socket(f->out.stream), ends[0]) != 0)
    return -1;
  f->peer = ends[1];
  closing_streams_open(&f->closing, &f->loop);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  closing_streams_abort(&f->closing);
  loop_close(&f->loop);
  close(f->peer);
  free(f);
  return 0;
}

static void say(const char *text) {
  assert_int_equal(writer_add(&f->out, dm_text(text)), 0);
}

static void begin(const orderly_limits *limits) {
  orderly_close(&f->closing, &f->out, false, limits);
  assert_null(f->out.stream);
  assert_int_equal(f->out.waiting.len, 0);
  assert_int_equal(f->closing.count, 1);
}

static void turn(void) {
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

/* Reads what has come; -1: nothing yet, 0: the end. */
static ssize_t peer_reads(char *out, size_t size) {
  turn();
  return recv(f->peer, out, size, MSG_DONTWAIT);
}

static void assert_peer_reads(const char *text) {
  char got[100];
  ssize_t len;
  while ((len = peer_reads(got, sizeof got)) < 0) {
  }
  assert_int_equal(len, strlen(text));
  assert_memory_equal(got, text, strlen(text));
}

static void assert_peer_reads_end(void) {
  char byte;
  ssize_t len;
  while ((len = peer_reads(&byte, 1)) < 0)
    assert_int_equal(errno, EAGAIN);
  assert_int_equal(len, 0);
}

static void turn_until_closed(void) {
  while (f->closing.count > 0)
    turn();
}

static void peer_says(size_t len) {
  static const char nothing[10000];
  assert_int_equal(send(f->peer, nothing, len, 0), len);
}

static void test_the_last_bytes_arrive(void **state) {
  (void)state;
  peer_says(1000); /* which nobody reads */
  say("the last bytes");
  begin(&generous);
  assert_peer_reads("the last bytes");
  assert_peer_reads_end();
  peer_says(1000);
  for (int i = 0; i < 20; i++)
    turn();
  assert_int_equal(f->closing.count, 1); /* until the other side ends, too */
  shutdown(f->peer, SHUT_WR);
  turn_until_closed();
}

static void test_more_than_fits_arrives(void **state) {
  (void)state;
  char *data = calloc(1, LARGE);
  size_t len = 0;
  ssize_t got;
  assert_non_null(data);
  assert_int_equal(writer_add(&f->out, dm_bytes(data, LARGE)), 0);
  assert_int_equal(writer_flush(&f->out), 1); /* it is being written already */
  begin(&generous);
  shutdown(f->peer, SHUT_WR); /* which does not end it */
  while ((got = peer_reads(data, LARGE)) != 0)
    len += got > 0 ? (size_t)got : 0;
  assert_int_equal(len, LARGE);
  turn_until_closed();
  free(data);
}

static void test_who_has_ended_is_not_waited_for(void **state) {
  (void)state;
  say("bye");
  orderly_close(&f->closing, &f->out, true, &generous);
  turn_until_closed();
  assert_peer_reads("bye");
  assert_peer_reads_end();
}

static void test_a_limit_of_time(void **state) {
  (void)state;
  const orderly_limits limits = {.time = 1000, .pause = DM_NEVER, .bytes = UINT64_MAX};
  begin(&limits);
  while (f->closing.count > 0) {
    peer_says(1);
    turn();
  }
}

static void test_a_limit_of_a_pause(void **state) {
  (void)state;
  const orderly_limits limits = {.time = 600 * DM_SECOND, .pause = 1000, .bytes = UINT64_MAX};
  begin(&limits);
  turn_until_closed();
}

static void test_a_limit_of_bytes(void **state) {
  (void)state;
  const orderly_limits limits = {.time = 600 * DM_SECOND, .pause = 600 * DM_SECOND, .bytes = 10000};
  begin(&limits);
  peer_says(10000);
  for (int i = 0; i < 20; i++)
    turn();
  assert_int_equal(f->closing.count, 1);
  peer_says(1);
  turn_until_closed();
}

static void test_a_peer_that_is_gone(void **state) {
  (void)state;
  say("to nobody");
  shutdown(f->peer, SHUT_RDWR);
  begin(&generous);
  turn_until_closed();
}

static void test_closing_all_at_once(void **state) {
  (void)state;
  begin(&generous);
  turn();
  closing_streams_abort(&f->closing);
  assert_int_equal(f->closing.count, 0);
  assert_peer_reads_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_the_last_bytes_arrive),
      TEST(test_more_than_fits_arrives),
      TEST(test_who_has_ended_is_not_waited_for),
      TEST(test_a_limit_of_time),
      TEST(test_a_limit_of_a_pause),
      TEST(test_a_limit_of_bytes),
      TEST(test_a_peer_that_is_gone),
      TEST(test_closing_all_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
