/* Tests of TLS sessions in memory: whatever way the bytes arrive, and whatever bytes they are.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/tls/tls_session.h"
#include "examples/tls_peer.h"

typedef struct pair {
  tls_credentials *credentials;
  tls_session *server;
  tls_peer *client;
  size_t piece; /* how much the server is fed at once */
  tls_status handshake;
} pair;

static tls_credentials *load(bool authority) {
  tls_options options = tls_peer_options(authority);
  problem p;
  tls_credentials *made = tls_credentials_load(&options, &p);
  if (made == NULL)
    fail_msg("%s", p.text);
  return made;
}

static pair pair_of(tls_credentials *credentials, const char *client) {
  pair made = {.credentials = credentials, .piece = SIZE_MAX, .handshake = TLS_WANTS_MORE};
  made.server = tls_session_new(credentials, TLS_MQTT);
  assert_non_null(made.server);
  made.client = tls_peer_new(client);
  return made;
}

static void end(pair *p) {
  tls_session_free(p->server);
  tls_peer_free(p->client);
  tls_credentials_release(p->credentials);
}

static void carry_to_client(pair *p) {
  bytes *output = tls_session_output(p->server);
  assert_true(bytes_append(&p->client->in, bytes_span(output)));
  bytes_reset(output, 0);
}

/* Feeds the server the next piece of what the client has sent. */
static void feed(pair *p, bytes *piece) {
  bytes *from = &p->client->out;
  size_t len = from->len < p->piece ? from->len : p->piece;
  piece->len = 0;
  assert_true(bytes_append(piece, dm_bytes(from->data, len)));
  bytes_consume(from, len);
  tls_session_feed(p->server, bytes_span(piece));
}

/* Both go on until neither can; returns what the client's library says. */
static int shake_hands(pair *p) {
  bytes piece = {0};
  int client;
  do {
    client = mbedtls_ssl_handshake(&p->client->ssl);
    while (p->client->out.len != 0 && p->handshake == TLS_WANTS_MORE) {
      feed(p, &piece);
      p->handshake = tls_session_handshake(p->server);
      if (p->handshake == TLS_WANTS_MORE)
        assert_int_equal(tls_session_unread(p->server).len, 0);
      carry_to_client(p);
    }
  } while (client == MBEDTLS_ERR_SSL_WANT_READ && p->client->in.len != 0);
  bytes_free(&piece);
  return client;
}

static void connect_pair(pair *p) {
  assert_int_equal(shake_hands(p), 0);
  assert_int_equal(p->handshake, TLS_DONE);
}

static pair connected(const char *client) {
  pair p = pair_of(load(client != NULL), client);
  connect_pair(&p);
  return p;
}

static void client_writes(pair *p, const char *data, size_t len) {
  while (len > 0) {
    int written = mbedtls_ssl_write(&p->client->ssl, (const unsigned char *)data, len);
    assert_true(written > 0);
    data += written;
    len -= (size_t)written;
  }
}

/* Feeds the server all that the client has sent, and collects what it reads. */
static tls_status server_reads(pair *p, bytes *out, size_t buffer_size) {
  char *buffer = malloc(buffer_size);
  bytes piece = {0};
  tls_status status = TLS_WANTS_MORE;
  assert_non_null(buffer);
  while (p->client->out.len != 0 && status == TLS_WANTS_MORE) {
    size_t len;
    feed(p, &piece);
    do {
      status = tls_session_read(p->server, buffer, buffer_size, &len);
      assert_true(bytes_append(out, dm_bytes(buffer, len)));
    } while (status == TLS_DONE);
  }
  tls_session_feed(p->server, dm_bytes(NULL, 0));
  bytes_free(&piece);
  free(buffer);
  return status;
}

/* ---- In order --------------------------------------------------------------------- */

static void test_bytes_both_ways(void **state) {
  (void)state;
  pair p = connected(NULL);
  bytes got = {0};
  client_writes(&p, "hello", 5);
  client_writes(&p, " world", 6);
  assert_int_equal(server_reads(&p, &got, 3), TLS_WANTS_MORE);
  assert_int_equal(got.len, 11);
  assert_memory_equal(got.data, "hello world", 11);
  assert_int_equal(tls_session_write(p.server, dm_text("and back")), 8);
  carry_to_client(&p);
  unsigned char back[20];
  assert_int_equal(mbedtls_ssl_read(&p.client->ssl, back, sizeof back), 8);
  assert_memory_equal(back, "and back", 8);
  assert_null(tls_session_problem(p.server));
  bytes_free(&got);
  end(&p);
}

