/* Tests of listening: where it listens, and a connection for which there was no memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/net/own_address.h"

static const address anywhere = {.host = "127.0.0.1"};

static struct loop loop;
static listener l;
static stream *taken;
static unsigned takes;
static unsigned refusals; /* so many times there is no memory */

static const stream_events events = {.read = NULL};

static bool take(listener *from) {
  assert_ptr_equal(from->owner, &loop);
  takes++;
  if (refusals > 0) {
    refusals--;
    return false;
  }
  assert_true(listener_accept(from, &taken));
  stream_own(taken, &events, NULL);
  return true;
}

static int set_up(void **state) {
  (void)state;
  taken = NULL;
  takes = 0;
  refusals = 0;
  l = (listener){.owner = &loop, .take = take};
  return loop_open(&loop);
}

static int tear_down(void **state) {
  (void)state;
  stream_close(taken);
  listener_close(&l);
  loop_close(&loop);
  return 0;
}

static int connect_to(uint16_t port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static void test_a_connection_is_taken(void **state) {
  (void)state;
  problem p;
  stream_tls tls;
  assert_true(listener_open(&l, &loop, &anywhere, &p));
  assert_true(l.open);
  assert_int_not_equal(l.bound.port, 0);
  int fd = connect_to(l.bound.port);
  while (taken == NULL)
    uv_run(&loop.uv, UV_RUN_ONCE);
  assert_int_equal(takes, 1);
  assert_int_equal(stream_local(taken).port, l.bound.port);
  assert_string_equal(stream_remote(taken).ip, "127.0.0.1");
  assert_false(stream_describe_tls(taken, &tls));
  assert_null(tls.version);
  assert_string_equal(tls.server_name, "");
  close(fd);
}

static void test_one_for_which_there_was_no_memory_waits(void **state) {
  (void)state;
  problem p;
  refusals = 2;
  assert_true(listener_open(&l, &loop, &anywhere, &p));
  int fd = connect_to(l.bound.port);
  dm_time begin = loop_now(&loop);
  while (taken == NULL)
    uv_run(&loop.uv, UV_RUN_ONCE);
  assert_int_equal(takes, 3);
  assert_true(loop_now(&loop) - begin >= 200 * DM_MILLISECOND);
  close(fd);
}

static void test_nowhere(void **state) {
  (void)state;
  const address none = {.port = 0};
  problem p;
  assert_true(listener_open(&l, &loop, &none, &p));
  assert_false(l.open);
  assert_false(address_given(&l.bound));
}

static void test_a_port_that_is_taken(void **state) {
  (void)state;
  listener second = {.owner = &loop, .take = take};
  problem p;
  assert_true(listener_open(&l, &loop, &anywhere, &p));
  assert_false(listener_open(&second, &loop, &l.bound, &p));
  assert_false(second.open);
  assert_non_null(strstr(p.text, "cannot listen on 127.0.0.1:"));
  assert_non_null(strstr(p.text, ": address already in use"));
  uv_run(&loop.uv, UV_RUN_NOWAIT); /* `second` may go now */
}

static bool reaches(const char *listens_at, const char *dialed) {
  problem p;
  address at = {0}, to = {0};
  strcpy(at.host, listens_at);
  strcpy(to.host, dialed);
  l = (listener){.owner = &loop, .take = take};
  if (!listener_open(&l, &loop, &at, &p))
    return strchr(listens_at, ':') != NULL; /* there may be no IPv6 here */
  to.port = l.bound.port;
  bool answer = own_address_reaches(&l, &to);
  to.port = (uint16_t)(to.port + 1);
  assert_false(own_address_reaches(&l, &to));
  listener_close(&l);
  uv_run(&loop.uv, UV_RUN_NOWAIT);
  return answer;
}

static void test_who_would_dial_himself(void **state) {
  (void)state;
  assert_true(reaches("127.0.0.1", "127.0.0.1"));
  assert_true(reaches("127.0.0.1", "::ffff:127.0.0.1"));
  assert_true(reaches("0.0.0.0", "127.0.0.1"));
  assert_true(reaches("0.0.0.0", "127.0.0.2"));
  assert_true(reaches("0.0.0.0", "0.0.0.0"));
  assert_true(reaches("::", "::1"));
  assert_true(reaches("::", "127.0.0.1"));
  assert_false(reaches("127.0.0.1", "127.0.0.2"));
  assert_false(reaches("0.0.0.0", "192.0.2.1"));
  assert_false(reaches("127.0.0.1", "name.invalid"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_a_connection_is_taken),
      TEST(test_one_for_which_there_was_no_memory_waits),
      TEST(test_nowhere),
      TEST(test_a_port_that_is_taken),
      TEST(test_who_would_dial_himself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
