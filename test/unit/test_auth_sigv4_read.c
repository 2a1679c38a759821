/* Tests of reading signatures: what is refused before any secret key is looked up.
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

#include "base/span.h"
#include "unit/signed_request.h"

#define KEY_PARTS "20260528/eu-west-1/iotdata/aws4_request"
#define SIGNATURE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define MOMENT    UINT64_C(1779963300000) /* 2026-05-28T10:15:00Z */

#define AUTHORIZATION(credential, headers, signature)                                              \
  "AWS4-HMAC-SHA256 Credential=" credential ", SignedHeaders=" headers ", Signature=" signature
#define GOOD_AUTHORIZATION AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-date", SIGNATURE)

/* Headers beside Authorization. */
#define GOOD_HEADERS "Host:localhost\nX-Amz-Date:20260528T101500Z\n"

/* The code for a request with these headers and this Authorization. */
static int read_header_form(const char *headers, const char *authorization) {
  signed_request r;
  signed_request_make(&r, "GET", "/", headers, "");
  signed_request_add(&r, "Authorization", authorization);
  return signed_request_read(&r);
}

static int read_authorization(const char *authorization) {
  return read_header_form(GOOD_HEADERS, authorization);
}

#define PARAMETERS_WITHOUT_SIGNATURE                                                               \
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260528%2Feu-west-1%2Fiotdata"        \
  "%2Faws4_request&X-Amz-Date=20260528T101500Z&X-Amz-SignedHeaders=host"
#define PARAMETERS PARAMETERS_WITHOUT_SIGNATURE "&X-Amz-Signature=" SIGNATURE

static int read_target(const char *target) {
  signed_request r;
  signed_request_make(&r, "GET", target, "Host:localhost\n", "");
  return signed_request_read(&r);
}

static void assert_claim(dm_span got, const char *expected) {
  if (!span_equal(got, dm_text(expected)))
    fail_msg("%.*s, not %s", (int)got.len, got.ptr, expected);
}

/* ---- What is read --------------------------------------------------------- */

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
  assert_false(span_present(r.claims.security_token));
  assert_false(span_present(r.claims.payload_hash));
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
  assert_int_equal(r.claims.expires, 604800000);
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

/* ---- What is refused ------------------------------------------------------ */

static void test_two_signatures_are_ambiguous(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\n", "");
  assert_int_equal(signed_request_read(&r), DM_OK);
  signed_request_add(&r, "Authorization", "Basic YTpi");
  assert_int_equal(signed_request_read(&r), DM_SIGV4_AMBIGUOUS);

  signed_request_make(&r, "GET", "/", GOOD_HEADERS, "");
  signed_request_add(&r, "Authorization", GOOD_AUTHORIZATION);
  signed_request_add(&r, "Authorization", GOOD_AUTHORIZATION);
  assert_int_equal(signed_request_read(&r), DM_SIGV4_AMBIGUOUS);
}

static void test_a_value_in_header_and_query_is_ambiguous(void **state) {
  (void)state;
  signed_request r;
  signed_request_make(&r, "GET", "/?" PARAMETERS "&X-Amz-Security-Token=a", "Host:localhost\n", "");
  assert_int_equal(signed_request_read(&r), DM_OK);
  signed_request_add(&r, "X-Amz-Security-Token", "a");
  assert_int_equal(signed_request_read(&r), DM_SIGV4_AMBIGUOUS);
  signed_request_make(&r, "GET", "/?" PARAMETERS "&X-Amz-Content-Sha256=" SIGNATURE,
                      "Host:localhost\nX-Amz-Content-Sha256:" SIGNATURE "\n", "");
  assert_int_equal(signed_request_read(&r), DM_SIGV4_AMBIGUOUS);
}

