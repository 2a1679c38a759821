/* Certificates, keys and revocation lists.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls_credentials.h"

#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "common/policies.h"

/* How long a ticket resumes a session, in seconds; its key is changed as often. */
#define TICKET_LIFETIME 3600

/* Mode bits of a file that others than its owner may read or write. */
#define SHARED (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

typedef struct endpoint {
  mbedtls_ssl_config config;
  mbedtls_ssl_ticket_context tickets;
  tls_clients clients;
} endpoint;

struct tls_credentials {
  unsigned holders;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt certificate;
  mbedtls_pk_context key;
  mbedtls_x509_crt authority;
  mbedtls_x509_crl revoked;
  endpoint endpoints[TLS_PROTOCOLS];
};

/* Forward secrecy and authenticated encryption, nothing else. */
static const int ciphersuites[] = {
#if defined(MBEDTLS_TLS1_3_AES_128_GCM_SHA256)
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
#endif
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CCM,
    0};

/* What clients may ask for by ALPN. One that asks for nothing of this is refused (RFC 7301
 * section 3.2), one that does not ask is served. */
static const char *names_of_mqtt[] = {"x-amzn-mqtt-ca", "mqtt", NULL};
static const char *names_of_http[] = {"x-amzn-http-ca", "http/1.1", NULL};

/* ---- Life --------------------------------------------------------------------------- */

static void end_all(tls_credentials *c) {
  for (size_t i = 0; i < TLS_PROTOCOLS; i++) {
    mbedtls_ssl_config_free(&c->endpoints[i].config);
    mbedtls_ssl_ticket_free(&c->endpoints[i].tickets);
  }
  mbedtls_x509_crl_free(&c->revoked);
  mbedtls_x509_crt_free(&c->authority);
  mbedtls_pk_free(&c->key);
  mbedtls_x509_crt_free(&c->certificate);
  mbedtls_ctr_drbg_free(&c->random);
  mbedtls_entropy_free(&c->entropy);
  free(c);
}

static tls_credentials *begin(void) {
  tls_credentials *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->holders = 1;
  mbedtls_entropy_init(&c->entropy);
  mbedtls_ctr_drbg_init(&c->random);
  mbedtls_x509_crt_init(&c->certificate);
  mbedtls_pk_init(&c->key);
  mbedtls_x509_crt_init(&c->authority);
  mbedtls_x509_crl_init(&c->revoked);
  for (size_t i = 0; i < TLS_PROTOCOLS; i++) {
    mbedtls_ssl_config_init(&c->endpoints[i].config);
    mbedtls_ssl_ticket_init(&c->endpoints[i].tickets);
  }
  return c;
}

tls_credentials *tls_credentials_hold(tls_credentials *c) {
  c->holders++;
  return c;
}

void tls_credentials_release(tls_credentials *c) {
  if (c != NULL && --c->holders == 0)
    end_all(c);
}

/* ---- Files ---------------------------------------------------------------------------- */

/* Whether mbedtls is content; `subject` is a file or something else that the line is about. */
static bool content(int result, const char *subject, problem *p) {
  char reason[160];
  if (result == 0)
    return true;
  if (result > 0)
    return problem_set(p, "%s: %d of its certificates cannot be read", subject, result);
  mbedtls_strerror(result, reason, sizeof reason);
  return problem_set(p, "%s: %s", subject, reason);
}

/* Reads a file and adds the NUL with which mbedtls tells PEM from DER. */
static bool read_text(const char *path, bytes *text, problem *p) {
  if (!file_read(path, text))
    return problem_set(p, "%s: cannot be read: %s", path, strerror(errno));
  if (bytes_append(text, dm_bytes("", 1)))
    return true;
  bytes_free(text);
  return problem_set(p, "%s: out of memory", path);
}

static int parse_certificate(tls_credentials *c, const bytes *text) {
  return mbedtls_x509_crt_parse(&c->certificate, (const unsigned char *)text->data, text->len);
}

static int parse_authority(tls_credentials *c, const bytes *text) {
  return mbedtls_x509_crt_parse(&c->authority, (const unsigned char *)text->data, text->len);
}

static int parse_revoked(tls_credentials *c, const bytes *text) {
  return mbedtls_x509_crl_parse(&c->revoked, (const unsigned char *)text->data, text->len);
}

static bool is_kept_secret(const char *path, problem *p) {
  struct stat about;
  if (stat(path, &about) != 0)
    return problem_set(p, "%s: cannot be read: %s", path, strerror(errno));
  if ((about.st_mode & SHARED) == 0)
    return true;
  return problem_set(p, "%s: others may read this private key (mode %04o): chmod 600 it", path,
                     (unsigned)about.st_mode & 07777);
}

static int parse_key(tls_credentials *c, const bytes *text) {
  const unsigned char *data = (const unsigned char *)text->data;
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_pk_parse_key(&c->key, data, text->len, NULL, 0, mbedtls_ctr_drbg_random,
                              &c->random);
#else
  return mbedtls_pk_parse_key(&c->key, data, text->len, NULL, 0);
#endif
}

typedef int parser(tls_credentials *c, const bytes *text);

static bool parse_file(tls_credentials *c, const char *path, parser *parse, problem *p) {
  bytes text;
  if ((parse == parse_key && !is_kept_secret(path, p)) || !read_text(path, &text, p))
    return false;
  int result = parse(c, &text);
  mbedtls_platform_zeroize(text.data, text.len);
  bytes_free(&text);
  return content(result, path, p);
}

