/* One certificate of this server's, its key, and the keys of the tickets that it gives.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_identity.h"

#include <mbedtls/version.h>

#include "common/tls/tls_files.h"

/* How long a ticket resumes a session, in seconds; its key is changed as often. */
#define TICKET_LIFETIME 3600

void tls_identity_begin(tls_identity *identity) {
  mbedtls_x509_crt_init(&identity->certificate);
  mbedtls_pk_init(&identity->key);
  for (size_t i = 0; i < TLS_PROTOCOLS; i++)
    mbedtls_ssl_ticket_init(&identity->tickets[i]);
}

void tls_identity_end(tls_identity *identity) {
  for (size_t i = 0; i < TLS_PROTOCOLS; i++)
    mbedtls_ssl_ticket_free(&identity->tickets[i]);
  mbedtls_pk_free(&identity->key);
  mbedtls_x509_crt_free(&identity->certificate);
}

static int parse_certificate(void *into, const unsigned char *text, size_t len) {
  return mbedtls_x509_crt_parse(into, text, len);
}

/* What a key is read into, and with what. */
typedef struct key_reader {
  mbedtls_pk_context *key;
  mbedtls_ctr_drbg_context *random;
} key_reader;

static int parse_key(void *into, const unsigned char *text, size_t len) {
  const key_reader *reader = into;
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_pk_parse_key(reader->key, text, len, NULL, 0, mbedtls_ctr_drbg_random,
                              reader->random);
#else
  return mbedtls_pk_parse_key(reader->key, text, len, NULL, 0);
#endif
}

static bool is_pair(tls_identity *identity, const tls_pair *files, mbedtls_ctr_drbg_context *random,
                    problem *p) {
  const mbedtls_pk_context *public_key = &identity->certificate.pk;
#if MBEDTLS_VERSION_MAJOR >= 3
  int result = mbedtls_pk_check_pair(public_key, &identity->key, mbedtls_ctr_drbg_random, random);
#else
  (void)random;
  int result = mbedtls_pk_check_pair(public_key, &identity->key);
#endif
  return result == 0 || problem_set(p, "%s: is not the key of the certificate in %s",
                                    files->key.name, files->certificate.name);
}

static bool make_ticket_keys(tls_identity *identity, mbedtls_ctr_drbg_context *random, problem *p) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < TLS_PROTOCOLS; i++)
    result = mbedtls_ssl_ticket_setup(&identity->tickets[i], mbedtls_ctr_drbg_random, random,
                                      MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFETIME);
  return tls_content(result, "TLS", p);
}

bool tls_identity_load(tls_identity *identity, const tls_pair *files,
                       mbedtls_ctr_drbg_context *random, problem *p) {
  key_reader reader = {&identity->key, random};
  return tls_file_read(&files->certificate, parse_certificate, &identity->certificate, p) &&
         tls_file_read_key(&files->key, parse_key, &reader, p) &&
         is_pair(identity, files, random, p) && make_ticket_keys(identity, random, p);
}
