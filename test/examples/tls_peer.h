/* A TLS client in memory, and the certificates of a test.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_TLS_PEER_H
#define TEST_EXAMPLES_TLS_PEER_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>

#include "common/base/bytes.h"
#include "common/tls/tls_options.h"

typedef struct tls_peer {
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt authority;
  mbedtls_x509_crt certificate;
  mbedtls_pk_context key;
  mbedtls_ssl_config config;
  mbedtls_ssl_context ssl;
  bytes in;  /* from the server, not read yet */
  bytes out; /* for the server */
} tls_peer;

/* Makes certificates, by the script that users have, and options that name them. */
void tls_peer_begin(void);
void tls_peer_end(void);

/* The name of a file of theirs; valid until the next call. */
const char *tls_peer_file(const char *name);

/* Options with the server's certificate and key. authority: whether clients must show a
 * certificate of the authority's. */
tls_options tls_peer_options(bool authority);

/* A client with the certificate of `name`, NULL: with none. */
tls_peer *tls_peer_new(const char *name);
void tls_peer_free(tls_peer *p);

/* Before its handshake: it speaks nothing newer than TLS 1.2. */
void tls_peer_be_old(tls_peer *p);

#endif
