/* Certificates, keys and revocation lists.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_credentials.h"

#include <mbedtls/version.h>
#include <stdlib.h>
#include <string.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "common/tls/tls_files.h"
#include "common/tls/tls_material.h"

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
