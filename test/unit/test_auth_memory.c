/* Tests of what happens when mbedtls cannot compute: every call of it fails once.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/span.h"
#include "unit/certificates.h"
#include "unit/signed_request.h"
#include "unit/sigv4_samples.h"

#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#define HASH(name)            name[32]
#else
#define HASH(name) *name
#endif

/* ---- Functions of mbedtls that fail --------------------------------------- */

static unsigned calls_left; /* 0: none fails any more */

static bool fails(void) {
  return calls_left > 0 && --calls_left == 0;
}

/* The function of that name in the library, behind the one here. */
static void real(const char *name, void *function, size_t size) {
  void *found = dlsym(RTLD_NEXT, name);
  assert_true(found != NULL && size == sizeof found);
  memcpy(function, &found, size);
}

#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
#define REAL(name)    real(NAME_OF(name), &function, sizeof function)

int mbedtls_md_hmac(const mbedtls_md_info_t *info, const unsigned char *key, size_t key_len,
                    const unsigned char *input, size_t len, unsigned char *out) {
  int (*function)(const mbedtls_md_info_t *, const unsigned char *, size_t, const unsigned char *,
                  size_t, unsigned char *);
  REAL(mbedtls_md_hmac);
  return fails() ? -1 : function(info, key, key_len, input, len, out);
}

int mbedtls_md_setup(mbedtls_md_context_t *context, const mbedtls_md_info_t *info, int hmac) {
  int (*function)(mbedtls_md_context_t *, const mbedtls_md_info_t *, int);
  REAL(mbedtls_md_setup);
  return fails() ? -1 : function(context, info, hmac);
}

#if MBEDTLS_VERSION_NUMBER >= 0x03030000
int mbedtls_pkcs5_pbkdf2_hmac_ext(mbedtls_md_type_t type, const unsigned char *password,
                                  size_t password_len, const unsigned char *salt, size_t salt_len,
                                  unsigned iterations, uint32_t size, unsigned char *out) {
  int (*function)(mbedtls_md_type_t, const unsigned char *, size_t, const unsigned char *, size_t,
                  unsigned, uint32_t, unsigned char *);
  REAL(mbedtls_pkcs5_pbkdf2_hmac_ext);
  return fails() ? -1
                 : function(type, password, password_len, salt, salt_len, iterations, size, out);
}
#endif

int mbedtls_sha256_starts(mbedtls_sha256_context *context, int is224) {
  int (*function)(mbedtls_sha256_context *, int);
  REAL(mbedtls_sha256_starts);
  return fails() ? -1 : function(context, is224);
}

int mbedtls_sha256_update(mbedtls_sha256_context *context, const unsigned char *input, size_t len) {
  int (*function)(mbedtls_sha256_context *, const unsigned char *, size_t);
  REAL(mbedtls_sha256_update);
  return fails() ? -1 : function(context, input, len);
}

int mbedtls_sha256_finish(mbedtls_sha256_context *context, unsigned char HASH(out)) {
  int (*function)(mbedtls_sha256_context *, unsigned char *);
  REAL(mbedtls_sha256_finish);
  return fails() ? -1 : function(context, out);
}

/* ---- What then happens ---------------------------------------------------- */

/* Runs a function with the first call failing, the second and so on, until none does. */
static void assert_fails_at_every_call(int (*run)(void)) {
  unsigned call = 1;
  for (;; call++) {
    calls_left = call;
    int status = run();
    bool failed = calls_left == 0;
    calls_left = 0;
    assert_int_equal(status, failed ? DM_ERROR_NO_MEMORY : DM_OK);
    if (!failed)
      break;
  }
  assert_in_range(call, 2, 1000);
}

static int verify(void) {
  const sigv4_sample *sample = &sigv4_samples[0];
  const dm_span service = SPAN("service");
  const dm_sigv4_options options = {
      .size = sizeof options, .services = &service, .service_count = 1};
  signed_request r;
  signed_request_make(&r, sample->method, sample->target, sample->headers, sample->body);
  return signed_request_verify(&r, sample->secret_key, sample->signed_at, &options);
}

static int dmi_certificate_read(void) {
  char der[8192], text[8192];
  dm_property values[256];
  dm_x509_principal p = {.size = sizeof p,
                         .values = values,
                         .value_capacity = 256,
                         .text = text,
                         .text_capacity = sizeof text};
  size_t len;
  assert_true(dmi_base64_decode(dm_text(certificate_samples[0].base64), der, &len));
  return dm_x509_read(dm_bytes(der, len), &p);
}

static int password_make(void) {
  char out[DM_PASSWORD_STORED_MAX];
  size_t len;
  return dm_password_hash(SPAN("secret"), SPAN("saltsalt"), 1000, out, sizeof out, &len);
}

static char stored[DM_PASSWORD_STORED_MAX];

static int password_check(void) {
  return dm_password_verify(dm_text(stored), SPAN("secret"));
}

static void test_signatures(void **state) {
  (void)state;
  assert_fails_at_every_call(verify);
}

static void test_certificates(void **state) {
  (void)state;
  assert_fails_at_every_call(dmi_certificate_read);
}

static void test_passwords(void **state) {
  (void)state;
  size_t len;
  assert_int_equal(
      dm_password_hash(SPAN("secret"), SPAN("saltsalt"), 1000, stored, sizeof stored - 1, &len),
      DM_OK);
  assert_fails_at_every_call(password_make);
  assert_fails_at_every_call(password_check);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_signatures),
      cmocka_unit_test(test_certificates),
      cmocka_unit_test(test_passwords),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
