/* Tests of TLS between a socket and its owner: reading that stops and goes on, writing more than
 * the socket takes, and all the ways to end.
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
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR < 3
#include <mbedtls/ssl_internal.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/net/listener.h"
#include "common/net/orderly_close.h"
#include "common/net/tls_stream.h"
#include "examples/tls_peer.h"

#define LARGE 12000000 /* more than two sockets hold */

typedef struct fixture {
  struct loop loop;
  tls_acceptor tls;
  listener listener;
  stream *stream; /* NULL: not accepted yet, or closed */
  bool closed;

  bytes got;          /* by the server's owner */
  int end;            /* what it was told at the end; 0: nothing yet */
  size_t stop_at;     /* it stops reading when it has so much */
  bool close_at_once; /* it closes the stream from inside of its event */
  int writes;         /* that are complete */
  int write_status;
  size_t most_waiting; /* for the socket */

  tls_peer *client;
  int fd;
  bool client_eof;
} fixture;

static fixture *f;

/* ---- The owner -------------------------------------------------------------------------- */

static void close_stream(void) {
  f->closed = f->closed || f->stream != NULL;
  stream_close(f->stream);
  f->stream = NULL;
}

static void on_read(void *user, char *data, size_t len) {
  assert_ptr_equal(user, f);
  assert_int_equal(f->end, 0);
  assert_false(f->closed);
  assert_true(bytes_append(&f->got, dm_bytes(data, len)));
  if (f->got.len >= f->stop_at)
    stream_pause(f->stream);
  if (f->close_at_once)
    close_stream();
}

static void on_ended(void *user, int status) {
  assert_ptr_equal(user, f);
  assert_int_equal(f->end, 0);
  assert_false(f->closed);
  f->end = status;
}

static void read_on(void) {
  f->stop_at = SIZE_MAX;
  assert_int_equal(stream_read(f->stream), 0);
}

static void on_written(void *user, int status) {
  assert_ptr_equal(user, f);
  assert_false(f->closed);
  f->writes++;
  f->write_status = status;
}

static const stream_events events = {.read = on_read, .ended = on_ended, .written = on_written};

static bool take(listener *l) {
  assert_null(f->stream);
  assert_true(listener_accept(l, &f->stream));
  assert_non_null(f->stream);
  stream_own(f->stream, &events, f);
  assert_int_equal(stream_read(f->stream), 0);
  return true;
}

static stream_tls describe(void) {
  stream_tls tls;
  assert_true(stream_describe_tls(f->stream, &tls));
  return tls;
}

/* ---- Life ------------------------------------------------------------------------------- */

