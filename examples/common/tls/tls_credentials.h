/* Certificates, keys and revocation lists, read from their files and ready for sessions.
 *
 * They never change: who reads the files again gets others, and sessions keep those with
 * which they began. Tickets belong to one certificate of these credentials and to one
 * protocol: none outlives the certificate it was given for, or opens the other port.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_CREDENTIALS_H
#define COMMON_TLS_TLS_CREDENTIALS_H

#include "common/base/problem.h"
#include "common/tls/tls_options.h"

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

#endif
