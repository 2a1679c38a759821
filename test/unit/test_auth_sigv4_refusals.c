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

#include "unit/sigv4_forms.h"

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
  assert_int_equal(read_target("http://localhost/?" PARAMETERS), DM_OK);
  assert_int_equal(read_target("/a/../%zz?" PARAMETERS), DM_OK); /* a path is not decoded */
  static const char *const bad[] = {
      "*?" PARAMETERS,        "a/b?" PARAMETERS,    "ftp://localhost/?" PARAMETERS,
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

int main(void) {
  const struct CMUnitTest tests[] = {
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
