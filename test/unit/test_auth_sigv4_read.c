/* Tests of reading signatures: what they claim, how much they may be, and misuse.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "unit/sigv4_forms.h"

#define MOMENT UINT64_C(1779963300000) /* 2026-05-28T10:15:00Z */

static void assert_claim(dm_span got, const char *expected) {
  if (!dmi_span_equal(got, dm_text(expected)))
    fail_msg("%.*s, not %s", (int)got.len, got.ptr, expected);
}

/* ---- Claims ------------------------------------------------------------ */

static void test_the_claims_of_a_header(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(
      &r, "GET", "/",
      "hOST:localhost\nx-amz-DATE: 20260528T101500Z \nX-Amz-Security-Token: to/ken\n"
      "X-Amz-Content-Sha256:UNSIGNED-PAYLOAD\n",
      "");
  signed_request_add(&r, "authorization",
                     "  AWS4-HMAC-SHA256  Signature=" SIGNATURE ",SignedHeaders="
                     "host;x-amz-content-sha256;x-amz-date;x-amz-security-token\t,  "
                     "Credential=AKID.a_b-c/" KEY_PARTS " ");
  assert_int_equal(signed_request_read(&r), DM_OK);
  assert_claim(r.claims.access_key_id, "AKID.a_b-c");
  assert_claim(r.claims.scope_date, "20260528");
  assert_claim(r.claims.region, "eu-west-1");
  assert_claim(r.claims.service, "iotdata");
  assert_claim(r.claims.signed_headers,
               "host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
  assert_claim(r.claims.signature, SIGNATURE);
  assert_claim(r.claims.security_token, "to/ken");
  assert_claim(r.claims.payload_hash, "UNSIGNED-PAYLOAD");
  assert_int_equal(r.claims.signed_at, MOMENT);
  assert_int_equal(r.claims.expires, 0);
  assert_int_equal(r.claims.presigned, 0);
  assert_int_equal(r.claims.size, sizeof r.claims);
}

static void test_what_is_not_claimed_is_absent(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(&r, "GET", "/", GOOD_HEADERS, "");
  signed_request_add(&r, "Authorization", GOOD_AUTHORIZATION);
  assert_int_equal(signed_request_read(&r), DM_OK);
  assert_false(dmi_span_present(r.claims.security_token));
  assert_false(dmi_span_present(r.claims.payload_hash));
}

static void test_the_claims_of_a_presigned_url(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(&r, "GET",
                      "/mqtt?a=b&x-amz-algorithm=AWS4-HMAC-SHA256&X%2DAmz-Credential=AKID/2026052"
                      "%38/eu-west-1/iotdata%2faws4_request&X-Amz-Date=20260528T101500Z&"
                      "X-Amz-SignedHeaders=a%3Bhost&X-Amz-Expires=604800&X-Amz-Security-Token="
                      "to%2Fken+%3D&X-Amz-Signature=" SIGNATURE "&X-Amz-Content-Sha256=" SIGNATURE,
                      "Host:localhost\nA:b\n", "");
  assert_int_equal(signed_request_read(&r), DM_OK);
  assert_claim(r.claims.access_key_id, "AKID");
  assert_claim(r.claims.scope_date, "20260528");
  assert_claim(r.claims.region, "eu-west-1");
  assert_claim(r.claims.service, "iotdata");
  assert_claim(r.claims.signed_headers, "a;host");
  assert_claim(r.claims.signature, SIGNATURE);
  assert_claim(r.claims.security_token, "to/ken+=");
  assert_claim(r.claims.payload_hash, SIGNATURE);
  assert_int_equal(r.claims.signed_at, MOMENT);
  assert_int_equal(r.claims.expires, 604800 * DM_SECOND);
  assert_int_equal(r.claims.presigned, 1);
}

static void test_decoding_needs_room(void **state) {
  (void)state;
  signed_request r;
  const char *target = "/?" PARAMETERS;
  signed_request_make(&r, "GET", target, "Host:localhost\n", "");
  r.claims = (dm_sigv4_claims){.size = sizeof r.claims};
  size_t enough = 0;
  for (;; enough++) {
    char *room = enough == 0 ? NULL : malloc(enough); /* to the byte */
    int status = dm_sigv4_read(&r.request, room, enough, &r.claims);
    free(room);
    if (status == DM_OK)
      break;
    assert_int_equal(status, DM_ERROR_BUFFER_TOO_SMALL);
    assert_null(r.claims.access_key_id.ptr);
  }
  assert_in_range(enough, 1, strlen(target));

  signed_request_make(&r, "GET", "/", GOOD_HEADERS, "");
  signed_request_add(&r, "Authorization", GOOD_AUTHORIZATION);
  assert_int_equal(
      dm_sigv4_read(&r.request, NULL, 0, &(dm_sigv4_claims){.size = sizeof(dm_sigv4_claims)}),
      DM_OK);
}

static void test_other_callers_are_not_signed(void **state) {
  (void)state;
  assert_int_equal(read_target("/"), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_target("/%?X-Amz-Date=20260528T101500Z&x=%"), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_target("http://localhost/"), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_authorization("Basic YTpi"), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_authorization("AWS AKID:abc"), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_authorization(""), DM_SIGV4_NOT_SIGNED);
  assert_int_equal(read_authorization(GOOD_AUTHORIZATION), DM_OK);
}

/* ---- Limits ------------------------------------------------------------ */

static void test_the_number_of_headers(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\n", "");
  while (r.request.header_count < DM_SIGV4_HEADERS_MAX)
    signed_request_add(&r, "a", "b");
  assert_int_equal(signed_request_read(&r), DM_OK);
  signed_request_add(&r, "a", "b");
  assert_int_equal(signed_request_read(&r), DM_SIGV4_TOO_MANY);
}

/* The code for a target with `count` times `part` behind `target`. */
static int read_repeated(const char *before, const char *part, size_t count, const char *behind) {
  char target[4096];
  snprintf(target, sizeof target, "%s", before);
  while (count-- > 0)
    strcat(target, part);
  strcat(target, behind);
  return read_target(target);
}

static void test_the_number_of_parameters(void **state) {
  (void)state;
  size_t own = 5;
  assert_int_equal(read_repeated("/?" PARAMETERS, "&a=b", DM_SIGV4_PARAMETERS_MAX - own, ""),
                   DM_OK);
  assert_int_equal(read_repeated("/?" PARAMETERS, "&a=b", DM_SIGV4_PARAMETERS_MAX - own + 1, ""),
                   DM_SIGV4_TOO_MANY);
  assert_int_equal(read_repeated("/?" PARAMETERS, "&", 1000, ""), DM_OK);
  assert_int_equal(read_repeated("/?" PARAMETERS, "&=", DM_SIGV4_PARAMETERS_MAX, ""), DM_OK);
}

static void test_the_number_of_segments(void **state) {
  (void)state;
  const size_t max = DM_SIGV4_SEGMENTS_MAX;
  assert_int_equal(read_repeated("", "/a", max, "?" PARAMETERS), DM_OK);
  assert_int_equal(read_repeated("", "/a", max + 1, "?" PARAMETERS), DM_SIGV4_TOO_MANY);
  assert_int_equal(read_repeated("", "/a", max + 1, "/..?" PARAMETERS), DM_SIGV4_TOO_MANY);
  assert_int_equal(read_repeated("", "/.", 3 * max, "?" PARAMETERS), DM_OK);
  assert_int_equal(read_repeated("", "/a/..", 3 * max, "?" PARAMETERS), DM_OK);
}

/* ---- Misuse ------------------------------------------------------------ */

static void test_structures_of_other_sizes(void **state) {
  (void)state;
  struct {
    dm_sigv4_request known;
    char more[8];
  } newer = {{0}, {0}};
  signed_request r;
  char room[1024];
  signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\n", "");
  newer.known = r.request;
  newer.known.size = sizeof newer;
  dm_sigv4_claims claims = {.size = sizeof claims};
  assert_int_equal(dm_sigv4_read(&newer.known, room, sizeof room, &claims), DM_OK);
  newer.more[7] = 1;
  assert_int_equal(dm_sigv4_read(&newer.known, room, sizeof room, &claims),
                   DM_ERROR_INVALID_ARGUMENT);
  r.request.size--;
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, &claims),
                   DM_ERROR_INVALID_ARGUMENT);
  r.request.size++;
  claims.size--;
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, &claims),
                   DM_ERROR_INVALID_ARGUMENT);
}