/* One byte at a time cuts at every position there is. */
static void test_cut_at_every_position(void **state) {
  (void)state;
  for (size_t piece = 1; piece <= 7; piece += 2) {
    pair p = pair_of(load(true), "myDevice");
    bytes got = {0};
    p.piece = piece;
    assert_int_equal(shake_hands(&p), 0);
    assert_int_equal(p.handshake, TLS_DONE);
    client_writes(&p, "in small pieces", 15);
    assert_int_equal(server_reads(&p, &got, 100), TLS_WANTS_MORE);
    assert_int_equal(got.len, 15);
    assert_memory_equal(got.data, "in small pieces", 15);
    bytes_free(&got);
    end(&p);
  }
}

static void test_large_amounts(void **state) {
  (void)state;
  enum {
    SIZE = 200000
  };
  pair p = connected(NULL);
  char *data = malloc(SIZE);
  bytes got = {0};
  assert_non_null(data);
  for (size_t i = 0; i < SIZE; i++)
    data[i] = (char)(i % 251);
  client_writes(&p, data, SIZE);
  assert_int_equal(server_reads(&p, &got, 65536), TLS_WANTS_MORE);
  assert_int_equal(got.len, SIZE);
  assert_memory_equal(got.data, data, SIZE);
  /* One byte of a record tells its type, with TLS 1.3. */
  assert_in_range(tls_session_write(p.server, dm_bytes(data, SIZE)), TLS_RECORD_MAX - 1,
                  TLS_RECORD_MAX);
  bytes_free(&got);
  free(data);
  end(&p);
}

/* A reader without room leaves the rest for later. */
static void test_reading_what_fits(void **state) {
  (void)state;
  pair p = connected(NULL);
  char out[4];
  size_t len;
  client_writes(&p, "abcdefgh", 8);
  client_writes(&p, "ij", 2);
  tls_session_feed(p.server, bytes_span(&p.client->out));
  assert_int_equal(tls_session_read(p.server, out, 4, &len), TLS_DONE);
  assert_int_equal(len, 4);
  assert_true(tls_session_unread(p.server).len > 0);
  tls_session_feed(p.server, dm_bytes(NULL, 0));
  assert_int_equal(tls_session_read(p.server, out, 4, &len), TLS_DONE);
  assert_memory_equal(out, "efgh", 4);
  assert_int_equal(tls_session_read(p.server, out, 4, &len), TLS_WANTS_MORE);
  assert_int_equal(len, 0);
  end(&p);
}

/* ---- Ends ---------------------------------------------------------------------------- */

