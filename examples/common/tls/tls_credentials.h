/* Certificates, keys and revocation lists, read from their files and ready for sessions.
 *
 * They never change: who reads the files again gets others, and sessions keep those with
 * which they began. Tickets belong to one certificate of these credentials and to one
 * protocol: none outlives the certificate it was given for, or opens the other port.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_CREDENTIALS_H
#define COMMON_TLS_CREDENTIALS_H

#include "common/base/problem.h"
#include "common/tls/tls_options.h"

struct mbedtls_ssl_config;
typedef struct tls_credentials tls_credentials;

/* Reads all the files. On failure NULL, and *p says which file is wrong and why. Nothing of the
 * options is kept. */
tls_credentials *tls_credentials_load(const tls_options *options, problem *p);

/* One more holder; returns its argument. */
tls_credentials *tls_credentials_hold(tls_credentials *credentials);

/* One holder less; the last one takes them along. NULL is harmless. */
void tls_credentials_release(tls_credentials *credentials);

/* What is asked of clients. */
tls_clients tls_credentials_clients(const tls_credentials *credentials, tls_protocol protocol);

/* With which certificate a session serves: part of the session; private. */
typedef struct tls_choice {
  tls_credentials *credentials;
  tls_protocol protocol;
  struct tls_identity *identity; /* the first, until the client asks for another by its name */
  bool resumed;                  /* a ticket of that one was taken */
  char server_name[256];         /* that it asks for, in lower case; "": none, or none that DNS
                                    could know */
} tls_choice;

/* Configures mbedtls for one session: mbedtls tells its callbacks what its configuration says,
 * not which session it is. `choice` lasts as long as `out`. Returns 0 or mbedtls's error. */
int tls_credentials_configure(tls_credentials *credentials, tls_protocol protocol,
                              tls_choice *choice, struct mbedtls_ssl_config *out);

#endif
