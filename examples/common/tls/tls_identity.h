/* One certificate of this server's, its key, and the keys of the tickets that it gives.
 *
 * Each certificate has ticket keys of its own, and of those one for each protocol: so a
 * ticket resumes a session on the port and under the names for which it was given (RFC 6066
 * section 3), and elsewhere is one that nobody can read.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_IDENTITY_H
#define COMMON_TLS_TLS_IDENTITY_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>

#include "common/base/problem.h"
#include "common/tls/tls_options.h"

typedef struct tls_identity {
  mbedtls_x509_crt certificate; /* and those that lead to its root */
  mbedtls_pk_context key;
  mbedtls_ssl_ticket_context tickets[TLS_PROTOCOLS];
} tls_identity;

void tls_identity_begin(tls_identity *identity);
void tls_identity_end(tls_identity *identity);

/* Reads certificate and key, and makes ticket keys. `random` must last as long as the
 * identity. On failure *p says which file is wrong and why. */
bool tls_identity_load(tls_identity *identity, const tls_pair *files,
                       mbedtls_ctr_drbg_context *random, problem *p);

#endif
