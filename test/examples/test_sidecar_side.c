/* Tests of one side of dm-sidecar's links: its states, and what it does with its stream. The
 * program's own files are no library: they are included.
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
#include "common/net/tcp_stream.h"
#include "sidecar/side.c"
#include "sidecar/side_state.c"

/* ---- States ------------------------------------------------------------------------ */

enum {
  STATES = SIDE_CLOSED + 1,
  EVENTS = SIDE_LOST + 1
};

/* A row for each state, a column for each event: CONNECT, CONNECTED, INPUT_ENDED, OUTPUT_FAILED,
 * LOST. */
static const enum side_state states[STATES][EVENTS] = {
    /* clang-format off */
    [SIDE_IDLE] =
        {SIDE_CONNECTING, SIDE_OPEN, SIDE_IDLE, SIDE_CLOSED, SIDE_CLOSED},
    [SIDE_CONNECTING] =
        {SIDE_CONNECTING, SIDE_OPEN, SIDE_CONNECTING, SIDE_CLOSED, SIDE_CLOSED},
    [SIDE_OPEN] =
        {SIDE_OPEN, SIDE_OPEN, SIDE_END_OF_STREAM, SIDE_HALF_CLOSED, SIDE_CLOSED},
    [SIDE_END_OF_STREAM] =
        {SIDE_END_OF_STREAM, SIDE_END_OF_STREAM, SIDE_END_OF_STREAM, SIDE_CLOSED, SIDE_CLOSED},
    [SIDE_HALF_CLOSED] =
        {SIDE_HALF_CLOSED, SIDE_HALF_CLOSED, SIDE_CLOSED, SIDE_HALF_CLOSED, SIDE_CLOSED},
    [SIDE_CLOSED] =
        {SIDE_CLOSED, SIDE_CLOSED, SIDE_CLOSED, SIDE_CLOSED, SIDE_CLOSED},
    /* clang-format on */
};

static void test_every_event_in_every_state(void **state) {
  (void)state;
  for (unsigned from = 0; from < STATES; from++)
    for (unsigned event = 0; event < EVENTS; event++)
      assert_int_equal(side_state_after((enum side_state)from, (enum side_event)event),
                       states[from][event]);
}

static void test_what_comes_and_goes_in_which_state(void **state) {
  (void)state;
  static const bool sends[STATES] = {[SIDE_OPEN] = true, [SIDE_HALF_CLOSED] = true};
  static const bool takes[STATES] = {[SIDE_OPEN] = true, [SIDE_END_OF_STREAM] = true};
  for (unsigned i = 0; i < STATES; i++) {
    assert_int_equal(side_state_sends((enum side_state)i), sends[i]);
    assert_int_equal(side_state_takes((enum side_state)i), takes[i]);
  }
}

/* ---- With a stream ------------------------------------------------------------------- */

typedef struct fixture {
  struct loop loop;
  closing_streams closing;
  struct side side;
  stream *stream;
  int peer;
  char came[64]; /* from the peer */
  size_t len;
  int ended; /* the status */
} fixture;

static fixture *f;

static void on_read(void *user, char *data, size_t len) {
  (void)user;
  memcpy(f->came + f->len, data, len);
  f->len += len;
}

static void on_ended(void *user, int status) {
  (void)user;
  f->ended = status;
  side_input_ended(&f->side, status);
}

static void on_written(void *user, int status) {
  (void)user;
  side_written(&f->side, status);
}

static const stream_events events = {.read = on_read, .ended = on_ended, .written = on_written};

static int set_up(void **state) {
  int ends[2];
  (void)state;
  signal(SIGPIPE, SIG_IGN);
  f = calloc(1, sizeof *f);
  if (f == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || loop_open(&f->loop) != 0)
    return -1;
  f->stream = tcp_stream_new(&f->loop);
  if (f->stream == NULL || uv_tcp_open((uv_tcp_t *)tcp_stream_socket(f->stream), ends[0]) != 0)
    return -1;
  f->peer = ends[1];
  closing_streams_open(&f->closing, &f->loop);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  if (f->side.state == SIDE_IDLE || f->side.state == SIDE_CONNECTING)
    stream_close(f->stream);
  side_close(&f->side);
  closing_streams_abort(&f->closing);
  loop_close(&f->loop);
  close(f->peer);
  free(f);
  return 0;
}

