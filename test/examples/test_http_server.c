/* Tests of the HTTP server over real sockets: the server's loop and the client share one
 * thread and take turns, so that nothing depends on timing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http_server.h"

/* ---- A host with two clients ---------------------------------------------------------- */

/* "fast" acknowledges inside deliver(), "slow" when a test says so. */
typedef struct fixture {
  settings settings;
  service service;
  http_server server;
  dm_connection_id fast;
  dm_connection_id slow;
  dm_message_id delivered[200]; /* to slow, not yet acknowledged */
  size_t delivered_count;
} fixture;

static fixture *f;

static int on_deliver(void *user, const dm_delivery *delivery) {
  (void)user;
  if (delivery->connection == f->fast)
    dm_puback(f->service.context, f->fast, delivery->message_id, 0, service_now(&f->service));
  else
    f->delivered[f->delivered_count++] = delivery->message_id;
  return DM_OK;
}

static void on_stop(void *user) {
  (void)user;
  http_server_stop(&f->server);
}

static service_peer peer(void *connection_user) {
  static const channel plain;
  (void)connection_user;
  return (service_peer){.channel = &plain};
}

static void acknowledge(size_t i) {
  dm_puback(f->service.context, f->slow, f->delivered[i], 0, service_now(&f->service));
}

static dm_connection_id connect_device(const char *client_id) {
  dm_connection connection = {.size = sizeof connection,
                              .client_id = dm_text(client_id),
                              .principal = dm_text("device"),
                              .protocol_level = 4};
  dm_connection_id id = 0;
  assert_int_equal(dm_connected(f->service.context, &connection, service_now(&f->service), &id),
                   DM_OK);
  return id;
}

static const settings_program program = {.name = "test", .help = ""};

static void open_server(void) {
  static char *argv[] = {(char *)(uintptr_t) "test", (char *)(uintptr_t) "--http=127.0.0.1:0",
                         NULL};
  service_hooks hooks = {.deliver = on_deliver, .peer = peer, .stop = on_stop};
  problem p;
  int status;
  assert_true(service_open(&f->service, &f->settings, 2, argv, &hooks, &p, &status));
  f->service.log.broken = true; /* no log between the lines of the tests */
  assert_true(http_server_open(&f->server, &f->service, &p));
  f->fast = connect_device("fast");
  f->slow = connect_device("slow");
}

static int set_up(void **state) {
  (void)state;
  static char *argv[] = {(char *)(uintptr_t) "test", (char *)(uintptr_t) "--http=127.0.0.1:0",
                         NULL};
  problem p;
  f = calloc(1, sizeof *f);
  if (f == NULL || !settings_load(&f->settings, &program, 2, argv, &p))
    return -1;
  f->settings.limits.publishes_per_second = DM_UNLIMITED;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  http_server_close(&f->server);
  service_close(&f->service);
  settings_free(&f->settings);
  free(f);
  return 0;
}

static uint64_t waiting(void) {
  dm_statistics statistics = {.size = sizeof statistics};
  assert_int_equal(dm_statistics_get(f->service.context, &statistics), DM_OK);
  return statistics.waiting;
}

/* ---- A client --------------------------------------------------------------------------- */

typedef struct client {
  int fd;
  char in[65536]; /* what has come and was not looked at, NUL-terminated */
  size_t len;
  bool ended;
} client;

