/* Tests of the HTTP server: the order of answers, and the life of connections.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_client.h"
#include "server_host.h"

static void test_answers_keep_the_order_of_requests(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SLOW SLOW NONE FAST);
  http_client_assert_silent(c);
  assert_int_equal(host->delivered_count, 2);
  http_host_acknowledge(1);
  http_client_assert_silent(c);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 404);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_waiting_calls_do_not_hold_up_other_connections(void **state) {
  (void)state;
  http_host_open();
  http_client *a = http_client_open();
  http_client *b = http_client_open();
  http_client_say(a, SLOW);
  http_client_say(b, FAST);
  assert_int_equal(http_client_status(b), 200);
  http_client_assert_silent(a);
  http_client_free(a);
  http_client_free(b);
}

static void test_only_so_many_wait_on_one_connection(void **state) {
  (void)state;
  host->settings.http_limits.max_pipelined = 2;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SLOW SLOW SLOW SLOW FAST);
  http_client_assert_silent(c);
  assert_int_equal(host->delivered_count, 2);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(host->delivered_count, 3);
  http_host_acknowledge(1);
  http_host_acknowledge(2);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 200);
  http_host_acknowledge(3);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_an_error_waits_its_turn(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SLOW "nonsense\r\n\r\n");
  http_client_assert_silent(c);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_last_status(c), 400);
  http_client_free(c);
}

static void test_who_keeps_the_connection(void **state) {
  (void)state;
  char head[1024];
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SEND("fast", "Connection: close\r\n", "") FAST);
  assert_int_equal(http_client_last_status(c), 200);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assert_int_equal(http_client_answer(c, head), 404);
  assert_non_null(strstr(head, "\r\nConnection: keep-alive\r\n"));
  http_client_say(c, "GET / HTTP/1.0\r\n\r\n");
  assert_int_equal(http_client_last_status(c), 404);
  http_client_free(c);
}

static void turn_until_nobody_waits(void) {
  while (http_host_waiting() > 0)
    uv_run(&host->service.loop.uv, UV_RUN_NOWAIT);
}

static size_t count_of(int outcome) {
  return (size_t)dm_count(host->service.context, DM_OPERATION_SEND, outcome);
}

static void test_callers_that_go_away_are_cancelled(void **state) {
  (void)state;
  static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  http_host_open();
  for (int i = 0; i < 2; i++) {
    http_client *c = http_client_open();
    http_client_say(c, FAST SLOW SLOW FAST);
    assert_int_equal(http_client_status(c), 200);
    http_client_assert_silent(c);
    assert_int_equal(http_host_waiting(), 2);
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(c->fd);
    c->fd = -1;
    turn_until_nobody_waits();
    http_client_free(c);
  }
  assert_int_equal(count_of(DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT), 4);
}

/* Whether the caller closes half of the connection or all of it, only a write can tell. */
static void test_the_end_of_what_a_caller_says_cancels_nothing(void **state) {
  (void)state;
  http_host_open();
  http_client *all = http_client_open();
  http_client_say(all, SECOND);
  http_client_assert_silent(all);
  close(all->fd);
  all->fd = -1;
  http_client *half = http_client_open();
  http_client_say(half, FAST SECOND FAST "GET /unfinished HT");
  shutdown(half->fd, SHUT_WR);
  assert_int_equal(http_client_status(half), 200);
  http_client_assert_silent(half);
  assert_int_equal(http_host_waiting(), 2);
  assert_int_equal(http_client_status(half), 504);
  assert_int_equal(http_client_status(half), 200);
  while (!half->ended)
    http_client_turn(half);
  turn_until_nobody_waits();
  assert_int_equal(count_of(DM_DELIVERY_CONFIRMATION_TIMEOUT), 2);
  assert_int_equal(count_of(DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT), 0);
  http_client_free(half);
  http_client_free(all);
}

