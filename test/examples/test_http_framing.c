/* Tests of the HTTP server: where a request ends, and what is none.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http_client.h"
#include "server_host.h"

static void test_input_may_come_in_any_pieces(void **state) {
  (void)state;
  static const char all[] = FAST CHUNKED NONE "\r\n" FAST;
  http_host_open();
  http_client *c = http_client_open();
  for (size_t i = 0; i < sizeof all; i++) {
    http_client_put(c, all, i);
    http_client_put(c, all + i, sizeof all - 1 - i);
    assert_int_equal(http_client_status(c), 200);
    assert_int_equal(http_client_status(c), 200);
    assert_int_equal(http_client_status(c), 404);
    assert_int_equal(http_client_status(c), 200);
  }
  http_client_free(c);
}

static void test_malformed_requests_end_the_connection(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "hello\r\n\r\n",
      "BREW / HTTP/1.1\r\n\r\n",
      "BREW / HTTP/2.0\r\nHost: a\r\n\r\n",
      "B(EW / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
      SEND("fast", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") FAST,
      SEND("fast", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n") FAST,
      SEND("fast", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      SEND("fast", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
      SEND("fast", "Transfer-Encoding: gzip\r\n", "0\r\n\r\n"),
      SEND("fast", "Transfer-Encoding: chunked\r\n", "g\r\n"),
      SEND("fast", "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"),
      SEND("fast", "Content-Length: 2\r\nContent-Length: 2\r\n", "hi") FAST,
      SEND("fast", "Content-Length: 2, 2\r\n", "hi"),
      SEND("fast", "Content-Length: +2\r\n", "hi"),
      SEND("fast", "Content-Length: -2\r\n", "hi"),
      SEND("fast", "Content-Length: \r\n", "hi"),
      SEND("fast", "Content-Length: 99999999999999999999\r\n", "hi"),
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  http_host_open();
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    http_client *c = http_client_open();
    http_client_say(c, wrong[i]);
    assert_int_equal(http_client_last_status(c), 400);
    http_client_free(c);
  }
  http_client *c = http_client_open();
  http_client_say(c, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  assert_int_equal(http_client_last_status(c), 405);
  http_client_free(c);
}

/* Trailing white space is no part of a value (RFC 9110 section 5.5), whichever it is, and however
 * it arrives. */
static void test_white_space_behind_a_value(void **state) {
  (void)state;
  static const char *const requests[] = {
      SEND("fast", "Content-Length: 2 \r\n", "hi"),
      SEND("fast", "Content-Length:\t2 \t \r\n", "hi"),
      SEND("fast", "Content-Length:2\t\r\n", "hi"),
      SEND("fast", "Transfer-Encoding: chunked \r\n", "2\r\nhi\r\n0\r\n\r\n"),
      SEND("fast", "Transfer-Encoding: chunked\t\r\n", "2\r\nhi\r\n0\r\n\r\n"),
      SEND("fast", "Transfer-Encoding:\t \tchunked \t \r\n", "2\r\nhi\r\n0\r\n\r\n"),
  };
  http_host_open();
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    http_client *c = http_client_open();
    http_client_say(c, requests[i]);
    assert_int_equal(http_client_status(c), 200);
    for (size_t k = 0; requests[i][k] != '\0'; k++)
      http_client_put(c, requests[i] + k, 1);
    assert_int_equal(http_client_status(c), 200);
    http_client_free(c);
  }
}

static void test_white_space_behind_what_is_asked_of_the_connection(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n\r\n");
  assert_int_equal(http_client_last_status(c), 404);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, SEND("fast", "Content-Length: 2\r\nExpect: 100-continue \t\r\n", ""));
  assert_int_equal(http_client_status(c), 100);
  http_client_say(c, "hi");
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

/* Methods that nobody knows are told from what is no HTTP. */
static void test_an_unknown_method(void **state) {
  (void)state;
  static const char *const methods[] = {"BREW", "GETX", "get", "DESCRIBE",
                                        "A_METHOD_OF_A_LENGTH_WITHOUT_END"};
  http_host_open();
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    http_client *c = http_client_open();
    for (const char *byte = methods[i]; *byte != '\0'; byte++)
      http_client_put(c, byte, 1);
    http_client_say(c, " / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_client_last_status(c), 501);
    http_client_free(c);
  }
}

