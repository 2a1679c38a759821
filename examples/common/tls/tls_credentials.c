/* Certificates, keys and revocation lists.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_credentials.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <stdlib.h>
#include <string.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "common/base/ascii.h"
#include "common/tls/tls_files.h"
#include "common/tls/tls_identity.h"
#include "common/tls/tls_names.h"

struct tls_credentials {
  unsigned holders;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt authority;
  mbedtls_x509_crl revoked;
  tls_clients clients[TLS_PROTOCOLS];
  size_t count;
  tls_identity *identities; /* the first for whoever asks for no name of the others */
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
  for (size_t i = 0; i < c->count; i++)
    tls_identity_end(&c->identities[i]);
  free(c->identities);
  mbedtls_x509_crl_free(&c->revoked);
  mbedtls_x509_crt_free(&c->authority);
  mbedtls_ctr_drbg_free(&c->random);
  mbedtls_entropy_free(&c->entropy);
  free(c);
}

static tls_credentials *begin(size_t count) {
  tls_credentials *c = calloc(1, sizeof *c);
  tls_identity *identities = calloc(count, sizeof *identities);
  if (c == NULL || identities == NULL) {
    free(c);
    free(identities);
    return NULL;
  }
  c->holders = 1;
  mbedtls_entropy_init(&c->entropy);
  mbedtls_ctr_drbg_init(&c->random);
  mbedtls_x509_crt_init(&c->authority);
  mbedtls_x509_crl_init(&c->revoked);
  c->identities = identities;
  c->count = count;
  for (size_t i = 0; i < count; i++)
    tls_identity_begin(&identities[i]);
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

static int parse_authority(void *into, const unsigned char *text, size_t len) {
  return mbedtls_x509_crt_parse(into, text, len);
}

static int parse_revoked(void *into, const unsigned char *text, size_t len) {
  return mbedtls_x509_crl_parse(into, text, len);
}

static bool read_identities(tls_credentials *c, const tls_options *options, problem *p) {
  bool good = tls_identity_load(&c->identities[0], &options->own, &c->random, p);
  for (size_t i = 1; good && i < c->count; i++)
    good = tls_identity_load(&c->identities[i], &options->others[i - 1], &c->random, p);
  return good;
}

static int begin_random(tls_credentials *c) {
#if MBEDTLS_VERSION_MAJOR >= 3
  if (psa_crypto_init() != PSA_SUCCESS)
    return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
#endif
  return mbedtls_ctr_drbg_seed(&c->random, mbedtls_entropy_func, &c->entropy, NULL, 0);
}

static bool load(tls_credentials *c, const tls_options *options, problem *p) {
  memcpy(c->clients, options->clients, sizeof c->clients);
  return tls_content(begin_random(c), "TLS", p) && read_identities(c, options, p) &&
         tls_file_read(&options->client_authority, parse_authority, &c->authority, p) &&
         tls_file_read(&options->revocation_list, parse_revoked, &c->revoked, p);
}

tls_credentials *tls_credentials_load(const tls_options *options, problem *p) {
  tls_credentials *c = begin(1 + options->other_count);
  if (c == NULL) {
    problem_set(p, "TLS: out of memory");
  } else if (!load(c, options, p)) {
    end_all(c);
    c = NULL;
  }
  return c;
}

tls_clients tls_credentials_clients(const tls_credentials *c, tls_protocol protocol) {
  return c->clients[protocol];
}

/* ---- The certificate for a name ----------------------------------------------------------- */

/* Shows the certificates that fit so well: when there are several, of other kinds of keys,
 * mbedtls takes one that the client can use. The first one's tickets are given and taken. */
static int show_fitting(tls_choice *choice, mbedtls_ssl_context *ssl, dm_span name, tls_fit fit,
                        tls_identity **first) {
  tls_credentials *c = choice->credentials;
  int result = 0;
  for (size_t i = 0; result == 0 && i < c->count; i++) {
    tls_identity *identity = &c->identities[i];
    if (tls_certificate_fits(&identity->certificate, name) == fit) {
      result = mbedtls_ssl_set_hs_own_cert(ssl, &identity->certificate, &identity->key);
      if (*first == NULL)
        *first = identity;
    }
  }
  return result;
}

/* Names of DNS know no letter case; policies do. */
static void keep_name(tls_choice *choice, dm_span name) {
  static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  char *out = choice->server_name;
  out[0] = '\0';
  if (name.len >= sizeof choice->server_name)
    return;
  for (size_t i = 0; i < name.len; i++) {
    out[i] = ascii_lower(name.ptr[i]);
    if (memchr(others, out[i], sizeof others - 1) == NULL) {
      out[0] = '\0';
      return;
    }
  }
  out[name.len] = '\0';
}

/* The name that the client asks for; one that fits nowhere is served by the first certificate,
 * which the client may refuse. It might come after a ticket has been taken for another. */
static int on_server_name(void *user, mbedtls_ssl_context *ssl, const unsigned char *text,
                          size_t len) {
  tls_choice *choice = user;
  dm_span name = dm_bytes(text, len);
  tls_identity *found = NULL;
  keep_name(choice, name);
  int result = show_fitting(choice, ssl, name, TLS_FIT_EXACT, &found);
  if (result == 0 && found == NULL)
    result = show_fitting(choice, ssl, name, TLS_FIT_WILDCARD, &found);
  if (found == NULL || found == choice->identity)
    return result;
  choice->identity = found;
  return choice->resumed ? MBEDTLS_ERR_SSL_BAD_INPUT_DATA : result;
}

static int on_ticket_wanted(void *user, const mbedtls_ssl_session *session, unsigned char *begin,
                            const unsigned char *end, size_t *len, uint32_t *lifetime) {
  const tls_choice *choice = user;
  return mbedtls_ssl_ticket_write(&choice->identity->tickets[choice->protocol], session, begin, end,
                                  len, lifetime);
}

static int on_ticket(void *user, mbedtls_ssl_session *session, unsigned char *ticket, size_t len) {
  tls_choice *choice = user;
  int result =
      mbedtls_ssl_ticket_parse(&choice->identity->tickets[choice->protocol], session, ticket, len);
  choice->resumed = result == 0;
  return result;
}

/* ---- For mbedtls ------------------------------------------------------------------------ */

static void configure_tickets(tls_choice *choice, mbedtls_ssl_config *out) {
  mbedtls_ssl_conf_session_tickets_cb(out, on_ticket_wanted, on_ticket, choice);
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  /* Tickets of TLS 1.3 do not carry the client's certificate along. */
  if (choice->credentials->clients[choice->protocol] != TLS_CLIENTS_OFF)
    mbedtls_ssl_conf_new_session_tickets(out, 0);
#endif
}

static void configure_versions(mbedtls_ssl_config *out) {
#if MBEDTLS_VERSION_MAJOR >= 3
  mbedtls_ssl_conf_min_tls_version(out, MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_min_version(out, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  mbedtls_ssl_conf_ciphersuites(out, ciphersuites);
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  /* A ticket alone gives no forward secrecy. */
  mbedtls_ssl_conf_tls13_key_exchange_modes(out,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(out, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
}

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
/* With TLS 1.3 mbedtls would tell a client why it is refused under keys that the client does
 * not use any more. So it is left to tls_session.c to refuse, after the handshake. */
static int on_version_known(mbedtls_ssl_context *ssl) {
  if (mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
    mbedtls_ssl_set_hs_authmode(ssl, MBEDTLS_SSL_VERIFY_OPTIONAL);
  return 0;
}
#endif

static void configure_clients(tls_credentials *c, tls_clients clients, mbedtls_ssl_config *out) {
  mbedtls_ssl_conf_authmode(out, clients == TLS_CLIENTS_REQUIRED   ? MBEDTLS_SSL_VERIFY_REQUIRED
                                 : clients == TLS_CLIENTS_OPTIONAL ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                                   : MBEDTLS_SSL_VERIFY_NONE);
  if (clients == TLS_CLIENTS_OFF)
    return;
  mbedtls_ssl_conf_ca_chain(out, &c->authority, &c->revoked);
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  mbedtls_ssl_conf_cert_cb(out, on_version_known);
#endif
}

int tls_credentials_configure(tls_credentials *c, tls_protocol protocol, tls_choice *choice,
                              mbedtls_ssl_config *out) {
  *choice = (tls_choice){.credentials = c, .protocol = protocol, .identity = &c->identities[0]};
  int result = mbedtls_ssl_config_defaults(out, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                           MBEDTLS_SSL_PRESET_DEFAULT);
  mbedtls_ssl_conf_rng(out, mbedtls_ctr_drbg_random, &c->random);
  configure_versions(out);
  configure_clients(c, c->clients[protocol], out);
  configure_tickets(choice, out);
  mbedtls_ssl_conf_sni(out, on_server_name, choice);
  if (result == 0)
    result = mbedtls_ssl_conf_own_cert(out, &c->identities[0].certificate, &c->identities[0].key);
  if (result == 0)
    result =
        mbedtls_ssl_conf_alpn_protocols(out, protocol == TLS_MQTT ? names_of_mqtt : names_of_http);
  return result;
}