static void test_what_waits_for_a_place_is_answered_after_the_end(void **state) {
  (void)state;
  host->settings.http_limits.max_pipelined = 1;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SECOND FAST NONE FAST);
  shutdown(c->fd, SHUT_WR);
  assert_int_equal(http_client_status(c), 504);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 404);
  assert_int_equal(http_client_status(c), 200);
  while (!c->ended)
    http_client_turn(c);
  http_client_free(c);
}

static void test_an_answer_reaches_who_has_said_everything(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  assert_int_equal(send(c->fd, FAST, strlen(FAST), 0), strlen(FAST));
  shutdown(c->fd, SHUT_WR);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_time_limits(void **state) {
  (void)state;
  host->settings.http_limits.header_timeout_seconds = 1;
  host->settings.http_limits.body_timeout_seconds = 1;
  host->settings.http_limits.idle_timeout_seconds = 1;
  http_host_open();
  http_client *idle = http_client_open();
  http_client *head = http_client_open();
  http_client *body = http_client_open();
  http_client *waits = http_client_open();
  http_client_say(waits, SLOW);
  http_client_say(head, "GET / HT");
  http_client_say(body, SEND("fast", "Content-Length: 2\r\n", "h"));
  assert_int_equal(http_client_last_status(head), 400);
  assert_int_equal(http_client_last_status(body), 400);
  while (!idle->ended)
    http_client_turn(idle);
  http_client_assert_silent(waits);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(waits), 200);
  http_client_free(idle);
  http_client_free(head);
  http_client_free(body);
  http_client_free(waits);
}

static void test_connections_are_bounded(void **state) {
  (void)state;
  host->settings.http_limits.max_connections = 1;
  http_host_open();
  http_client *first = http_client_open();
  http_client_say(first, FAST);
  assert_int_equal(http_client_status(first), 200);
  http_client *second = http_client_open();
  while (!second->ended)
    http_client_turn(second);
  http_client_free(first);
  http_client_free(second);
}

static void test_stopping_answers_everybody(void **state) {
  (void)state;
  char head[1024];
  http_host_open();
  http_client *idle = http_client_open();
  http_client *one = http_client_open();
  http_client *two = http_client_open();
  http_client *half = http_client_open();
  http_client_say(one, SLOW);
  http_client_say(two, SLOW SLOW);
  http_client_say(half, SEND("fast", "Content-Length: 2\r\n", "h"));
  http_client_assert_silent(idle);
  http_host_stop();
  assert_int_equal(http_client_last_status(one), 503);
  assert_int_equal(http_client_answer(two, head), 503);
  assert_null(strstr(head, "Connection"));
  assert_int_equal(http_client_last_status(two), 503);
  http_client_say(half, "i");
  assert_int_equal(http_client_last_status(half), 503);
  http_client_free(idle);
  http_client_free(one);
  http_client_free(two);
  http_client_free(half);
  loop_run(&host->service.loop);
  assert_int_equal(host->server.shared.connection_count, 0);
}

static void test_closing_while_calls_wait(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SLOW SLOW FAST "GET");
  http_client_assert_silent(c);
  http_server_close(&host->server);
  assert_int_equal(http_host_waiting(), 0);
  http_client_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      http_host_test(test_answers_keep_the_order_of_requests),
      http_host_test(test_waiting_calls_do_not_hold_up_other_connections),
      http_host_test(test_only_so_many_wait_on_one_connection),
      http_host_test(test_an_error_waits_its_turn),
      http_host_test(test_who_keeps_the_connection),
      http_host_test(test_callers_that_go_away_are_cancelled),
      http_host_test(test_the_end_of_what_a_caller_says_cancels_nothing),
      http_host_test(test_what_waits_for_a_place_is_answered_after_the_end),
      http_host_test(test_an_answer_reaches_who_has_said_everything),
      http_host_test(test_time_limits),
      http_host_test(test_connections_are_bounded),
      http_host_test(test_stopping_answers_everybody),
      http_host_test(test_closing_while_calls_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