static void test_only_one_algorithm(void **state) {
  (void)state;
  assert_int_equal(read_authorization("AWS4-HMAC-SHA256"), DM_SIGV4_MALFORMED_AUTHORIZATION);
  assert_int_equal(read_authorization("AWS4-HMAC-SHA1 Credential=a"),
                   DM_SIGV4_UNSUPPORTED_ALGORITHM);
  assert_int_equal(read_authorization("AWS4-ECDSA-P256-SHA256 Credential=a"),
                   DM_SIGV4_UNSUPPORTED_ALGORITHM);
  assert_int_equal(read_target("/?X-Amz-Algorithm=AWS4-HMAC-SHA512&X-Amz-Credential=a&X-Amz-Date=a"
                               "&X-Amz-SignedHeaders=host&X-Amz-Signature=a"),
                   DM_SIGV4_UNSUPPORTED_ALGORITHM);
}

static void test_each_part_once(void **state) {
  (void)state;
  static const char *const bad[] = {
      "Credential=a",
      "Credential=a, SignedHeaders=host",
      "Credential=a, Signature=b",
      "SignedHeaders=host, Signature=b",
      "Credential=a, SignedHeaders=host, Signature=b, Signature=b",
      "Credential=a, Credential=a, SignedHeaders=host, Signature=b",
      "Credential=a, SignedHeaders=host, Signature=b, More=c",
      "Credential=a, SignedHeaders=host, Signature=b, ",
      "Credential=a, SignedHeaders=host, Signature=",
      "Credential=, SignedHeaders=host, Signature=b",
      "Credential=a, , SignedHeaders=host, Signature=b",
      "Credential=a; SignedHeaders=host; Signature=b",
      "credential=a, SignedHeaders=host, Signature=b",
      "Credential, SignedHeaders=host, Signature=b",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[256];
    snprintf(text, sizeof text, "AWS4-HMAC-SHA256 %s", bad[i]);
    if (read_authorization(text) != DM_SIGV4_MALFORMED_AUTHORIZATION)
      fail_msg("%s", bad[i]);
  }
}

