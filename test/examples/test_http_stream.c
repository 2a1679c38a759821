/* Tests of the HTTP server: answers that are streamed, and several routes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_client.h"
#include "server_host.h"
#include "stream_route.h"

static int set_up(void **state) {
  int result = http_host_setup(state);
  if (result == 0)
    host->routes[1] = stream_route_open();
  return result;
}

#define stream_test(name) cmocka_unit_test_setup_teardown(name, set_up, http_host_teardown)

/* ---- A caller ------------------------------------------------------------------------ */

/* Opens the server, and a caller that says something; it has arrived. */
static http_client *caller_saying(const char *text) {
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, text);
  http_client_assert_silent(c);
  return c;
}

static void drop(http_client *c, size_t len) {
  while (c->len < len) {
    assert_false(c->ended);
    http_client_turn(c);
  }
  c->len -= len;
  memmove(c->in, c->in + len, c->len + 1);
}

/* These bytes come next. */
static void expect(http_client *c, const char *text) {
  size_t len = strlen(text);
  while (c->len < len && !c->ended)
    http_client_turn(c);
  char got[1024] = "";
  strncpy(got, c->in, len < sizeof got ? len : sizeof got - 1);
  assert_string_equal(got, text);
  drop(c, len);
}

/* The head of an answer comes next, which has these lines beside its first and Date. */
static void expect_head(http_client *c, const char *lines) {
  expect(c, "HTTP/1.1 200 OK\r\nDate: ");
  drop(c, strlen("Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  expect(c, lines);
  expect(c, "\r\n");
}

/* Nothing more comes but the end. */
static void expect_end(http_client *c) {
  while (!c->ended)
    http_client_turn(c);
  assert_int_equal(c->len, 0);
}

static void leave(http_client *c) {
  close(c->fd);
  c->fd = -1;
}

static void turn(int times) {
  for (int i = 0; i < times; i++)
    uv_run(&host->service.loop.uv, UV_RUN_NOWAIT);
}

static void turn_until(const size_t *count, size_t wanted) {
  while (*count < wanted)
    uv_run(&host->service.loop.uv, UV_RUN_NOWAIT);
  assert_int_equal(*count, wanted);
}

/* ---- How the end of the body is found ---------------------------------------------------- */

static void test_without_a_length(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  expect_head(c, "Transfer-Encoding: chunked\r\n");
  assert_true(stream_text(0, "hello"));
  expect(c, "5\r\nhello\r\n");
  assert_true(stream_text(0, ""));
  http_client_assert_silent(c);
  assert_true(stream_text(0, "0123456789abcdef"));
  http_exchange_finish(streams.exchanges[0]);
  expect(c, "10\r\n0123456789abcdef\r\n0\r\n\r\n");
  http_client_say(c, FAST);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_with_a_length(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM STREAM);
  stream_begin(0, 10);
  expect_head(c, "Content-Length: 10\r\n");
  stream_text(0, "hello");
  expect(c, "hello");
  stream_text(0, "world");
  http_exchange_finish(streams.exchanges[0]);
  expect(c, "world");
  stream_begin(1, 0);
  http_exchange_finish(streams.exchanges[1]);
  expect_head(c, "Content-Length: 0\r\n");
  http_client_say(c, FAST);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_head_has_no_body(void **state) {
  (void)state;
  static const char head[] = "HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n";
  http_client *c = caller_saying(head);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  stream_text(0, "hello");
  http_exchange_finish(streams.exchanges[0]);
  expect_head(c, "");
  http_client_say(c, head);
  http_client_assert_silent(c);
  stream_begin(1, 10);
  stream_text(1, "hello");
  http_exchange_finish(streams.exchanges[1]);
  expect_head(c, "Content-Length: 10\r\n");
  http_client_say(c, FAST);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_http_1_0_has_no_chunks(void **state) {
  (void)state;
  static const char kept[] = "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  http_client *c = caller_saying(kept);
  stream_begin(0, 5);
  stream_text(0, "hello");
  http_exchange_finish(streams.exchanges[0]);
  expect_head(c, "Content-Length: 5\r\nConnection: keep-alive\r\n");
  expect(c, "hello");
  http_client_say(c, kept);
  http_client_assert_silent(c);
  stream_begin(1, HTTP_LENGTH_UNKNOWN);
  stream_text(1, "hello");
  expect_head(c, "Connection: close\r\n");
  expect(c, "hello");
  http_client_assert_silent(c);
  stream_text(1, " world");
  http_exchange_finish(streams.exchanges[1]);
  expect(c, " world");
  expect_end(c);
  http_client_free(c);
}

static void test_nobody_is_answered_behind_the_end(void **state) {
  (void)state;
  http_client *c =
      caller_saying("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" SLOW STREAM);
  assert_int_equal(http_host_waiting(), 1);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  expect_head(c, "Connection: close\r\n");
  assert_int_equal(http_host_waiting(), 0);
  assert_int_equal(streams.cancelled, 1);
  http_client_say(c, FAST);
  stream_text(0, "hello");
  http_exchange_finish(streams.exchanges[0]);
  expect(c, "hello");
  expect_end(c);
  assert_int_equal(streams.cancelled, 1);
  http_client_free(c);
}

/* ---- The order ------------------------------------------------------------------------------ */

static void test_answers_behind_a_stream_wait(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM FAST NONE);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  expect_head(c, "Transfer-Encoding: chunked\r\n");
  stream_text(0, "a");
  expect(c, "1\r\na\r\n");
  http_client_assert_silent(c);
  http_exchange_finish(streams.exchanges[0]);
  expect(c, "0\r\n\r\n");
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 404);
  http_client_free(c);
}

static void test_streams_wait_for_their_turn(void **state) {
  (void)state;
  http_client *c = caller_saying(SLOW STREAM STREAM STREAM);
  stream_begin(2, 3);
  stream_text(2, "two");
  http_exchange_finish(streams.exchanges[2]);
  stream_begin(0, 4);
  stream_text(0, "ze");
  http_client_assert_silent(c);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  expect_head(c, "Content-Length: 4\r\n");
  expect(c, "ze");
  http_client_assert_silent(c);
  stream_text(0, "ro");
  http_exchange_finish(streams.exchanges[0]);
  expect(c, "ro");
  http_client_assert_silent(c);
  stream_begin(1, 3);
  stream_text(1, "one");
  http_exchange_finish(streams.exchanges[1]);
  expect_head(c, "Content-Length: 3\r\n");
  expect(c, "one");
  expect_head(c, "Content-Length: 3\r\n");
  expect(c, "two");
  http_client_free(c);
}

/* ---- Slow readers ------------------------------------------------------------------------------
 */

/* Reads what there is of a stream's bytes, of which *seen have come. */
static void read_some(const http_client *c, size_t *seen) {
  static char piece[300000];
  uv_run(&host->service.loop.uv, UV_RUN_NOWAIT);
  ssize_t got = recv(c->fd, piece, sizeof piece, MSG_DONTWAIT);
  for (ssize_t i = 0; i < got; i++)
    assert_int_equal((unsigned char)piece[i], (*seen)++ % 251);
}

/* Writes as much as the sockets and the server hold. */
static size_t fill_up(size_t i) {
  size_t all = 0;
  size_t more = stream_fill(i);
  while (more > 0) {
    all += more;
    turn(50);
    more = stream_fill(i);
  }
  return all;
}

static void test_a_slow_reader_is_waited_for(void **state) {
  (void)state;
  const size_t whole = 32000000;
  size_t seen = 0;
  http_client *c = caller_saying(STREAM);
  stream_begin(0, whole);
  expect_head(c, "Content-Length: 32000000\r\n");
  size_t sent = fill_up(0);
  assert_true(sent < whole);
  size_t writable = streams.writable;
  turn(20);
  assert_int_equal(streams.writable, writable);
  assert_true(http_exchange_waiting(streams.exchanges[0]) <= HTTP_HIGH_WATER + 10100);
  while (sent < whole) {
    read_some(c, &seen);
    size_t part = whole - sent < 10000 ? whole - sent : 10000;
    if (streams.writable > writable && stream_part(0, part))
      sent += part;
    else
      writable = streams.writable;
  }
  http_exchange_finish(streams.exchanges[0]);
  while (seen < whole)
    read_some(c, &seen);
  http_client_say(c, FAST);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_who_waits_for_his_turn_is_bounded(void **state) {
  (void)state;
  size_t seen = 0;
  http_client *c = caller_saying(SLOW STREAM);
  stream_begin(0, 2000000);
  size_t sent = stream_fill(0);
  assert_in_range(sent, HTTP_HIGH_WATER - 1000, HTTP_HIGH_WATER + 11000);
  http_client_assert_silent(c);
  assert_false(stream_part(0, 1));
  assert_int_equal(streams.writable, 0);
  http_host_acknowledge(0);
  turn_until(&streams.writable, 1);
  assert_int_equal(http_client_status(c), 200);
  expect_head(c, "Content-Length: 2000000\r\n");
  for (; seen < c->len; seen++)
    assert_int_equal((unsigned char)c->in[seen], seen % 251);
  while (seen < sent)
    read_some(c, &seen);
  http_client_free(c);
}

static void test_who_does_not_read_is_given_up(void **state) {
  (void)state;
  host->settings.http_limits.idle_timeout_seconds = 1;
  http_client *c = caller_saying(STREAM);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  fill_up(0);
  assert_int_equal(streams.cancelled, 0);
  turn_until(&streams.cancelled, 1);
  http_client_free(c);
}

static void test_a_fast_reader_leaves_time_for_others(void **state) {
  (void)state;
  size_t seen = 0;
  http_client *fast = caller_saying(STREAM);
  http_client *other = http_client_open();
  stream_begin(0, HTTP_LENGTH_UNKNOWN - 1);
  expect_head(fast, "Content-Length: 18446744073709551614\r\n");
  streams.endless = true;
  stream_fill(0);
  while (seen < 10000000)
    read_some(fast, &seen);
  http_client_say(other, FAST);
  while (other->len == 0) {
    read_some(fast, &seen);
    http_client_turn(other);
  }
  assert_int_equal(http_client_status(other), 200);
  assert_true(streams.writable > 1);
  http_client_free(fast);
  http_client_free(other);
}

/* ---- Ends ----------------------------------------------------------------------------------- */

static void test_the_caller_goes_away(void **state) {
  (void)state;
  static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  http_host_open();
  for (size_t way = 0; way < 2; way++) {
    http_client *c = http_client_open();
    http_client_say(c, STREAM STREAM);
    http_client_assert_silent(c);
    stream_begin(2 * way, HTTP_LENGTH_UNKNOWN);
    stream_text(2 * way, "hello");
    expect_head(c, "Transfer-Encoding: chunked\r\n");
    expect(c, "5\r\nhello\r\n");
    if (way == 1)
      setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    leave(c);
    while (streams.cancelled < 2 * way + 2) {
      if (way == 0)
        stream_text(0, "hello");
      turn(1);
    }
    http_client_free(c);
  }
}

static void test_the_caller_has_said_everything(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM);
  shutdown(c->fd, SHUT_WR);
  http_client_assert_silent(c);
  assert_int_equal(streams.cancelled, 0);
  stream_begin(0, 5);
  stream_text(0, "hello");
  http_exchange_finish(streams.exchanges[0]);
  expect_head(c, "Content-Length: 5\r\n");
  expect(c, "hello");
  expect_end(c);
  assert_int_equal(streams.cancelled, 0);
  http_client_free(c);
}

static void test_a_wrong_length_ends_the_connection(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM);
  stream_begin(0, 4);
  expect_head(c, "Content-Length: 4\r\n");
  stream_text(0, "hello");
  expect_end(c);
  assert_int_equal(streams.cancelled, 1);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, STREAM FAST);
  http_client_assert_silent(c);
  stream_begin(1, 6);
  expect_head(c, "Content-Length: 6\r\n");
  stream_text(1, "hello");
  expect(c, "hello");
  http_exchange_finish(streams.exchanges[1]);
  expect_end(c);
  assert_int_equal(streams.cancelled, 1);
  http_client_free(c);
}

