/* Requests for the tests of signatures, and a signer of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "unit/signed_request.h"

#include <mbedtls/md.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/span.h"

void signed_request_make(signed_request *r, const char *method, const char *target,
                         const char *headers, const char *body) {
  memset(r, 0, sizeof *r);
  r->request = (dm_sigv4_request){.size = sizeof r->request,
                                  .method = dm_text(method),
                                  .target = dm_text(target),
                                  .headers = r->headers,
                                  .body = dm_text(body)};
  for (dm_span rest = dm_text(headers); rest.len > 0;) {
    dm_property *field = &r->headers[r->request.header_count++];
    field->key = dmi_span_cut(dmi_span_cut(rest, '\n', &rest), ':', &field->value);
  }
}

void signed_request_add(signed_request *r, const char *name, const char *value) {
  r->headers[r->request.header_count++] = (dm_property){dm_text(name), dm_text(value)};
}

int signed_request_read(signed_request *r) {
  r->claims = (dm_sigv4_claims){.size = sizeof r->claims};
  return dm_sigv4_read(&r->request, r->room, sizeof r->room, &r->claims);
}

int signed_request_verify(signed_request *r, const char *secret_key, dm_wall_time now,
                          const dm_sigv4_options *options) {
  int status = signed_request_read(r);
  if (status != DM_OK)
    return status;
  return dm_sigv4_verify(&r->request, &r->claims, dm_text(secret_key), now, options);
}

/* ---- The signer ----------------------------------------------------------- */

static const mbedtls_md_info_t *sha256(void) {
  return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

static void keyed(const unsigned char *key, size_t len, const char *text, unsigned char out[32]) {
  unsigned char hash[32];
  assert_int_equal(
      mbedtls_md_hmac(sha256(), key, len, (const unsigned char *)text, strlen(text), hash), 0);
  memcpy(out, hash, sizeof hash);
}

static void hex(const unsigned char bytes[32], char out[65]) {
  for (size_t i = 0; i < 32; i++)
    snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void sign(const to_sign *parts, char signature[65]) {
  static const char first[] = "AWS4" SECRET_KEY;
  char text[8192], digest[65], scope[128];
  unsigned char key[32], hash[32];

  int len = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s\n%s", parts->method, parts->path,
                     parts->query, parts->headers, parts->signed_headers, parts->payload_hash);
  assert_in_range(len, 1, sizeof text - 1);
  assert_int_equal(mbedtls_md(sha256(), (const unsigned char *)text, (size_t)len, hash), 0);
  hex(hash, digest);
  snprintf(text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", parts->date, parts->scope, digest);

  snprintf(scope, sizeof scope, "%s", parts->scope);
  size_t key_len = strlen(first);
  const unsigned char *from = (const unsigned char *)first;
  for (char *part = scope, *end; part != NULL; part = end) {
    end = strchr(part, '/');
    if (end != NULL)
      *end++ = '\0';
    keyed(from, key_len, part, key);
    from = key;
    key_len = sizeof key;
  }
  keyed(key, sizeof key, text, hash);
  hex(hash, signature);
}
