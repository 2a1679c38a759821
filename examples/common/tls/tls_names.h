/* Which server names a certificate is for (RFC 6125 section 6.4).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_NAMES_H
#define COMMON_TLS_TLS_NAMES_H

#include "dm/types.h"

struct mbedtls_x509_crt;

typedef enum tls_fit {
  TLS_FIT_NONE,
  TLS_FIT_WILDCARD,
  TLS_FIT_EXACT /* the best */
} tls_fit;

/* How a name in a certificate fits the name that a client asks for. Letter case is not looked
 * at. A wildcard is a whole label, the first of several, and stands for one that is not empty:
 * "*.example.com" fits "a.example.com", not "example.com" nor "a.b.example.com". */
tls_fit tls_name_fits(dm_span pattern, dm_span name);

/* How well one of its names fits: the DNS names of its subjectAltName or, where there is no
 * such extension, the common names of its subject. */
tls_fit tls_certificate_fits(const struct mbedtls_x509_crt *certificate, dm_span name);

#endif