static void test_a_route_may_give_up(void **state) {
  (void)state;
  http_client *c = caller_saying(SLOW STREAM FAST);
  http_exchange_abort(streams.exchanges[0]);
  http_client_assert_silent(c);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  expect_end(c);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, STREAM);
  http_client_assert_silent(c);
  stream_begin(1, HTTP_LENGTH_UNKNOWN);
  stream_text(1, "hello");
  expect_head(c, "Transfer-Encoding: chunked\r\n");
  expect(c, "5\r\nhello\r\n");
  http_exchange_abort(streams.exchanges[1]);
  expect_end(c);
  assert_int_equal(streams.cancelled, 0);
  http_client_free(c);
}

static void test_stopping_lets_streams_finish(void **state) {
  (void)state;
  http_client *begun = caller_saying(STREAM);
  http_client *later = http_client_open();
  http_client_say(later, STREAM);
  http_client_assert_silent(later);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  expect_head(begun, "Transfer-Encoding: chunked\r\n");
  http_host_stop();
  stream_text(0, "hello");
  expect(begun, "5\r\nhello\r\n");
  stream_begin(1, 5);
  expect_head(later, "Content-Length: 5\r\nConnection: close\r\n");
  http_exchange_finish(streams.exchanges[0]);
  expect(begun, "0\r\n\r\n");
  expect_end(begun);
  stream_text(1, "hello");
  http_exchange_finish(streams.exchanges[1]);
  expect(later, "hello");
  expect_end(later);
  http_client_free(begun);
  http_client_free(later);
  loop_run(&host->service.loop);
  assert_int_equal(host->server.shared.connection_count, 0);
}