/* Reads a file that is named; what is not named is left out. */
static bool read_file(tls_credentials *c, const settings *given, const settings_file *file,
                      parser *parse, problem *p) {
  if (file->name == NULL)
    return true;
  if (!file->beside_config)
    return parse_file(c, file->name, parse, p);
  char *path = path_beside(given->path, file->name);
  bool good = path == NULL ? problem_set(p, "out of memory") : parse_file(c, path, parse, p);
  free(path);
  return good;
}

static bool is_pair(tls_credentials *c, const tls_settings *given, problem *p) {
#if MBEDTLS_VERSION_MAJOR >= 3
  int result =
      mbedtls_pk_check_pair(&c->certificate.pk, &c->key, mbedtls_ctr_drbg_random, &c->random);
#else
  int result = mbedtls_pk_check_pair(&c->certificate.pk, &c->key);
#endif
  return result == 0 || problem_set(p, "%s: is not the key of the certificate in %s",
                                    given->key.name, given->certificate.name);
}

static bool read_files(tls_credentials *c, const settings *given, problem *p) {
  const tls_settings *tls = &given->tls;
  return read_file(c, given, &tls->certificate, parse_certificate, p) &&
         read_file(c, given, &tls->key, parse_key, p) && is_pair(c, tls, p) &&
         read_file(c, given, &tls->client_authority, parse_authority, p) &&
         read_file(c, given, &tls->revocation_list, parse_revoked, p);
}

/* ---- For mbedtls ------------------------------------------------------------------------ */

static int configure_tickets(tls_credentials *c, endpoint *e) {
  int result = mbedtls_ssl_ticket_setup(&e->tickets, mbedtls_ctr_drbg_random, &c->random,
                                        MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFETIME);
  mbedtls_ssl_conf_session_tickets_cb(&e->config, mbedtls_ssl_ticket_write,
                                      mbedtls_ssl_ticket_parse, &e->tickets);
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  /* Tickets of TLS 1.3 do not carry the client's certificate along. */
  if (e->clients != TLS_CLIENTS_OFF)
    mbedtls_ssl_conf_new_session_tickets(&e->config, 0);
#endif
  return result;
}

static void configure_versions(endpoint *e) {
#if MBEDTLS_VERSION_MAJOR >= 3
  mbedtls_ssl_conf_min_tls_version(&e->config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_min_version(&e->config, MBEDTLS_SSL_MAJOR_VERSION_3,
                               MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  mbedtls_ssl_conf_ciphersuites(&e->config, ciphersuites);
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(&e->config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
}

static int authentication_mode(tls_clients clients) {
  return clients == TLS_CLIENTS_REQUIRED   ? MBEDTLS_SSL_VERIFY_REQUIRED
         : clients == TLS_CLIENTS_OPTIONAL ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                           : MBEDTLS_SSL_VERIFY_NONE;
}

static int configure(tls_credentials *c, tls_protocol protocol) {
  endpoint *e = &c->endpoints[protocol];
  int result = mbedtls_ssl_config_defaults(
      &e->config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  mbedtls_ssl_conf_rng(&e->config, mbedtls_ctr_drbg_random, &c->random);
  mbedtls_ssl_conf_authmode(&e->config, authentication_mode(e->clients));
  if (e->clients != TLS_CLIENTS_OFF)
    mbedtls_ssl_conf_ca_chain(&e->config, &c->authority, &c->revoked);
  configure_versions(e);
  if (result == 0)
    result = mbedtls_ssl_conf_own_cert(&e->config, &c->certificate, &c->key);
  if (result == 0)
    result = mbedtls_ssl_conf_alpn_protocols(&e->config,
                                             protocol == TLS_MQTT ? names_of_mqtt : names_of_http);
  return result == 0 ? configure_tickets(c, e) : result;
}

static int begin_random(tls_credentials *c) {
#if MBEDTLS_VERSION_MAJOR >= 3
  if (psa_crypto_init() != PSA_SUCCESS)
    return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
#endif
  return mbedtls_ctr_drbg_seed(&c->random, mbedtls_entropy_func, &c->entropy, NULL, 0);
}

static bool load(tls_credentials *c, const settings *given, problem *p) {
  if (!content(begin_random(c), "TLS", p) || !read_files(c, given, p))
    return false;
  int result = 0;
  for (int i = 0; result == 0 && i < TLS_PROTOCOLS; i++) {
    c->endpoints[i].clients = tls_settings_clients(&given->tls, (tls_protocol)i);
    result = configure(c, (tls_protocol)i);
  }
  return content(result, "TLS", p);
}

tls_credentials *tls_credentials_load(const settings *given, problem *p) {
  tls_credentials *c = begin();
  if (c == NULL) {
    problem_set(p, "TLS: out of memory");
  } else if (!load(c, given, p)) {
    end_all(c);
    c = NULL;
  }
  return c;
}

const mbedtls_ssl_config *tls_credentials_config(const tls_credentials *c, tls_protocol protocol) {
  return &c->endpoints[protocol].config;
}

tls_clients tls_credentials_clients(const tls_credentials *c, tls_protocol protocol) {
  return c->endpoints[protocol].clients;
}