static client *client_open(void) {
  client *c = calloc(1, sizeof *c);
  assert_non_null(c);
  struct sockaddr_in server = {.sin_family = AF_INET,
                               .sin_port = htons(f->server.listener.bound.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(c->fd, (struct sockaddr *)&server, sizeof server), 0);
  return c;
}

static void client_free(client *c) {
  if (c->fd >= 0)
    close(c->fd);
  free(c);
}

/* One turn of the server's loop, then whatever has arrived. */
static void turn(client *c) {
  uv_run(&f->service.loop, UV_RUN_NOWAIT);
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

static void put(client *c, const char *text, size_t len) {
  size_t sent = 0;
  while (sent < len) {
    ssize_t n = send(c->fd, text + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    assert_true(n > 0 || errno == EAGAIN);
    sent += n > 0 ? (size_t)n : 0;
    turn(c);
  }
}

static void say(client *c, const char *text) {
  put(c, text, strlen(text));
}

/* Waits for one answer and returns its status; `head` gets its header. */
static int take_answer(client *c, char head[1024]) {
  char *end;
  while ((end = strstr(c->in, "\r\n\r\n")) == NULL) {
    assert_false(c->ended);
    turn(c);
  }
  size_t len = (size_t)(end - c->in) + 4;
  assert_true(len < 1024);
  memcpy(head, c->in, len);
  head[len] = '\0';
  const char *length = strstr(head, "Content-Length: ");
  size_t whole = len + (length == NULL ? 0 : (size_t)strtoul(length + 16, NULL, 10));
  while (c->len < whole) {
    assert_false(c->ended);
    turn(c);
  }
  c->len -= whole;
  memmove(c->in, c->in + whole, c->len + 1);
  return atoi(head + 9);
}

static int status(client *c) {
  char head[1024];
  return take_answer(c, head);
}

/* The answer must be the connection's last. */
static int last_status(client *c) {
  char head[1024];
  int code = take_answer(c, head);
  assert_non_null(strstr(head, "\r\nConnection: close\r\n"));
  while (!c->ended)
    turn(c);
  assert_int_equal(c->len, 0);
  return code;
}

/* Nothing comes, however often the loop turns. */
static void assert_silent(client *c) {
  for (int i = 0; i < 20; i++)
    turn(c);
  assert_int_equal(c->len, 0);
  assert_false(c->ended);
}

#define SEND(target, fields, body)                                                                 \
  "POST /connections/" target "/messages?topic=a&confirmation=true HTTP/1.1\r\nHost: x\r\n" fields \
  "\r\n" body
#define FAST SEND("fast", "Content-Length: 2\r\n", "hi")
#define SLOW SEND("slow", "", "")
#define NONE SEND("none", "", "")
#define CHUNKED                                                                                    \
  SEND("fast", "Transfer-Encoding: chunked\r\n", "2;x=y\r\nhi\r\n1\r\n!\r\n0\r\nTrailer: 1\r\n\r\n")

/* ---- Tests -------------------------------------------------------------------------------- */

static void test_input_may_come_in_any_pieces(void **state) {
  (void)state;
  static const char all[] = FAST CHUNKED NONE "\r\n" FAST;
  open_server();
  client *c = client_open();
  for (size_t i = 0; i < sizeof all; i++) {
    put(c, all, i);
    put(c, all + i, sizeof all - 1 - i);
    assert_int_equal(status(c), 200);
    assert_int_equal(status(c), 200);
    assert_int_equal(status(c), 404);
    assert_int_equal(status(c), 200);
  }
  client_free(c);
}

static void test_answers_keep_the_order_of_requests(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, SLOW SLOW NONE FAST);
  assert_silent(c);
  assert_int_equal(f->delivered_count, 2);
  acknowledge(1);
  assert_silent(c);
  acknowledge(0);
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 404);
  assert_int_equal(status(c), 200);
  client_free(c);
}

static void test_waiting_calls_do_not_hold_up_other_connections(void **state) {
  (void)state;
  open_server();
  client *a = client_open();
  client *b = client_open();
  say(a, SLOW);
  say(b, FAST);
  assert_int_equal(status(b), 200);
  assert_silent(a);
  client_free(a);
  client_free(b);
}

static void test_only_so_many_wait_on_one_connection(void **state) {
  (void)state;
  f->settings.http_limits.max_pipelined = 2;
  open_server();
  client *c = client_open();
  say(c, SLOW SLOW SLOW SLOW FAST);
  assert_silent(c);
  assert_int_equal(f->delivered_count, 2);
  acknowledge(0);
  assert_int_equal(status(c), 200);
  assert_int_equal(f->delivered_count, 3);
  acknowledge(1);
  acknowledge(2);
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 200);
  acknowledge(3);
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 200);
  client_free(c);
}

static void test_malformed_requests_end_the_connection(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "hello\r\n\r\n",
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
  open_server();
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    client *c = client_open();
    say(c, wrong[i]);
    assert_int_equal(last_status(c), 400);
    client_free(c);
  }
  client *c = client_open();
  say(c, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  assert_int_equal(last_status(c), 405);
  client_free(c);
}

static void test_an_error_waits_its_turn(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, SLOW "nonsense\r\n\r\n");
  assert_silent(c);
  acknowledge(0);
  assert_int_equal(status(c), 200);
  assert_int_equal(last_status(c), 400);
  client_free(c);
}

static void repeat(client *c, const char *text, size_t times) {
  for (size_t i = 0; i < times; i++)
    say(c, text);
}