static void test_closing_cancels_streams(void **state) {
  (void)state;
  http_client *c = caller_saying(STREAM STREAM SLOW);
  stream_begin(0, HTTP_LENGTH_UNKNOWN);
  stream_begin(1, HTTP_LENGTH_UNKNOWN);
  stream_text(0, "hello");
  turn(3);
  http_server_close(&host->server);
  assert_int_equal(streams.cancelled, 2);
  assert_int_equal(http_host_waiting(), 0);
  http_client_free(c);
}

/* ---- Several routes ---------------------------------------------------------------------------
 */

static void test_each_route_has_its_own_body_limit(void **state) {
  (void)state;
  http_client *c = caller_saying("PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  assert_int_equal(streams.count, 1);
  stream_begin(0, 0);
  http_exchange_finish(streams.exchanges[0]);
  assert_int_equal(http_client_status(c), 200);
  http_client_say(c, FAST "PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_last_status(c), 413);
  assert_int_equal(streams.refused, 1);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, "PUT /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n2\r\n");
  http_client_assert_silent(c);
  http_client_say(c, "cd");
  assert_int_equal(http_client_last_status(c), 413);
  assert_int_equal(streams.refused, 2);
  http_client_free(c);
}

static void test_who_gets_what_is_malformed(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, "GET /stream HTTP/1.1\r\n\r\n");
  assert_int_equal(http_client_last_status(c), 400);
  assert_int_equal(streams.refused, 1);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, "GET /stream nonsense\r\n\r\n");
  assert_int_equal(http_client_last_status(c), 400);
  assert_int_equal(streams.refused, 1);
  assert_int_equal(dm_count(host->service.context, DM_OPERATION_SEND, DM_INVALID_REQUEST), 1);
  http_client_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      stream_test(test_without_a_length),
      stream_test(test_with_a_length),
      stream_test(test_head_has_no_body),
      stream_test(test_http_1_0_has_no_chunks),
      stream_test(test_nobody_is_answered_behind_the_end),
      stream_test(test_answers_behind_a_stream_wait),
      stream_test(test_streams_wait_for_their_turn),
      stream_test(test_a_slow_reader_is_waited_for),
      stream_test(test_who_waits_for_his_turn_is_bounded),
      stream_test(test_who_does_not_read_is_given_up),
      stream_test(test_a_fast_reader_leaves_time_for_others),
      stream_test(test_the_caller_goes_away),
      stream_test(test_the_caller_has_said_everything),
      stream_test(test_a_wrong_length_ends_the_connection),
      stream_test(test_a_route_may_give_up),
      stream_test(test_stopping_lets_streams_finish),
      stream_test(test_closing_cancels_streams),
      stream_test(test_each_route_has_its_own_body_limit),
      stream_test(test_who_gets_what_is_malformed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