static int connect_to(uint16_t port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int small = 65536;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static void open_all(void) {
  const tls_options options = tls_peer_options(false);
  const address at = {.host = "127.0.0.1"};
  problem p;
  assert_int_equal(loop_open(&f->loop), 0);
  tls_acceptor_open(&f->tls, &f->loop);
  f->tls.time_limit = 10 * DM_SECOND;
  f->tls.credentials = tls_credentials_load(&options, &p);
  if (f->tls.credentials == NULL)
    fail_msg("%s", p.text);
  f->listener = (listener){.take = take, .tls = &f->tls, .protocol = TLS_HTTP};
  assert_true(listener_open(&f->listener, &f->loop, &at, &p));
}

static int set_up(void **state) {
  (void)state;
  f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->stop_at = SIZE_MAX;
  open_all();
  f->client = tls_peer_new(NULL);
  f->fd = connect_to(f->listener.bound.port);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  close_stream();
  listener_close(&f->listener);
  tls_acceptor_close(&f->tls);
  loop_close(&f->loop);
  tls_credentials_release(f->tls.credentials);
  bytes_free(&f->got);
  tls_peer_free(f->client);
  if (f->fd >= 0)
    close(f->fd);
  free(f);
  return 0;
}

/* ---- The client -------------------------------------------------------------------------- */

static void send_out(void) {
  bytes *out = &f->client->out;
  ssize_t sent = out->len == 0 ? 0 : send(f->fd, out->data, out->len, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0)
    bytes_consume(out, (size_t)sent);
}

static void receive_in(void) {
  char data[65536];
  ssize_t len = recv(f->fd, data, sizeof data, MSG_DONTWAIT);
  if (len > 0)
    assert_true(bytes_append(&f->client->in, dm_bytes(data, (size_t)len)));
  f->client_eof = f->client_eof || len == 0 || (len < 0 && errno != EAGAIN);
}

/* One turn of the loop; the client sends, and receives too unless it is deaf. */
static void turn(bool deaf) {
  send_out();
  uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  if (f->stream != NULL) {
    size_t waiting = tls_stream_waiting(f->stream);
    f->most_waiting = waiting > f->most_waiting ? waiting : f->most_waiting;
  }
  if (!deaf)
    receive_in();
}

/* Until both are content: the client is so first with TLS 1.3. */
static void shake_hands(void) {
  int result;
  while ((result = mbedtls_ssl_handshake(&f->client->ssl)) == MBEDTLS_ERR_SSL_WANT_READ) {
    assert_false(f->client_eof);
    turn(false);
  }
  assert_int_equal(result, 0);
  while (!TAILQ_EMPTY(&f->tls.handshakes.list))
    turn(false);
}

static void client_writes(const char *data, size_t len) {
  while (len > 0) {
    int written = mbedtls_ssl_write(&f->client->ssl, (const unsigned char *)data, len);
    assert_true(written > 0);
    data += written;
    len -= (size_t)written;
  }
}

/* Reads what has come; returns how much, or mbedtls's error. */
static int client_reads(unsigned char *out, size_t size) {
  return mbedtls_ssl_read(&f->client->ssl, out, size);
}

static char *counted(size_t len) {
  char *made = malloc(len);
  assert_non_null(made);
  for (size_t i = 0; i < len; i++)
    made[i] = (char)(i % 251);
  return made;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void test_reading(void **state) {
  (void)state;
  shake_hands();
  client_writes("hello", 5);
  while (f->got.len < 5)
    turn(false);
  assert_memory_equal(f->got.data, "hello", 5);
  assert_true(describe().certificate.ptr == NULL);
  assert_null(describe().problem);
}

static void test_stopping_and_going_on(void **state) {
  (void)state;
  char *data = counted(LARGE);
  shake_hands();
  f->stop_at = 1;
  client_writes(data, LARGE);
  while (f->got.len == 0)
    turn(false);
  size_t first = f->got.len;
  for (int i = 0; i < 100; i++)
    turn(false);
  assert_int_equal(f->got.len, first);
  assert_true(f->client->out.len > 0); /* TCP holds the client back */
  while (f->got.len < LARGE) {
    size_t before = f->got.len;
    assert_int_equal(stream_read(f->stream), 0);
    while (f->got.len == before)
      turn(false);
  }
  assert_int_equal(f->got.len, LARGE);
  assert_memory_equal(f->got.data, data, LARGE);
  free(data);
}

/* What came before the end is read before it. */
static void test_stopping_before_the_end(void **state) {
  (void)state;
  char *data = counted(40000);
  shake_hands();
  f->stop_at = 1;
  client_writes(data, 40000);
  mbedtls_ssl_close_notify(&f->client->ssl);
  while (f->client->out.len > 0)
    turn(false);
  shutdown(f->fd, SHUT_WR);
  for (int i = 0; i < 100; i++)
    turn(false);
  assert_int_equal(f->end, 0);
  read_on();
  while (f->end == 0)
    turn(false);
  assert_int_equal(f->end, STREAM_END);
  assert_int_equal(f->got.len, 40000);
  assert_memory_equal(f->got.data, data, 40000);
  free(data);
}

static void test_closing_inside_of_the_callback(void **state) {
  (void)state;
  shake_hands();
  f->close_at_once = true;
  client_writes("one", 3);
  client_writes("two", 3);
  while (!f->closed)
    turn(false);
  unsigned char data[10];
  while (!f->client_eof)
    turn(false);
  assert_int_equal(client_reads(data, sizeof data), MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
}

/* ---- Ends --------------------------------------------------------------------------------------
 */

static void test_an_end_that_was_not_announced(void **state) {
  (void)state;
  shake_hands();
  client_writes("last", 4);
  turn(false);
  shutdown(f->fd, SHUT_WR);
  while (f->end == 0)
    turn(false);
  assert_int_equal(f->end, -ECONNRESET);
  assert_int_equal(f->got.len, 4);
}

static void test_half_an_end(void **state) {
  (void)state;
  unsigned char data[10];
  const dm_span answer = dm_text("answer");
  shake_hands();
  mbedtls_ssl_close_notify(&f->client->ssl);
  while (f->end == 0)
    turn(false);
  assert_int_equal(f->end, STREAM_END);
  assert_int_equal(stream_try_write(f->stream, &answer, 1), 6);
  assert_int_equal(stream_shutdown(f->stream), 0);
  while (!f->client_eof)
    turn(false);
  assert_int_equal(client_reads(data, sizeof data), 6);
  assert_int_equal(client_reads(data, sizeof data), MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
}

static void test_what_is_no_tls(void **state) {
  (void)state;
  assert_true(bytes_append(&f->client->out, dm_text("GET / HTTP/1.1\r\n\r\n")));
  while (f->end == 0)
    turn(false);
  assert_int_equal(f->end, -EPROTO);
  assert_non_null(describe().problem);
  assert_int_equal(f->got.len, 0);
}

static void test_a_handshake_that_takes_too_long(void **state) {
  (void)state;
  while (f->stream == NULL)
    turn(false);
  /* The time is what the loop says it is. */
  f->loop.uv.time += 9000;
  for (int i = 0; i < 10; i++)
    uv_run(&f->loop.uv, UV_RUN_NOWAIT);
  assert_int_equal(f->end, 0);
  TAILQ_FIRST(&f->tls.handshakes.list)->due = 0;
  lazy_timer_set(&f->tls.handshakes.late, 0);
  while (f->end == 0)
    turn(false);
  assert_int_equal(f->end, -ETIMEDOUT);
  assert_string_equal(describe().problem, "no TLS handshake in time");
}

/* ---- Writing
 * -------------------------------------------------------------------------------------- */

static void test_writing_before_the_handshake(void **state) {
  (void)state;
  unsigned char data[10];
  const dm_span early = dm_text("early");
  bytes written = {0};
  assert_true(bytes_append(&written, early));
  while (f->stream == NULL)
    turn(false);
  assert_int_equal(stream_try_write(f->stream, &early, 1), 0);
  assert_int_equal(stream_write(f->stream, &written), 0);
  assert_int_equal(written.len, 0);
  assert_int_equal(f->writes, 0);
  shake_hands();
  while (f->writes == 0)
    turn(false);
  assert_int_equal(f->write_status, 0);
  turn(false);
  assert_int_equal(client_reads(data, sizeof data), 5);
}

/* The client takes nothing for a while: no more than some records wait encrypted. */
static void test_writing_much(void **state) {
  (void)state;
  char *data = counted(LARGE);
  unsigned char *back = malloc(LARGE);
  size_t len = 0;
  assert_non_null(back);
  shake_hands();
  dm_span part = dm_bytes(data, LARGE);
  bytes rest = {0};
  ptrdiff_t taken = stream_try_write(f->stream, &part, 1);
  assert_in_range(taken, 1, LARGE - 1);
  assert_int_equal(stream_try_write(f->stream, &part, 1), 0);
  assert_true(bytes_append(&rest, dm_bytes(data + taken, LARGE - (size_t)taken)));
  assert_int_equal(stream_write(f->stream, &rest), 0);
  for (int i = 0; i < 100; i++)
    turn(true);
  assert_int_equal(f->writes, 0);
  while (len < LARGE) {
    turn(false);
    int got = client_reads(back + len, LARGE - len);
    assert_true(got > 0 || got == MBEDTLS_ERR_SSL_WANT_READ);
    len += got > 0 ? (size_t)got : 0;
  }
  while (f->writes == 0)
    turn(false);
  assert_int_equal(f->write_status, 0);
  assert_memory_equal(back, data, LARGE);
  assert_in_range(f->most_waiting, 1, 100000);
  free(back);
  free(data);
}

/* Many small parts go into few records, in order. */
static void test_writing_parts(void **state) {
  (void)state;
  enum {
    PARTS = STREAM_PARTS_MAX,
    SIZE = 1000
  };
  char *data = counted(PARTS * SIZE);
  unsigned char back[PARTS * SIZE];
  dm_span parts[PARTS];
  size_t len = 0;
  for (unsigned i = 0; i < PARTS; i++)
    parts[i] = dm_bytes(data + i * SIZE, SIZE);
  shake_hands();
  assert_int_equal(stream_try_write(f->stream, parts, PARTS), PARTS * SIZE);
  while (len < sizeof back) {
    turn(false);
    int got = client_reads(back + len, sizeof back - len);
    len += got > 0 ? (size_t)got : 0;
  }
  assert_memory_equal(back, data, sizeof back);
  free(data);
}

/* What is encrypted and not written yet goes out before the end. */
static void test_an_end_behind_what_waits(void **state) {
  (void)state;
  char *data = counted(LARGE);
  unsigned char *back = malloc(LARGE);
  size_t len = 0;
  int got;
  assert_non_null(back);
  shake_hands();
  const dm_span part = dm_bytes(data, LARGE);
  ptrdiff_t taken = stream_try_write(f->stream, &part, 1);
  assert_in_range(taken, 1, LARGE - 1);
  assert_in_range(tls_stream_waiting(f->stream), 1, 100000);
  assert_int_equal(stream_shutdown(f->stream), 1);
  assert_int_equal(f->writes, 0);
  while ((got = client_reads(back + len, LARGE - len)) > 0 || got == MBEDTLS_ERR_SSL_WANT_READ) {
    len += got > 0 ? (size_t)got : 0;
    turn(false);
  }
  assert_int_equal(got, MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
  assert_int_equal(len, taken);
  assert_memory_equal(back, data, len);
  while (!f->client_eof)
    turn(false);
  assert_int_equal(f->writes, 1); /* our end is out */
  assert_int_equal(f->write_status, 0);
  free(back);
  free(data);
}

/* A client that has said all, and reads its answers only now, gets all of them. */
static void test_an_orderly_close_waits_for_what_is_encrypted(void **state) {
  (void)state;
  static const orderly_limits limits = {
      .time = 600 * DM_SECOND, .pause = 600 * DM_SECOND, .bytes = 1000};
  closing_streams closing;
  buffered_writer out = {.stream = f->stream};
  unsigned char back[10000];
  size_t len = 0;
  int got;
  char *data = counted(LARGE);
  shake_hands();
  closing_streams_open(&closing, &f->loop);
  out.stream = f->stream;
  f->stream = NULL;
  const dm_span part = dm_bytes(data, LARGE);
  ptrdiff_t taken = stream_try_write(out.stream, &part, 1);
  assert_in_range(taken, 1, LARGE - 1);
  orderly_close(&closing, &out, true, &limits);
  for (int i = 0; i < 100; i++)
    turn(true);
  assert_int_equal(closing.count, 1);
  while ((got = client_reads(back, sizeof back)) > 0 || got == MBEDTLS_ERR_SSL_WANT_READ) {
    len += got > 0 ? (size_t)got : 0;
    turn(false);
  }
  assert_int_equal(len, taken);
  while (closing.count != 0)
    turn(false);
  free(data);
}

static void test_closing_while_writing(void **state) {
  (void)state;
  char *data = counted(LARGE);
  dm_span part = dm_bytes(data, LARGE);
  bytes rest = {0};
  shake_hands();
  ptrdiff_t taken = stream_try_write(f->stream, &part, 1);
  assert_true(bytes_append(&rest, dm_bytes(data + taken, LARGE - (size_t)taken)));
  assert_int_equal(stream_write(f->stream, &rest), 0);
  turn(true);
  close_stream();
  for (int i = 0; i < 10; i++)
    turn(true);
  assert_int_equal(f->writes, 0); /* nothing is told any more */
  free(data);
}

#if MBEDTLS_VERSION_MAJOR < 3
/* Asks for another handshake, without waiting for an answer. */
static void ask_again(void) {
  static const unsigned char hello[] = {MBEDTLS_SSL_HS_CLIENT_HELLO, 0, 0, 0};
  mbedtls_ssl_context *ssl = &f->client->ssl;
  ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
  ssl->out_msglen = sizeof hello;
  memcpy(ssl->out_msg, hello, sizeof hello);
  assert_int_equal(mbedtls_ssl_write_record(ssl, 1), 0);
}

/* Whoever makes TLS answer and reads no answer is thrown out. */
static void test_a_flood_of_questions(void **state) {
  (void)state;
  shake_hands();
  for (long i = 0; f->end == 0; i++) {
    assert_true(i < 1000000);
    if (f->client->out.len < 65536)
      ask_again();
    if (f->client->out.len > 30000)
      turn(true);
  }
  assert_int_equal(f->end, -ENOBUFS);
  assert_in_range(f->most_waiting, 200000, 400000);
}
#endif

static int set_up_all(void **state) {
  (void)state;
  tls_peer_begin();
  return 0;
}

static int tear_down_all(void **state) {
  (void)state;
  tls_peer_end();
  return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_reading),
    TEST(test_stopping_and_going_on),
    TEST(test_stopping_before_the_end),
    TEST(test_closing_inside_of_the_callback),
    TEST(test_an_end_that_was_not_announced),
    TEST(test_half_an_end),
    TEST(test_what_is_no_tls),
    TEST(test_a_handshake_that_takes_too_long),
    TEST(test_writing_before_the_handshake),
    TEST(test_writing_much),
    TEST(test_writing_parts),
    TEST(test_an_end_behind_what_waits),
    TEST(test_an_orderly_close_waits_for_what_is_encrypted),
    TEST(test_closing_while_writing),
#if MBEDTLS_VERSION_MAJOR < 3
    TEST(test_a_flood_of_questions),
#endif
  };
  return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