static void test_heads_are_bounded(void **state) {
  (void)state;
  f->settings.http_limits.max_header_bytes = 1000;
  open_server();
  static const struct {
    const char *start;
    const char *more;
  } cases[] = {{"GET /", "aaaaaaaaaa"},
               {"GET / HTTP/1.1\r\nX:", "          "},
               {"GET / HTTP/1.1\r\nX: ", "aaaaaaaaaa"},
               {"GET / HTTP/1.1\r\n", "Abcd: ef\r\n"},
               {"", "\r\n\r\n\r\n\r\n\r\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    client *c = client_open();
    say(c, cases[i].start);
    repeat(c, cases[i].more, 98);
    assert_silent(c);
    repeat(c, cases[i].more, 5);
    assert_int_equal(last_status(c), 400);
    client_free(c);
  }
}

static void test_too_many_fields(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, "GET / HTTP/1.1\r\nHost: a\r\n");
  repeat(c, "A: b\r\n", 127);
  say(c, "\r\n");
  assert_int_equal(status(c), 404);
  say(c, "GET / HTTP/1.1\r\nHost: a\r\n");
  repeat(c, "A: b\r\n", 128);
  assert_int_equal(last_status(c), 400);
  client_free(c);
}

static void test_bodies_are_bounded(void **state) {
  (void)state;
  f->settings.limits.max_payload = 10;
  open_server();
  client *c = client_open();
  say(c, SEND("fast", "Content-Length: 10\r\n", "0123456789"));
  assert_int_equal(status(c), 200);
  say(c, SEND("fast", "Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n"));
  assert_int_equal(status(c), 200);
  say(c, SEND("fast", "Content-Length: 11\r\n", ""));
  assert_int_equal(last_status(c), 413);
  client_free(c);
  c = client_open();
  say(c, SEND("fast", "Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n6\r\n012345"));
  assert_int_equal(last_status(c), 413);
  client_free(c);
}

static void test_the_framing_of_chunks_is_bounded(void **state) {
  (void)state;
  f->settings.limits.max_payload = 10;
  open_server();
  client *c = client_open();
  say(c, SEND("fast", "Transfer-Encoding: chunked\r\n", "1;"));
  repeat(c, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 600);
  assert_int_equal(last_status(c), 400);
  client_free(c);
}

static void test_a_refused_body_is_read_so_that_the_answer_arrives(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  char *body = calloc(1, 4 << 20);
  assert_non_null(body);
  say(c, SEND("fast", "Content-Length: 4194304\r\n", ""));
  put(c, body, 4 << 20);
  shutdown(c->fd, SHUT_WR);
  assert_int_equal(last_status(c), 413);
  free(body);
  client_free(c);
}

static void test_the_body_is_asked_for_when_it_is_its_turn(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, SEND("fast", "Content-Length: 2\r\nExpect: 100-Continue\r\n", ""));
  assert_int_equal(status(c), 100);
  say(c, "hi");
  assert_int_equal(status(c), 200);
  say(c, SLOW SEND("fast", "Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
  assert_silent(c);
  acknowledge(0);
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 100);
  say(c, "hi" SEND("fast", "Content-Length: 2\r\nExpect: 100-continue\r\n", "hi"));
  assert_int_equal(status(c), 200);
  assert_int_equal(status(c), 200);
  say(c, SEND("fast", "Content-Length: 999999\r\nExpect: 100-continue\r\n", ""));
  assert_int_equal(last_status(c), 413);
  client_free(c);
}

