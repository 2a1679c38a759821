/* Structures of older, newer and wrong sizes: signatures and certificates.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <mbedtls/base64.h>
#include <cmocka.h>

#include "unit/certificates.h"
#include "unit/growth.h"
#include "unit/signed_request.h"

#define MOMENT UINT64_C(1779963300000) /* 2026-05-28T10:15:00Z */

#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SCOPE           "20260528/eu-west-1/iotdata/aws4_request"

/* ---- Signatures ------------------------------------------------------------------------- */

static signed_request kept;

/* A signed GET, kept above as long as somebody borrows from it. */
static void sign_request(void) {
  static char authorization[512];
  char signature[65];
  to_sign parts = {.method = "GET",
                   .path = "/a",
                   .query = "",
                   .headers = "host:localhost\nx-amz-date:20260528T101500Z\n",
                   .signed_headers = "host;x-amz-date",
                   .payload_hash = HASH_OF_NOTHING,
                   .date = "20260528T101500Z",
                   .scope = SCOPE};
  sign(&parts, signature);
  snprintf(authorization, sizeof authorization,
           "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" SCOPE
           ", SignedHeaders=host;x-amz-date, Signature=%s",
           signature);
  signed_request_make(&kept, "GET", "/a", "Host:localhost\nX-Amz-Date:20260528T101500Z\n", "");
  signed_request_add(&kept, "Authorization", authorization);
}

static void fill_request(void *structure) {
  sign_request();
  *(dm_sigv4_request *)structure = kept.request;
}

static void fill_claims(void *structure) {
  sign_request();
  assert_int_equal(signed_request_read(&kept), DM_OK);
  *(dm_sigv4_claims *)structure = kept.claims;
}

static int read_claims(void *const *arguments) {
  const dm_sigv4_claims *claims = arguments[1];
  int result = dm_sigv4_read(arguments[0], NULL, 0, arguments[1]);
  if (result == DM_OK)
    assert_int_equal(claims->access_key_id.len, strlen("AKIDEXAMPLE"));
  return result;
}

static int verify(void *const *arguments) {
  return dm_sigv4_verify(arguments[0], arguments[1], dm_text(SECRET_KEY), MOMENT, arguments[2]);
}

/* ---- Certificates ----------------------------------------------------------------------- */

static void fill_principal(void *structure) {
  static dm_property values[256];
  static char text[65536];
  dm_x509_principal *principal = structure;
  principal->values = values;
  principal->value_capacity = sizeof values / sizeof *values;
  principal->text = text;
  principal->text_capacity = sizeof text;
}

static int read_principal(void *const *arguments) {
  static unsigned char der[4096];
  const char *base64 = certificate_samples[0].base64;
  const dm_x509_principal *principal = arguments[0];
  size_t len = 0;
  assert_int_equal(
      mbedtls_base64_decode(der, sizeof der, &len, (const unsigned char *)base64, strlen(base64)),
      0);
  int result = dm_x509_read(dm_bytes(der, len), arguments[0]);
  if (result == DM_OK) {
    assert_string_equal(principal->certificate_id, certificate_samples[0].certificate_id);
    assert_ptr_equal(principal->values[0].value.ptr, principal->certificate_id);
  }
  return result;
}

#define REQUEST                                                                                    \
  { "dm_sigv4_request", sizeof(dm_sigv4_request), fill_request, 0, 0 }

const growth_call growth_auth_calls[] = {
    {"dm_sigv4_read",
     DM_OK,
     read_claims,
     {REQUEST, {"dm_sigv4_claims", sizeof(dm_sigv4_claims), NULL, 0, 0}}},
    {"dm_sigv4_verify",
     DM_OK,
     verify,
     {REQUEST,
      {"dm_sigv4_claims", sizeof(dm_sigv4_claims), fill_claims, 0, 0},
      {"dm_sigv4_options", sizeof(dm_sigv4_options), NULL, 0, 0}}},
    {"dm_x509_read",
     DM_OK,
     read_principal,
     {{"dm_x509_principal", sizeof(dm_x509_principal), fill_principal, 0, 0}}},
    {NULL, 0, NULL, {{NULL, 0, NULL, 0, 0}}},
};