static void turn(void) {
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

static void connect_it(void) {
  side_connected(&f->side, f->stream, &events, f);
}

static void put(const char *text) {
  assert_int_equal(side_put(&f->side, dm_text(text), dm_text("")), 0);
}

static void assert_peer_reads(const char *expected) {
  char text[64] = "";
  ssize_t len = recv(f->peer, text, sizeof text - 1, MSG_DONTWAIT);
  assert_int_equal(len, strlen(expected));
  assert_string_equal(text, expected);
}

static void test_what_is_put_waits_for_the_connection(void **state) {
  (void)state;
  const dm_span parts[] = {dm_text("two "), dm_text("three")};
  side_connecting(&f->side);
  put("one ");
  assert_int_equal(side_write(&f->side, parts, 2), 0);
  assert_int_equal(side_flush(&f->side), 0);
  assert_int_equal(side_waiting(&f->side), 13);
  connect_it();
  assert_int_equal(side_flush(&f->side), 0);
  assert_int_equal(side_waiting(&f->side), 0);
  assert_peer_reads("one two three");
}

static void test_high_water_mark(void **state) {
  (void)state;
  side_connecting(&f->side);
  put("0123456789");
  assert_false(side_measure(&f->side, 10));
  put("x");
  assert_true(side_measure(&f->side, 10));
  bytes_consume(&f->side.writer.waiting, 6);
  assert_true(side_measure(&f->side, 10));
  bytes_consume(&f->side.writer.waiting, 1);
  assert_false(side_measure(&f->side, 10));
}

static void test_reads_while_that_is_wanted(void **state) {
  (void)state;
  assert_int_equal(side_set_reading(&f->side, true), 0); /* nothing to read from */
  assert_false(f->side.reading);
  connect_it();
  assert_int_equal(side_set_reading(&f->side, true), 0);
  assert_int_equal(send(f->peer, "a", 1, 0), 1);
  turn();
  assert_int_equal(side_set_reading(&f->side, false), 0);
  assert_int_equal(send(f->peer, "b", 1, 0), 1);
  turn();
  assert_string_equal(f->came, "a");
  assert_int_equal(side_set_reading(&f->side, true), 0);
  turn();
  assert_string_equal(f->came, "ab");
}

static void test_takes_bytes_after_its_last_one(void **state) {
  (void)state;
  connect_it();
  side_set_reading(&f->side, true);
  shutdown(f->peer, SHUT_WR);
  turn();
  assert_int_equal(f->ended, STREAM_END);
  assert_int_equal(f->side.state, SIDE_END_OF_STREAM);
  put("last");
  side_close_in_order(&f->side, &f->closing, DM_SECOND);
  assert_int_equal(f->side.state, SIDE_CLOSED);
  assert_int_equal(f->closing.count, 1);
  turn();
  assert_peer_reads("last");
  assert_peer_reads("");
}

static void test_nothing_waits_for_one_that_takes_nothing(void **state) {
  (void)state;
  connect_it();
  close(f->peer);
  f->peer = -1;
  put("x");
  assert_int_equal(side_flush(&f->side), -EPIPE);
  side_output_failed(&f->side);
  assert_int_equal(f->side.state, SIDE_HALF_CLOSED);
  put("y");
  assert_int_equal(side_waiting(&f->side), 0);
  side_close_in_order(&f->side, &f->closing, DM_SECOND);
  assert_int_equal(f->closing.count, 0);
}

static void test_hung_up_is_seen_without_reading(void **state) {
  (void)state;
  assert_false(side_hung_up(&f->side));
  connect_it();
  assert_false(side_hung_up(&f->side));
  shutdown(f->peer, SHUT_WR);
  assert_true(side_hung_up(&f->side));
}

#define WITH_STREAM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_event_in_every_state),
      cmocka_unit_test(test_what_comes_and_goes_in_which_state),
      WITH_STREAM(test_what_is_put_waits_for_the_connection),
      WITH_STREAM(test_high_water_mark),
      WITH_STREAM(test_reads_while_that_is_wanted),
      WITH_STREAM(test_takes_bytes_after_its_last_one),
      WITH_STREAM(test_nothing_waits_for_one_that_takes_nothing),
      WITH_STREAM(test_hung_up_is_seen_without_reading),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