static void test_who_keeps_the_connection(void **state) {
  (void)state;
  char head[1024];
  open_server();
  client *c = client_open();
  say(c, SEND("fast", "Connection: close\r\n", "") FAST);
  assert_int_equal(last_status(c), 200);
  client_free(c);
  c = client_open();
  say(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assert_int_equal(take_answer(c, head), 404);
  assert_non_null(strstr(head, "\r\nConnection: keep-alive\r\n"));
  say(c, "GET / HTTP/1.0\r\n\r\n");
  assert_int_equal(last_status(c), 404);
  client_free(c);
}

static void test_other_protocols_are_not_taken_up(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" FAST);
  assert_int_equal(status(c), 404);
  assert_int_equal(status(c), 200);
  client_free(c);
}

static void test_head_has_no_body(void **state) {
  (void)state;
  char head[1024];
  open_server();
  client *c = client_open();
  say(c, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (strstr(c->in, "\r\n\r\n") == NULL)
    turn(c);
  assert_non_null(strstr(c->in, "Content-Length: "));
  assert_memory_equal(c->in + c->len - 4, "\r\n\r\n", 4);
  memset(c->in, 0, sizeof c->in);
  c->len = 0;
  say(c, FAST);
  assert_int_equal(take_answer(c, head), 200);
  client_free(c);
}

static void turn_until_nobody_waits(void) {
  while (waiting() > 0)
    uv_run(&f->service.loop, UV_RUN_NOWAIT);
}

static void test_callers_that_go_away_are_cancelled(void **state) {
  (void)state;
  static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  open_server();
  for (int way = 0; way < 3; way++) {
    client *c = client_open();
    say(c, FAST SLOW SLOW FAST);
    assert_int_equal(status(c), 200);
    assert_silent(c);
    assert_int_equal(waiting(), 2);
    if (way == 1)
      setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (way == 2) {
      shutdown(c->fd, SHUT_WR);
    } else {
      close(c->fd);
      c->fd = -1;
    }
    turn_until_nobody_waits();
    client_free(c);
  }
  assert_int_equal(dm_count(f->service.context, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT), 6);
}

static void test_an_answer_reaches_who_has_said_everything(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  assert_int_equal(send(c->fd, FAST, strlen(FAST), 0), strlen(FAST));
  shutdown(c->fd, SHUT_WR);
  assert_int_equal(status(c), 200);
  client_free(c);
}

static void test_time_limits(void **state) {
  (void)state;
  f->settings.http_limits.header_timeout_seconds = 1;
  f->settings.http_limits.body_timeout_seconds = 1;
  f->settings.http_limits.idle_timeout_seconds = 1;
  open_server();
  client *idle = client_open();
  client *head = client_open();
  client *body = client_open();
  client *waits = client_open();
  say(waits, SLOW);
  say(head, "GET / HT");
  say(body, SEND("fast", "Content-Length: 2\r\n", "h"));
  assert_int_equal(last_status(head), 400);
  assert_int_equal(last_status(body), 400);
  while (!idle->ended)
    turn(idle);
  assert_silent(waits);
  acknowledge(0);
  assert_int_equal(status(waits), 200);
  client_free(idle);
  client_free(head);
  client_free(body);
  client_free(waits);
}

static void test_connections_are_bounded(void **state) {
  (void)state;
  f->settings.http_limits.max_connections = 1;
  open_server();
  client *first = client_open();
  say(first, FAST);
  assert_int_equal(status(first), 200);
  client *second = client_open();
  while (!second->ended)
    turn(second);
  client_free(first);
  client_free(second);
}

static void test_stopping_answers_everybody(void **state) {
  (void)state;
  char head[1024];
  open_server();
  client *idle = client_open();
  client *one = client_open();
  client *two = client_open();
  client *half = client_open();
  say(one, SLOW);
  say(two, SLOW SLOW);
  say(half, SEND("fast", "Content-Length: 2\r\n", "h"));
  assert_silent(idle);
  service_stop(&f->service);
  assert_int_equal(last_status(one), 503);
  assert_int_equal(take_answer(two, head), 503);
  assert_null(strstr(head, "Connection"));
  assert_int_equal(last_status(two), 503);
  say(half, "i");
  assert_int_equal(last_status(half), 503);
  client_free(idle);
  client_free(one);
  client_free(two);
  client_free(half);
  assert_int_equal(service_run(&f->service), 0);
}

static void test_closing_while_calls_wait(void **state) {
  (void)state;
  open_server();
  client *c = client_open();
  say(c, SLOW SLOW FAST "GET");
  assert_silent(c);
  http_server_close(&f->server);
  assert_int_equal(waiting(), 0);
  client_free(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_input_may_come_in_any_pieces),
      TEST(test_answers_keep_the_order_of_requests),
      TEST(test_waiting_calls_do_not_hold_up_other_connections),
      TEST(test_only_so_many_wait_on_one_connection),
      TEST(test_malformed_requests_end_the_connection),
      TEST(test_an_error_waits_its_turn),
      TEST(test_heads_are_bounded),
      TEST(test_too_many_fields),
      TEST(test_bodies_are_bounded),
      TEST(test_the_framing_of_chunks_is_bounded),
      TEST(test_a_refused_body_is_read_so_that_the_answer_arrives),
      TEST(test_the_body_is_asked_for_when_it_is_its_turn),
      TEST(test_who_keeps_the_connection),
      TEST(test_other_protocols_are_not_taken_up),
      TEST(test_head_has_no_body),
      TEST(test_callers_that_go_away_are_cancelled),
      TEST(test_an_answer_reaches_who_has_said_everything),
      TEST(test_time_limits),
      TEST(test_connections_are_bounded),
      TEST(test_stopping_answers_everybody),
      TEST(test_closing_while_calls_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