static void test_heads_are_bounded(void **state) {
  (void)state;
  host->settings.http_limits.max_header_bytes = 1000;
  http_host_open();
  static const struct {
    const char *start;
    const char *more;
  } cases[] = {{"GET /", "aaaaaaaaaa"},
               {"GET / HTTP/1.1\r\nX:", "          "},
               {"GET / HTTP/1.1\r\nX: ", "aaaaaaaaaa"},
               {"GET / HTTP/1.1\r\n", "Abcd: ef\r\n"},
               {"", "\r\n\r\n\r\n\r\n\r\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    http_client *c = http_client_open();
    http_client_say(c, cases[i].start);
    http_client_repeat(c, cases[i].more, 98);
    http_client_assert_silent(c);
    http_client_repeat(c, cases[i].more, 5);
    assert_int_equal(http_client_last_status(c), 400);
    http_client_free(c);
  }
}

static void test_too_many_fields(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, "GET / HTTP/1.1\r\nHost: a\r\n");
  http_client_repeat(c, "A: b\r\n", 127);
  http_client_say(c, "\r\n");
  assert_int_equal(http_client_status(c), 404);
  http_client_say(c, "GET / HTTP/1.1\r\nHost: a\r\n");
  http_client_repeat(c, "A: b\r\n", 128);
  assert_int_equal(http_client_last_status(c), 400);
  http_client_free(c);
}

static void test_bodies_are_bounded(void **state) {
  (void)state;
  host->settings.limits.max_payload = 10;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SEND("fast", "Content-Length: 10\r\n", "0123456789"));
  assert_int_equal(http_client_status(c), 200);
  http_client_say(c,
                  SEND("fast", "Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n"));
  assert_int_equal(http_client_status(c), 200);
  http_client_say(c, SEND("fast", "Content-Length: 11\r\n", ""));
  assert_int_equal(http_client_last_status(c), 413);
  http_client_free(c);
  c = http_client_open();
  http_client_say(c, SEND("fast", "Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n6\r\n012345"));
  assert_int_equal(http_client_last_status(c), 413);
  http_client_free(c);
}

static void test_the_framing_of_chunks_is_bounded(void **state) {
  (void)state;
  host->settings.limits.max_payload = 10;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SEND("fast", "Transfer-Encoding: chunked\r\n", "1;"));
  http_client_repeat(c, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 600);
  assert_int_equal(http_client_last_status(c), 400);
  http_client_free(c);
}

static void test_a_refused_body_is_read_so_that_the_answer_arrives(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  char *body = calloc(1, 4 << 20);
  assert_non_null(body);
  http_client_say(c, SEND("fast", "Content-Length: 4194304\r\n", ""));
  http_client_put(c, body, 4 << 20);
  shutdown(c->fd, SHUT_WR);
  assert_int_equal(http_client_last_status(c), 413);
  free(body);
  http_client_free(c);
}

static void test_the_body_is_asked_for_when_it_is_its_turn(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, SEND("fast", "Content-Length: 2\r\nExpect: 100-Continue\r\n", ""));
  assert_int_equal(http_client_status(c), 100);
  http_client_say(c, "hi");
  assert_int_equal(http_client_status(c), 200);
  http_client_say(c, SLOW SEND("fast", "Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
  http_client_assert_silent(c);
  http_host_acknowledge(0);
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 100);
  http_client_say(c, "hi" SEND("fast", "Content-Length: 2\r\nExpect: 100-continue\r\n", "hi"));
  assert_int_equal(http_client_status(c), 200);
  assert_int_equal(http_client_status(c), 200);
  http_client_say(c, SEND("fast", "Content-Length: 999999\r\nExpect: 100-continue\r\n", ""));
  assert_int_equal(http_client_last_status(c), 413);
  http_client_free(c);
}

static void test_other_protocols_are_not_taken_up(void **state) {
  (void)state;
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c,
                  "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" FAST);
  assert_int_equal(http_client_status(c), 404);
  assert_int_equal(http_client_status(c), 200);
  http_client_free(c);
}

static void test_head_has_no_body(void **state) {
  (void)state;
  char head[1024];
  http_host_open();
  http_client *c = http_client_open();
  http_client_say(c, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (strstr(c->in, "\r\n\r\n") == NULL)
    http_client_turn(c);
  assert_non_null(strstr(c->in, "Content-Length: "));
  assert_memory_equal(c->in + c->len - 4, "\r\n\r\n", 4);
  memset(c->in, 0, sizeof c->in);
  c->len = 0;
  http_client_say(c, FAST);
  assert_int_equal(http_client_answer(c, head), 200);
  http_client_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      http_host_test(test_input_may_come_in_any_pieces),
      http_host_test(test_malformed_requests_end_the_connection),
      http_host_test(test_white_space_behind_a_value),
      http_host_test(test_white_space_behind_what_is_asked_of_the_connection),
      http_host_test(test_an_unknown_method),
      http_host_test(test_heads_are_bounded),
      http_host_test(test_too_many_fields),
      http_host_test(test_bodies_are_bounded),
      http_host_test(test_the_framing_of_chunks_is_bounded),
      http_host_test(test_a_refused_body_is_read_so_that_the_answer_arrives),
      http_host_test(test_the_body_is_asked_for_when_it_is_its_turn),
      http_host_test(test_other_protocols_are_not_taken_up),
      http_host_test(test_head_has_no_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
