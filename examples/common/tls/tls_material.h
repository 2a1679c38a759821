/* What credentials hold: for the files of this room that make sessions of them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_MATERIAL_H
#define COMMON_TLS_TLS_MATERIAL_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "common/tls/tls_identity.h"

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

#endif
