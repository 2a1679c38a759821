/* A TLS client in memory, and the certificates of a test.
 *
 * SPDX-License-Identifier: MIT
 */
#include "examples/tls_peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/dm-test-tls-XXXXXX";

/* Another server's certificate, with a common name and nothing else. */
#define MAKE_OTHER                                                                                 \
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other"           \
  " -keyout %s/other.key -out %s/other.pem 2> /dev/null"

void tls_peer_begin(void) {
  char command[512];
  assert_non_null(mkdtemp(folder));
  snprintf(command, sizeof command, "examples/common/certs.sh %s > /dev/null", folder);
  assert_int_equal(system(command), 0);
  snprintf(command, sizeof command, MAKE_OTHER, folder, folder);
  assert_int_equal(system(command), 0);
}

void tls_peer_end(void) {
  char command[256];
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
}

const char *tls_peer_file(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

tls_options tls_peer_options(bool authority) {
  static char certificate[256];
  static char key[256];
  static char ca[256];
  strcpy(certificate, tls_peer_file("server.pem"));
  strcpy(key, tls_peer_file("server.key"));
  strcpy(ca, tls_peer_file("ca.pem"));
  tls_options made = {.own = {.certificate.name = certificate, .key.name = key}};
  if (authority) {
    made.client_authority.name = ca;
    made.clients[TLS_MQTT] = made.clients[TLS_HTTP] = TLS_CLIENTS_REQUIRED;
  }
  return made;
}

/* ---- The client ------------------------------------------------------------------ */

static int on_send(void *user, const unsigned char *data, size_t len) {
  tls_peer *p = user;
  assert_true(bytes_append(&p->out, dm_bytes(data, len)));
  return (int)len;
}

static int on_receive(void *user, unsigned char *out, size_t size) {
  tls_peer *p = user;
  size_t len = p->in.len < size ? p->in.len : size;
  if (len == 0)
    return MBEDTLS_ERR_SSL_WANT_READ;
  memcpy(out, p->in.data, len);
  bytes_consume(&p->in, len);
  return (int)len;
}

static void read_key(tls_peer *p, const char *path) {
#if MBEDTLS_VERSION_MAJOR >= 3
  assert_int_equal(
      mbedtls_pk_parse_keyfile(&p->key, path, NULL, mbedtls_ctr_drbg_random, &p->random), 0);
#else
  assert_int_equal(mbedtls_pk_parse_keyfile(&p->key, path, NULL), 0);
#endif
}

static void show_certificate(tls_peer *p, const char *name) {
  char file[64];
  snprintf(file, sizeof file, "%s.pem", name);
  assert_int_equal(mbedtls_x509_crt_parse_file(&p->certificate, tls_peer_file(file)), 0);
  snprintf(file, sizeof file, "%s.key", name);
  read_key(p, tls_peer_file(file));
  assert_int_equal(mbedtls_ssl_conf_own_cert(&p->config, &p->certificate, &p->key), 0);
}

static void configure(tls_peer *p) {
  assert_int_equal(mbedtls_ctr_drbg_seed(&p->random, mbedtls_entropy_func, &p->entropy, NULL, 0),
                   0);
  assert_int_equal(mbedtls_x509_crt_parse_file(&p->authority, tls_peer_file("ca.pem")), 0);
  assert_int_equal(mbedtls_ssl_config_defaults(&p->config, MBEDTLS_SSL_IS_CLIENT,
                                               MBEDTLS_SSL_TRANSPORT_STREAM,
                                               MBEDTLS_SSL_PRESET_DEFAULT),
                   0);
  mbedtls_ssl_conf_rng(&p->config, mbedtls_ctr_drbg_random, &p->random);
  mbedtls_ssl_conf_ca_chain(&p->config, &p->authority, NULL);
}

tls_peer *tls_peer_new(const char *name) {
  tls_peer *p = calloc(1, sizeof *p);
  assert_non_null(p);
  mbedtls_entropy_init(&p->entropy);
  mbedtls_ctr_drbg_init(&p->random);
  mbedtls_x509_crt_init(&p->authority);
  mbedtls_x509_crt_init(&p->certificate);
  mbedtls_pk_init(&p->key);
  mbedtls_ssl_config_init(&p->config);
  mbedtls_ssl_init(&p->ssl);
  configure(p);
  if (name != NULL)
    show_certificate(p, name);
  assert_int_equal(mbedtls_ssl_setup(&p->ssl, &p->config), 0);
  assert_int_equal(mbedtls_ssl_set_hostname(&p->ssl, "localhost"), 0);
  mbedtls_ssl_set_bio(&p->ssl, p, on_send, on_receive, NULL);
  return p;
}

void tls_peer_be_old(tls_peer *p) {
#if MBEDTLS_VERSION_MAJOR >= 3
  mbedtls_ssl_conf_max_tls_version(&p->config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_max_version(&p->config, MBEDTLS_SSL_MAJOR_VERSION_3,
                               MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  assert_int_equal(mbedtls_ssl_session_reset(&p->ssl), 0);
}

void tls_peer_free(tls_peer *p) {
  mbedtls_ssl_free(&p->ssl);
  mbedtls_ssl_config_free(&p->config);
  mbedtls_pk_free(&p->key);
  mbedtls_x509_crt_free(&p->certificate);
  mbedtls_x509_crt_free(&p->authority);
  mbedtls_ctr_drbg_free(&p->random);
  mbedtls_entropy_free(&p->entropy);
  bytes_free(&p->in);
  bytes_free(&p->out);
  free(p);
}
