/* How mbedtls is to serve a session: versions, ciphers, what is asked of clients, tickets.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_CONFIG_H
#define COMMON_TLS_TLS_CONFIG_H

#include "common/tls/tls_choice.h"

struct mbedtls_ssl_config;

/* Configures mbedtls for one session: mbedtls tells its callbacks what its configuration says,
 * not which session it is. `choice` lasts as long as `out`. Returns 0 or mbedtls's error. */
int tls_configure(tls_credentials *credentials, tls_protocol protocol, tls_choice *choice,
                  struct mbedtls_ssl_config *out);

#endif
