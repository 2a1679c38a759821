/* Tests of bytes on their way into one stream: nothing is lost, repeated or reordered, however
 * much its socket takes at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/loop/loop.h"
#include "common/net/buffered_writer.h"
#include "common/net/tcp_stream.h"

#define LARGE 3000000 /* more than a socket takes at once */

typedef struct fixture {
  struct loop loop;
  stream *stream;
  buffered_writer out;
  int peer;
  int written;        /* calls of the callback */
  int written_status; /* of the last one */
  unsigned char sent; /* the bytes count up from 0, modulo 251 */
  unsigned char received;
} fixture;

static fixture *f;

static void on_written(void *user, int status) {
  assert_ptr_equal(user, f);
  writer_written(&f->out);
  f->written++;
  f->written_status = status;
}

static const stream_events events = {.written = on_written};

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
  stream_own(f->stream, &events, f);
  f->peer = ends[1];
  f->out.stream = f->stream;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  stream_close(f->stream);
  writer_discard(&f->out);
  loop_close(&f->loop);
  close(f->peer);
  free(f);
  return 0;
}

/* The next bytes of the sequence; free() them. */
static char *next_bytes(size_t len) {
  char *made = malloc(len);
  assert_non_null(made);
  for (size_t i = 0; i < len; i++) {
    made[i] = (char)f->sent;
    f->sent = (unsigned char)((f->sent + 1) % 251);
  }
  return made;
}

/* Reads exactly `len` bytes and checks their sequence; the loop writes meanwhile. */
static void receive(size_t len) {
  static unsigned char buffer[65536];
  while (len > 0) {
    uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    size_t wanted = len < sizeof buffer ? len : sizeof buffer;
    ssize_t got = recv(f->peer, buffer, wanted, MSG_DONTWAIT);
    if (got < 0)
      continue;
    for (ssize_t i = 0; i < got; i++) {
      assert_int_equal(buffer[i], f->received);
      f->received = (unsigned char)((f->received + 1) % 251);
    }
    len -= (size_t)got;
  }
}

static void assert_nothing_came(void) {
  char byte;
  assert_int_equal(recv(f->peer, &byte, 1, MSG_DONTWAIT), -1);
}

static void take(size_t head_len, size_t payload_len) {
  char *head = next_bytes(head_len);
  char *payload = next_bytes(payload_len);
  assert_int_equal(writer_put(&f->out, dm_bytes(head, head_len), dm_bytes(payload, payload_len)),
                   0);
  free(head);
  free(payload);
}

static void test_small_packets_wait(void **state) {
  (void)state;
  take(10, 20);
  take(1, 0);
  assert_int_equal(writer_waiting(&f->out), 31);
  assert_nothing_came();
  assert_int_equal(writer_flush(&f->out), 0);
  assert_int_equal(writer_waiting(&f->out), 0);
  receive(31);
  assert_int_equal(writer_flush(&f->out), 0);
  assert_int_equal(f->written, 0);
}

static void test_large_packets_are_written_at_once(void **state) {
  (void)state;
  take(100, 0);
  take(20, 20000);
  assert_int_equal(writer_waiting(&f->out), 0);
  receive(20120);
}

static void test_what_does_not_fit_is_kept_in_order(void **state) {
  (void)state;
  take(20, LARGE);
  assert_true(writer_waiting(&f->out) > 0);
  assert_true(writer_waiting(&f->out) < LARGE);
  assert_int_equal(writer_flush(&f->out), 1);
  /* The stream is writing: more waits behind it. */
  take(5, 6);
  take(7, LARGE);
  assert_int_equal(writer_flush(&f->out), 1);
  receive(20 + 100000);
  assert_int_equal(f->written, 0);
  receive(LARGE - 100000);
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  assert_int_equal(f->written, 1);
  assert_int_equal(f->written_status, 0);
  assert_int_equal(writer_waiting(&f->out), 18 + LARGE);
  assert_int_equal(writer_flush(&f->out), 1);
  receive(18 + LARGE);
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  assert_int_equal(f->written, 2);
  assert_int_equal(writer_flush(&f->out), 0);
  assert_int_equal(writer_waiting(&f->out), 0);
  assert_nothing_came();
}

static void test_many_parts(void **state) {
  (void)state;
  dm_span parts[WRITER_PARTS_MAX];
  size_t len = 0;
  take(3, 0);
  char *all = next_bytes(WRITER_PARTS_MAX * WRITER_PARTS_MAX);
  for (size_t i = 0; i < WRITER_PARTS_MAX; i++) {
    parts[i] = dm_bytes(all + len, i); /* the first is empty */
    len += i;
  }
  assert_int_equal(writer_write(&f->out, parts, WRITER_PARTS_MAX), 0);
  free(all);
  assert_int_equal(writer_waiting(&f->out), 0);
  receive(3 + len);
  assert_nothing_came();
}

static void test_parts_that_do_not_fit(void **state) {
  (void)state;
  char *all = next_bytes(LARGE);
  const dm_span parts[] = {dm_bytes(all, 1), dm_bytes(all + 1, LARGE - 11),
                           dm_bytes(all + LARGE - 10, 10)};
  assert_int_equal(writer_write(&f->out, parts, 3), 0);
  free(all);
  assert_int_equal(writer_flush(&f->out), 1);
  receive(LARGE);
}

static void test_a_peer_that_is_gone(void **state) {
  (void)state;
  shutdown(f->peer, SHUT_RDWR);
  take(10, 10);
  assert_true(writer_flush(&f->out) < 0);
  writer_discard(&f->out);
  assert_int_equal(writer_waiting(&f->out), 0);
  char byte = 0;
  dm_span part = dm_bytes(&byte, 1);
  assert_true(writer_write(&f->out, &part, 1) < 0);
}

static void test_a_peer_that_goes_while_the_stream_writes(void **state) {
  (void)state;
  take(0, LARGE);
  assert_int_equal(writer_flush(&f->out), 1);
  shutdown(f->peer, SHUT_RDWR);
  while (f->written == 0)
    uv_run(&f->loop.uv, UV_RUN_ONCE);
  assert_true(f->written_status < 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_small_packets_wait, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_large_packets_are_written_at_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_what_does_not_fit_is_kept_in_order, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_many_parts, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_parts_that_do_not_fit, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_peer_that_is_gone, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_peer_that_goes_while_the_stream_writes, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