static void test_missing_arguments(void **state) {
  (void)state;
  signed_request r;
  char room[8];
  dm_sigv4_claims claims = {.size = sizeof claims};
  signed_request_make(&r, "GET", "/", "Host:localhost\n", "");
  assert_int_equal(dm_sigv4_read(NULL, room, sizeof room, &claims), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_sigv4_read(&r.request, NULL, 1, &claims), DM_ERROR_INVALID_ARGUMENT);
  r.request.headers = NULL;
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, &claims),
                   DM_ERROR_INVALID_ARGUMENT);
  r.request.header_count = 0;
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, &claims), DM_SIGV4_NOT_SIGNED);
  r.request.target = (dm_span){NULL, 1};
  assert_int_equal(dm_sigv4_read(&r.request, room, sizeof room, &claims),
                   DM_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_claims_of_a_header),
      cmocka_unit_test(test_what_is_not_claimed_is_absent),
      cmocka_unit_test(test_the_claims_of_a_presigned_url),
      cmocka_unit_test(test_decoding_needs_room),
      cmocka_unit_test(test_other_callers_are_not_signed),
      cmocka_unit_test(test_the_number_of_headers),
      cmocka_unit_test(test_the_number_of_parameters),
      cmocka_unit_test(test_the_number_of_segments),
      cmocka_unit_test(test_structures_of_other_sizes),
      cmocka_unit_test(test_missing_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
