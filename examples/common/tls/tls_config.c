/* How mbedtls is to serve a session.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_config.h"

#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include "common/tls/tls_material.h"

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

static void configure_tickets(tls_choice *choice, mbedtls_ssl_config *out) {
  mbedtls_ssl_conf_session_tickets_cb(out, tls_ticket_write, tls_ticket_read, choice);
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

int tls_configure(tls_credentials *c, tls_protocol protocol, tls_choice *choice,
                  mbedtls_ssl_config *out) {
  *choice = (tls_choice){.credentials = c, .protocol = protocol, .identity = &c->identities[0]};
  int result = mbedtls_ssl_config_defaults(out, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                           MBEDTLS_SSL_PRESET_DEFAULT);
  mbedtls_ssl_conf_rng(out, mbedtls_ctr_drbg_random, &c->random);
  configure_versions(out);
  configure_clients(c, c->clients[protocol], out);
  configure_tickets(choice, out);
  mbedtls_ssl_conf_sni(out, tls_choose_by_name, choice);
  if (result == 0)
    result = mbedtls_ssl_conf_own_cert(out, &c->identities[0].certificate, &c->identities[0].key);
  if (result == 0)
    result =
        mbedtls_ssl_conf_alpn_protocols(out, protocol == TLS_MQTT ? names_of_mqtt : names_of_http);
  return result;
}