static void test_each_parameter_once(void **state) {
  (void)state;
  static const char *const bad[] = {
      "/?" PARAMETERS_WITHOUT_SIGNATURE,
      "/?X-Amz-Signature=" SIGNATURE,
      "/?X-Amz-Credential=a",
      "/?x-amz-algorithm",
      "/?" PARAMETERS "&X-Amz-Signature=" SIGNATURE,
      "/?" PARAMETERS "&x-amz-date=20260528T101500Z",
      "/?" PARAMETERS "&X-Amz-Security-Token=a&X-Amz-Security-Token=a",
      "/?" PARAMETERS "&X-Amz-Expires=",
      "/?" PARAMETERS "&X-Amz-Security-Token",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (read_target(bad[i]) != DM_SIGV4_MALFORMED_AUTHORIZATION)
      fail_msg("%s", bad[i]);
}

#define LONG_64  SIGNATURE
#define LONG_128 SIGNATURE SIGNATURE

static void test_credentials(void **state) {
  (void)state;
  static const char *const bad[] = {
      "a",
      "/" KEY_PARTS,
      KEY_PARTS,
      "a/" KEY_PARTS "/",
      "a/a/" KEY_PARTS,
      "a/2026052/eu-west-1/iotdata/aws4_request",
      "a/202605280/eu-west-1/iotdata/aws4_request",
      "a/2026052x/eu-west-1/iotdata/aws4_request",
      "a/20260528//iotdata/aws4_request",
      "a/20260528/eu-west-1//aws4_request",
      "a/20260528/eu-west-1/iotdata/aws4_reques",
      "a/20260528/eu-west-1/iotdata/",
      "a/20260528/eu-west-1/iotdata",
      "a/20260528/eu west/iotdata/aws4_request",
      "a/20260528/eu-west-1/iot\xC3\xA9/aws4_request",
      "a:b/" KEY_PARTS,
      LONG_128 "a/" KEY_PARTS,
      "a/20260528/" LONG_64 "a/iotdata/aws4_request",
      "a/20260528/eu-west-1/" LONG_64 "a/aws4_request",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[512];
    snprintf(text, sizeof text, AUTHORIZATION("%s", "host;x-amz-date", SIGNATURE), bad[i]);
    if (read_authorization(text) != DM_SIGV4_MALFORMED_CREDENTIAL)
      fail_msg("%s", bad[i]);
  }
  assert_int_equal(
      read_authorization(AUTHORIZATION(LONG_128 "/20260528/" LONG_64 "/" LONG_64 "/aws4_request",
                                       "host;x-amz-date", SIGNATURE)),
      DM_OK);
}

static void test_signed_headers_are_a_sorted_list(void **state) {
  (void)state;
  static const char *const bad[] = {
      ";host;x-amz-date",      "host;x-amz-date;",     "host;;x-amz-date",
      "x-amz-date;host",       "Host;x-amz-date",      "host;host;x-amz-date",
      "host;x-amz-date; zoo",  "host;x-amz-date;z:oo", ";",
      "host;x-amz-date;z\too", "host;x-amz-date;x-amz"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[512];
    snprintf(text, sizeof text, AUTHORIZATION("AKID/" KEY_PARTS, "%s", SIGNATURE), bad[i]);
    if (read_authorization(text) != DM_SIGV4_MALFORMED_SIGNED_HEADERS)
      fail_msg("%s", bad[i]);
  }
}

static void test_a_signature_is_64_digits(void **state) {
  (void)state;
  static const char *const bad[] = {
      "0",
      SIGNATURE "0",
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
      "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
      "0011223344556677 899aabbccddeeff00112233445566778899aabbccddeeff",
      "0011223344556677g899aabbccddeeff00112233445566778899aabbccddeeff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[512];
    snprintf(text, sizeof text, AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-date", "%s"), bad[i]);
    if (read_authorization(text) != DM_SIGV4_MALFORMED_SIGNATURE)
      fail_msg("%s", bad[i]);
  }
}

static void test_dates(void **state) {
  (void)state;
  const char *dated = AUTHORIZATION("AKID/" KEY_PARTS, "date;host", SIGNATURE);
  const char *both = AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-date", SIGNATURE);
  assert_int_equal(
      read_header_form("Host:a\n", AUTHORIZATION("AKID/" KEY_PARTS, "host", SIGNATURE)),
      DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(read_header_form("Host:a\nX-Amz-Date:\n", both), DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(read_header_form("Host:a\nX-Amz-Date:2026-05-28T10:15:00Z\n", both),
                   DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(read_header_form("Host:a\nX-Amz-Date:Thu, 28 May 2026 10:15:00 GMT\n", both),
                   DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(
      read_header_form("Host:a\nX-Amz-Date:20260528T101500Z\nX-Amz-Date:20260528T101500Z\n", both),
      DM_SIGV4_REPEATED_HEADER);
  assert_int_equal(read_header_form("Host:a\nDate:Thu, 28 May 2026 10:15:00 GMT\n", dated), DM_OK);
  assert_int_equal(read_header_form("Host:a\nDate:20260528T101500Z\n", dated), DM_OK);
  assert_int_equal(read_header_form("Host:a\nDate:yesterday\n", dated), DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(
      read_header_form("Host:a\nDate:20260528T101500Z\nDate:20260528T101500Z\n", dated),
      DM_SIGV4_REPEATED_HEADER);
  assert_int_equal(read_header_form("Host:a\nDate:20260528T101500Z\n",
                                    AUTHORIZATION("AKID/" KEY_PARTS, "host", SIGNATURE)),
                   DM_SIGV4_HEADER_NOT_SIGNED);
  /* With X-Amz-Date the other one may say what it likes. */
  assert_int_equal(read_header_form(GOOD_HEADERS "Date:yesterday\nDate:today\n", both), DM_OK);
}

static void test_presigned_dates_and_expiry(void **state) {
  (void)state;
  assert_int_equal(read_target("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID/" KEY_PARTS
                               "&X-Amz-Date=20260528101500Z&X-Amz-SignedHeaders=host"
                               "&X-Amz-Signature=" SIGNATURE),
                   DM_SIGV4_MALFORMED_DATE);
  assert_int_equal(read_target("/?" PARAMETERS "&X-Amz-Expires=1"), DM_OK);
  assert_int_equal(read_target("/?" PARAMETERS "&X-Amz-Expires=4294967295"), DM_OK);
  static const char *const bad[] = {"0", "-1", "+1", "1.5", "1s", "4294967296", "%201"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char target[512];
    snprintf(target, sizeof target, "%s&X-Amz-Expires=%s", "/?" PARAMETERS, bad[i]);
    assert_int_equal(read_target(target), DM_SIGV4_MALFORMED_EXPIRES);
  }
}

static void test_payload_hashes(void **state) {
  (void)state;
  const char *authorization =
      AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-content-sha256;x-amz-date", SIGNATURE);
  static const char *const bad[] = {
      "",
      "00",
      "unsigned-payload",
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char headers[512];
    snprintf(headers, sizeof headers, GOOD_HEADERS "x-amz-content-sha256:%s\n", bad[i]);
    assert_int_equal(read_header_form(headers, authorization), DM_SIGV4_MALFORMED_PAYLOAD_HASH);
  }
  assert_int_equal(read_header_form(GOOD_HEADERS "x-amz-content-sha256:" SIGNATURE "\n"
                                                 "x-amz-content-sha256:" SIGNATURE "\n",
                                    authorization),
                   DM_SIGV4_REPEATED_HEADER);
}

static void test_methods_and_targets(void **state) {
  (void)state;
  assert_int_equal(read_target("?" PARAMETERS), DM_OK);
  assert_int_equal(read_target("/a/../%zz?" PARAMETERS), DM_OK); /* a path is not decoded */
  static const char *const bad[] = {
      "*?" PARAMETERS,        "a/b?" PARAMETERS,    "http://localhost/?" PARAMETERS,
      "/?a=%&" PARAMETERS,    "/?a=%4&" PARAMETERS, "/?%4g=a&" PARAMETERS,
      "/?" PARAMETERS "&a=%4"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(read_target(bad[i]), DM_SIGV4_MALFORMED_REQUEST);

  static const char *const methods[] = {"", "get", "GET ", "GET\n/", "G\xC3\x89T"};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    signed_request r;
    signed_request_make(&r, methods[i], "/?" PARAMETERS, "Host:localhost\n", "");
    assert_int_equal(signed_request_read(&r), DM_SIGV4_MALFORMED_REQUEST);
  }
}

/* What would let one header pass for two, or for none. */
static void test_malformed_headers(void **state) {
  (void)state;
  static const dm_property bad[] = {
      {{"a", 1}, {"b\nx-amz-a:c", 10}},
      {{"a", 1}, {"b\r", 2}},
      {{"a", 1}, {"b\0c", 3}},
      {{"a", 1}, {"\x7F", 1}},
      {{"", 0}, {"b", 1}},
      {{"a b", 3}, {"c", 1}},
      {{"a:", 2}, {"b", 1}},
      {{"a\0", 2}, {"b", 1}},
      {{"\xC3\xA9", 2}, {"b", 1}},
      {{"a\n", 2}, {"b", 1}},
      {{NULL, 0}, {"b", 1}},
      {{"a", 1}, {NULL, 1}},
      {{"a;b", 3}, {"c", 1}},
      {{"a/b", 3}, {"c", 1}},
      {{" a", 2}, {"b", 1}},
  };
  static const dm_property good[] = {{{"a", 1}, {"", 0}},
                                     {{"a", 1}, {NULL, 0}},
                                     {{"a", 1}, {"\t b \xC3\xA9\xFF", 7}},
                                     {{"!#$%&'*+-.^_`|~", 15}, {"b", 1}}};
  signed_request r;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\n", "");
    r.headers[r.request.header_count++] = bad[i];
    assert_int_equal(signed_request_read(&r), DM_SIGV4_MALFORMED_HEADER);
  }
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\n", "");
    r.headers[r.request.header_count++] = good[i];
    assert_int_equal(signed_request_read(&r), DM_OK);
  }
}

static void test_the_host_is_there_once_and_signed(void **state) {
  (void)state;
  assert_int_equal(read_header_form("X-Amz-Date:20260528T101500Z\n", GOOD_AUTHORIZATION),
                   DM_SIGV4_NO_HOST);
  assert_int_equal(read_header_form(GOOD_HEADERS "host:localhost\n", GOOD_AUTHORIZATION),
                   DM_SIGV4_REPEATED_HEADER);
  assert_int_equal(read_authorization(AUTHORIZATION("AKID/" KEY_PARTS, "x-amz-date", SIGNATURE)),
                   DM_SIGV4_HEADER_NOT_SIGNED);
}

static void test_every_x_amz_header_is_signed(void **state) {
  (void)state;
  assert_int_equal(read_authorization(AUTHORIZATION("AKID/" KEY_PARTS, "host", SIGNATURE)),
                   DM_SIGV4_HEADER_NOT_SIGNED);
  assert_int_equal(
      read_header_form(GOOD_HEADERS "X-AMZ-Mqtt5-Correlation-Data:YQ==\n", GOOD_AUTHORIZATION),
      DM_SIGV4_HEADER_NOT_SIGNED);
  assert_int_equal(read_header_form(GOOD_HEADERS "x-amz-:\n", GOOD_AUTHORIZATION),
                   DM_SIGV4_HEADER_NOT_SIGNED);
  assert_int_equal(read_header_form(GOOD_HEADERS "x-amzn-trace-id:a\nx-am:b\n", GOOD_AUTHORIZATION),
                   DM_OK);
  signed_request r;
  signed_request_make(&r, "GET", "/?" PARAMETERS, "Host:localhost\nX-Amz-A:b\n", "");
  assert_int_equal(signed_request_read(&r), DM_SIGV4_HEADER_NOT_SIGNED);
}

static void test_what_is_signed_is_there(void **state) {
  (void)state;
  assert_int_equal(
      read_authorization(AUTHORIZATION("AKID/" KEY_PARTS, "a;host;x-amz-date", SIGNATURE)),
      DM_SIGV4_SIGNED_HEADER_MISSING);
  assert_int_equal(
      read_authorization(AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-date;z", SIGNATURE)),
      DM_SIGV4_SIGNED_HEADER_MISSING);
}

/* ---- Limits --------------------------------------------------------------- */

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

/* ---- Misuse --------------------------------------------------------------- */

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
      cmocka_unit_test(test_two_signatures_are_ambiguous),
      cmocka_unit_test(test_a_value_in_header_and_query_is_ambiguous),
      cmocka_unit_test(test_only_one_algorithm),
      cmocka_unit_test(test_each_part_once),
      cmocka_unit_test(test_each_parameter_once),
      cmocka_unit_test(test_credentials),
      cmocka_unit_test(test_signed_headers_are_a_sorted_list),
      cmocka_unit_test(test_a_signature_is_64_digits),
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_presigned_dates_and_expiry),
      cmocka_unit_test(test_payload_hashes),
      cmocka_unit_test(test_methods_and_targets),
      cmocka_unit_test(test_malformed_headers),
      cmocka_unit_test(test_the_host_is_there_once_and_signed),
      cmocka_unit_test(test_every_x_amz_header_is_signed),
      cmocka_unit_test(test_what_is_signed_is_there),
      cmocka_unit_test(test_the_number_of_headers),
      cmocka_unit_test(test_the_number_of_parameters),
      cmocka_unit_test(test_the_number_of_segments),
      cmocka_unit_test(test_structures_of_other_sizes),
      cmocka_unit_test(test_missing_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