static void test_an_end_in_order(void **state) {
  (void)state;
  pair p = connected(NULL);
  bytes got = {0};
  client_writes(&p, "last", 4);
  mbedtls_ssl_close_notify(&p.client->ssl);
  assert_int_equal(server_reads(&p, &got, 100), TLS_ENDED);
  assert_int_equal(got.len, 4);
  assert_null(tls_session_problem(p.server));
  /* The other direction goes on. */
  assert_int_equal(tls_session_write(p.server, dm_text("answer")), 6);
  tls_session_end_output(p.server);
  carry_to_client(&p);
  unsigned char back[20];
  assert_int_equal(mbedtls_ssl_read(&p.client->ssl, back, sizeof back), 6);
  assert_int_equal(mbedtls_ssl_read(&p.client->ssl, back, sizeof back),
                   MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
  bytes_free(&got);
  end(&p);
}

/* Bytes that stop coming, at any place, are no end in order. */
static void test_cut_off(void **state) {
  (void)state;
  pair p = connected(NULL);
  bytes got = {0};
  client_writes(&p, "last", 4);
  mbedtls_ssl_close_notify(&p.client->ssl);
  p.client->out.len--;
  assert_int_equal(server_reads(&p, &got, 100), TLS_WANTS_MORE);
  bytes_free(&got);
  end(&p);
}

/* ---- What is no TLS -------------------------------------------------------------------- */

static void refuse(const char *data, size_t len) {
  pair p = pair_of(load(false), NULL);
  tls_session_feed(p.server, dm_bytes(data, len));
  assert_int_equal(tls_session_handshake(p.server), TLS_FAILED);
  assert_non_null(tls_session_problem(p.server));
  assert_true(tls_session_output(p.server)->len < 100);
  end(&p);
}

static void test_garbage(void **state) {
  (void)state;
  static const char zeros[64];
  refuse("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
  refuse("\x10\x10\0\4MQTT\4\2\0\x3c\0\4abcd", 18);
  refuse(zeros, sizeof zeros);
  refuse("\x16\x03\x01\xff\xff", 5);         /* a record of 65535 bytes */
  refuse("\x17\x03\x03\x00\x01x", 6);        /* data before the handshake */
  refuse("\x15\x03\x01\x00\x02\x02\x28", 7); /* an alert */
}

/* Which nobody looks at (RFC 5246 appendix E.1). */
#define VERSION_OF_RECORD 1

/* A client hello with one byte changed: never a crash, and never a session. */
static void test_changed_hello(void **state) {
  (void)state;
  tls_credentials *credentials = load(false);
  for (size_t i = 0;; i++) {
    pair p = pair_of(tls_credentials_hold(credentials), NULL);
    mbedtls_ssl_handshake(&p.client->ssl);
    bool more = i < p.client->out.len;
    if (more) {
      p.client->out.data[i] = (char)(p.client->out.data[i] ^ 0x55);
      shake_hands(&p);
      assert_true(p.handshake != TLS_DONE || i == VERSION_OF_RECORD || i == VERSION_OF_RECORD + 1);
    }
    end(&p);
    if (!more)
      break;
  }
  tls_credentials_release(credentials);
}

static void test_changed_data(void **state) {
  (void)state;
  tls_credentials *credentials = load(false);
  for (size_t i = 0; i < 33; i += 4) {
    pair p = pair_of(tls_credentials_hold(credentials), NULL);
    bytes got = {0};
    assert_int_equal(shake_hands(&p), 0);
    client_writes(&p, "hello", 5);
    p.client->out.data[i] = (char)(p.client->out.data[i] ^ 1);
    tls_status status = server_reads(&p, &got, 100);
    assert_true(status == TLS_FAILED || (i < 5 && status == TLS_WANTS_MORE));
    assert_int_equal(got.len, 0);
    bytes_free(&got);
    end(&p);
  }
  tls_credentials_release(credentials);
}

/* Asking for a new handshake changes nothing, and asking often costs nothing much. */
static void test_no_renegotiation(void **state) {
  (void)state;
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  pair p = pair_of(load(false), NULL);
  bytes got = {0};
  tls_peer_be_old(p.client);
  mbedtls_ssl_conf_renegotiation(&p.client->config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
  assert_int_equal(shake_hands(&p), 0);
  mbedtls_ssl_renegotiate(&p.client->ssl);
  assert_int_equal(server_reads(&p, &got, 100), TLS_WANTS_MORE);
  assert_in_range(tls_session_output(p.server)->len, 1, 100);
  bytes_free(&got);
  end(&p);
#endif
}

/* ---- Certificates ------------------------------------------------------------------------- */

static void test_the_certificate_shown(void **state) {
  (void)state;
  pair p = connected("myDevice");
  dm_span shown = tls_session_peer_certificate(p.server);
  assert_int_equal(shown.len, p.client->certificate.raw.len);
  assert_memory_equal(shown.ptr, p.client->certificate.raw.p, shown.len);
  end(&p);
}

/* One that was not asked for is not there. */
static void test_no_certificate_shown(void **state) {
  (void)state;
  pair p = pair_of(load(false), "myDevice");
  assert_int_equal(shake_hands(&p), 0);
  assert_true(tls_session_peer_certificate(p.server).ptr == NULL);
  end(&p);
}

static void test_no_certificate_but_required(void **state) {
  (void)state;
  pair p = pair_of(load(true), NULL);
  shake_hands(&p);
  assert_int_equal(p.handshake, TLS_FAILED);
  assert_true(tls_session_peer_certificate(p.server).ptr == NULL);
  end(&p);
}

static void test_a_server_as_client(void **state) {
  (void)state;
  pair p = pair_of(load(true), "server");
  shake_hands(&p);
  assert_int_equal(p.handshake, TLS_FAILED);
  assert_non_null(strstr(tls_session_problem(p.server), "extendedKeyUsage"));
  end(&p);
}

/* Sessions keep the credentials with which they began. */
static void test_credentials_that_were_replaced(void **state) {
  (void)state;
  pair p = connected("myDevice");
  bytes got = {0};
  tls_credentials_release(p.credentials);
  p.credentials = NULL;
  client_writes(&p, "still here", 10);
  assert_int_equal(server_reads(&p, &got, 100), TLS_WANTS_MORE);
  assert_int_equal(got.len, 10);
  bytes_free(&got);
  end(&p);
}

/* ---- Resuming ---------------------------------------------------------------------------------
 */

/* How many bytes the server needs to accept a client that has this session. */
static size_t bytes_to_resume(tls_credentials *credentials, tls_protocol protocol,
                              mbedtls_ssl_session *session) {
  pair p = pair_of(tls_credentials_hold(credentials), "myDevice");
  tls_peer_be_old(p.client);
  tls_session_free(p.server);
  p.server = tls_session_new(credentials, protocol);
  assert_int_equal(mbedtls_ssl_set_session(&p.client->ssl, session), 0);
  assert_int_equal(mbedtls_ssl_handshake(&p.client->ssl), MBEDTLS_ERR_SSL_WANT_READ);
  tls_session_feed(p.server, bytes_span(&p.client->out));
  assert_int_equal(tls_session_handshake(p.server), TLS_WANTS_MORE);
  p.client->out.len = 0;
  size_t len = tls_session_output(p.server)->len;
  carry_to_client(&p);
  assert_int_equal(shake_hands(&p), 0);
  assert_true(tls_session_peer_certificate(p.server).len > 0);
  end(&p);
  return len;
}

static void test_resuming(void **state) {
  (void)state;
  pair p = pair_of(load(true), "myDevice");
  tls_credentials *others = load(true);
  mbedtls_ssl_session session;
  mbedtls_ssl_session_init(&session);
  tls_peer_be_old(p.client);
  connect_pair(&p);
  assert_int_equal(mbedtls_ssl_get_session(&p.client->ssl, &session), 0);
  /* A whole handshake shows the server's certificate. */
  size_t resumed = bytes_to_resume(p.credentials, TLS_MQTT, &session);
  assert_true(resumed + 300 < bytes_to_resume(p.credentials, TLS_HTTP, &session));
  assert_true(resumed + 300 < bytes_to_resume(others, TLS_MQTT, &session));
  mbedtls_ssl_session_free(&session);
  tls_credentials_release(others);
  end(&p);
}

/* ---- Server names --------------------------------------------------------------------------- */

/* Credentials with a second certificate, whose only name is other. */
static tls_credentials *load_two(void) {
  tls_options options = tls_peer_options(false);
  problem p;
  const tls_pair other = {.certificate = {"other.pem", options.own.certificate.name},
                          .key = {"other.key", options.own.key.name}};
  options.others = &other;
  options.other_count = 1;
  tls_credentials *made = tls_credentials_load(&options, &p);
  if (made == NULL)
    fail_msg("%s", p.text);
  return made;
}

/* A client that asks for a name, and lets itself be served by any certificate. */
static pair pair_named(tls_credentials *credentials, const char *name) {
  pair p = pair_of(tls_credentials_hold(credentials), NULL);
  assert_int_equal(mbedtls_ssl_set_hostname(&p.client->ssl, name), 0);
  mbedtls_ssl_conf_authmode(&p.client->config, MBEDTLS_SSL_VERIFY_NONE);
  return p;
}

/* The common name of the certificate that is shown. */
static void assert_served_by(tls_credentials *credentials, const char *name, const char *by) {
  char subject[100];
  pair p = pair_named(credentials, name);
  assert_int_equal(shake_hands(&p), 0);
  const mbedtls_x509_crt *shown = mbedtls_ssl_get_peer_cert(&p.client->ssl);
  assert_true(mbedtls_x509_dn_gets(subject, sizeof subject, &shown->subject) > 0);
  assert_string_equal(subject, by);
  end(&p);
}

static void test_server_names(void **state) {
  (void)state;
  tls_credentials *credentials = load_two();
  assert_served_by(credentials, "localhost", "CN=server");
  assert_served_by(credentials, "other", "CN=other");
  assert_served_by(credentials, "OTHER", "CN=other");
  assert_served_by(credentials, "elsewhere", "CN=server");
  assert_served_by(credentials, NULL, "CN=server");
  tls_credentials_release(credentials);
}

/* Whether a client that has a session and asks for a name has it resumed. */
static bool is_resumed(tls_credentials *credentials, const char *name,
                       const mbedtls_ssl_session *session) {
  pair p = pair_named(credentials, name);
  tls_peer_be_old(p.client);
  assert_int_equal(mbedtls_ssl_set_session(&p.client->ssl, session), 0);
  assert_int_equal(mbedtls_ssl_handshake(&p.client->ssl), MBEDTLS_ERR_SSL_WANT_READ);
  tls_session_feed(p.server, bytes_span(&p.client->out));
  assert_int_equal(tls_session_handshake(p.server), TLS_WANTS_MORE);
  /* A whole handshake shows the server's certificate. */
  bool resumed = tls_session_output(p.server)->len < 400;
  end(&p);
  return resumed;
}

static void test_a_ticket_of_another_name(void **state) {
  (void)state;
  static const char *const asked[] = {"localhost", "other"};
  tls_credentials *credentials = load_two();
  for (size_t i = 0; i < 2; i++) {
    pair p = pair_named(credentials, asked[i]);
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    tls_peer_be_old(p.client);
    connect_pair(&p);
    assert_int_equal(mbedtls_ssl_get_session(&p.client->ssl, &session), 0);
    assert_true(is_resumed(credentials, asked[i], &session));
    assert_false(is_resumed(credentials, asked[1 - i], &session));
    mbedtls_ssl_session_free(&session);
    end(&p);
  }
  tls_credentials_release(credentials);
}

static size_t number_at(const unsigned char *at) {
  return ((size_t)at[0] << 8) | at[1];
}

/* Moves the first extension of a client hello, which is the server's name, behind the last. */
static void put_name_last(bytes *hello) {
  unsigned char name[64];
  unsigned char *at = (unsigned char *)hello->data + 5 + 4 + 2 + 32;
  at += 1 + at[0];         /* session */
  at += 2 + number_at(at); /* ciphersuites */
  at += 1 + at[0];         /* compression */
  size_t all = number_at(at);
  at += 2;
  size_t len = 4 + number_at(at + 2);
  assert_int_equal(number_at(at), MBEDTLS_TLS_EXT_SERVERNAME);
  assert_true(len <= sizeof name && len < all);
  memcpy(name, at, len);
  memmove(at, at + len, all - len);
  memcpy(at + all - len, name, len);
}

/* The ticket of the first certificate is taken before another one is asked for: that is too
 * strange to be served. */
static void test_a_name_behind_a_ticket(void **state) {
  (void)state;
  static const struct {
    const char *name;
    tls_status status;
  } asked[] = {{"localhost", TLS_WANTS_MORE}, {"other", TLS_FAILED}};
  tls_credentials *credentials = load_two();
  mbedtls_ssl_session session;
  mbedtls_ssl_session_init(&session);
  pair p = pair_named(credentials, "localhost");
  tls_peer_be_old(p.client);
  connect_pair(&p);
  assert_int_equal(mbedtls_ssl_get_session(&p.client->ssl, &session), 0);
  end(&p);
  for (size_t i = 0; i < 2; i++) {
    p = pair_named(credentials, asked[i].name);
    tls_peer_be_old(p.client);
    assert_int_equal(mbedtls_ssl_set_session(&p.client->ssl, &session), 0);
    assert_int_equal(mbedtls_ssl_handshake(&p.client->ssl), MBEDTLS_ERR_SSL_WANT_READ);
    put_name_last(&p.client->out);
    tls_session_feed(p.server, bytes_span(&p.client->out));
    assert_int_equal(tls_session_handshake(p.server), asked[i].status);
    assert_true(tls_session_output(p.server)->len < 400);
    end(&p);
  }
  mbedtls_ssl_session_free(&session);
  tls_credentials_release(credentials);
}

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
/* A client that would take a new key from the ticket alone is given no ticket, and served. */
static void test_tickets_without_forward_secrecy(void **state) {
  (void)state;
  unsigned char nothing[1];
  pair p = pair_of(load(false), NULL);
  mbedtls_ssl_conf_tls13_key_exchange_modes(&p.client->config,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK |
                                                MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      &p.client->config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
  connect_pair(&p);
  assert_int_equal(mbedtls_ssl_read(&p.client->ssl, nothing, 1), MBEDTLS_ERR_SSL_WANT_READ);
  end(&p);
}
#endif

static int set_up(void **state) {
  (void)state;
  tls_peer_begin();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  tls_peer_end();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bytes_both_ways),
    cmocka_unit_test(test_cut_at_every_position),
    cmocka_unit_test(test_large_amounts),
    cmocka_unit_test(test_reading_what_fits),
    cmocka_unit_test(test_an_end_in_order),
    cmocka_unit_test(test_cut_off),
    cmocka_unit_test(test_garbage),
    cmocka_unit_test(test_changed_hello),
    cmocka_unit_test(test_changed_data),
    cmocka_unit_test(test_no_renegotiation),
    cmocka_unit_test(test_the_certificate_shown),
    cmocka_unit_test(test_no_certificate_shown),
    cmocka_unit_test(test_no_certificate_but_required),
    cmocka_unit_test(test_a_server_as_client),
    cmocka_unit_test(test_credentials_that_were_replaced),
    cmocka_unit_test(test_resuming),
    cmocka_unit_test(test_server_names),
    cmocka_unit_test(test_a_ticket_of_another_name),
    cmocka_unit_test(test_a_name_behind_a_ticket),
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
    cmocka_unit_test(test_tickets_without_forward_secrecy),
#endif
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
