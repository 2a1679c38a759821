/* Tests of verifying signatures: scope, time, payload and token.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/span.h"
#include "unit/signed_request.h"

#define MOMENT UINT64_C(1779963300000) /* 2026-05-28T10:15:00Z */
#define MINUTE UINT64_C(60000)
#define DAY    (24 * 60 * MINUTE)

#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HASH_OF_HELLO   "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

/* ---- Requests signed here ------------------------------------------------- */

/* How a request differs from the plain one; NULL and 0 stand for what is usual. */
typedef struct variant {
  const char *scope;        /* behind the day */
  const char *day;          /* of the scope */
  const char *body;         /* nothing */
  const char *payload_hash; /* what the canonical request ends with */
  const char *stated;       /* x-amz-content-sha256, or the parameter */
  const char *expires;      /* of the presigned one */
  const char *token;        /* of the presigned one: signed */
  const char *late_token;   /* likewise, but not signed */
} variant;

static const char *either(const char *given, const char *usual) {
  return given != NULL ? given : usual;
}

/* Signed in its Authorization header. */
static void make_signed(signed_request *r, const variant *v) {
  char scope[128], headers[512], signature[65];
  const char *names =
      v->stated != NULL ? "host;x-amz-content-sha256;x-amz-date" : "host;x-amz-date";
  snprintf(scope, sizeof scope, "%s/%s", either(v->day, "20260528"),
           either(v->scope, "eu-west-1/iotdata/aws4_request"));
  snprintf(headers, sizeof headers, "host:localhost\n%s%s%sx-amz-date:20260528T101500Z\n",
           v->stated != NULL ? "x-amz-content-sha256:" : "", either(v->stated, ""),
           v->stated != NULL ? "\n" : "");
  to_sign parts = {.method = "POST",
                   .path = "/connections/boiler-7/messages",
                   .query = "topic=a",
                   .headers = headers,
                   .signed_headers = names,
                   .payload_hash = either(v->payload_hash, HASH_OF_NOTHING),
                   .date = "20260528T101500Z",
                   .scope = scope};
  sign(&parts, signature);
  signed_request_make(r, "POST", "/connections/boiler-7/messages?topic=a", "Host:localhost\n",
                      either(v->body, ""));
  signed_request_add(r, "X-Amz-Date", "20260528T101500Z");
  if (v->stated != NULL)
    signed_request_add(r, "X-Amz-Content-Sha256", v->stated);
  snprintf(r->text, sizeof r->text,
           "AWS4-HMAC-SHA256 Credential=AKID/%s, SignedHeaders=%s, Signature=%s", scope, names,
           signature);
  signed_request_add(r, "Authorization", r->text);
}

/* Appends "&name=value" where there is a value. */
static void add(char *query, const char *name, const char *value) {
  if (value != NULL)
    sprintf(query + strlen(query), "&%s=%s", name, value);
}

/* Presigned. */
static void make_presigned(signed_request *r, const variant *v) {
  char query[1024] = "X-Amz-Algorithm=AWS4-HMAC-SHA256", signature[65];
  add(query, "X-Amz-Content-Sha256", v->stated);
  add(query, "X-Amz-Credential", "AKID%2F20260528%2Feu-west-1%2Fiotdevicegateway%2Faws4_request");
  add(query, "X-Amz-Date", "20260528T101500Z");
  add(query, "X-Amz-Expires", v->expires);
  add(query, "X-Amz-Security-Token", v->token);
  add(query, "X-Amz-SignedHeaders", "host");
  to_sign parts = {.method = "GET",
                   .path = "/mqtt",
                   .query = query,
                   .headers = "host:localhost\n",
                   .signed_headers = "host",
                   .payload_hash = either(v->payload_hash, HASH_OF_NOTHING),
                   .date = "20260528T101500Z",
                   .scope = "20260528/eu-west-1/iotdevicegateway/aws4_request"};
  sign(&parts, signature);
  add(query, "X-Amz-Signature", signature);
  add(query, "X-Amz-Security-Token", v->late_token);
  snprintf(r->text, sizeof r->text, "/mqtt?%s", query);
  char target[1024];
  memcpy(target, r->text, sizeof target);
  signed_request_make(r, "GET", "", "Host:localhost\n", either(v->body, ""));
  memcpy(r->text, target, sizeof target);
  r->request.target = dm_text(r->text);
}

static int verify_signed(const variant *v, dm_wall_time now, const dm_sigv4_options *options) {
  signed_request r;
  make_signed(&r, v);
  return signed_request_verify(&r, SECRET_KEY, now, options);
}

static int verify_presigned(const variant *v, dm_wall_time now, const dm_sigv4_options *options) {
  signed_request r;
  make_presigned(&r, v);
  return signed_request_verify(&r, SECRET_KEY, now, options);
}

static const variant plain = {.scope = NULL};

/* ---- Scope ---------------------------------------------------------------- */

static void test_the_plain_ones_are_good(void **state) {
  (void)state;
  assert_int_equal(verify_signed(&plain, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_presigned(&plain, MOMENT, NULL), DM_OK);
}

/* As proxies are asked (RFC 9112 section 3.2.2): what is signed begins with the path. */
static void test_targets_in_absolute_form(void **state) {
  (void)state;
  static const char *const authorities[] = {"http://localhost", "HTTPS://localhost:8443"};
  for (size_t i = 0; i < 4; i++) {
    signed_request r;
    char target[2048];
    if (i < 2)
      make_signed(&r, &plain);
    else
      make_presigned(&r, &plain);
    snprintf(target, sizeof target, "%s%.*s", authorities[i % 2], (int)r.request.target.len,
             r.request.target.ptr);
    r.request.target = dm_text(target);
    assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_OK);
    r.request.target = dmi_span_tail(r.request.target, 1);
    assert_int_not_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_OK);
  }
}

static void test_services(void **state) {
  (void)state;
  const variant gateway = {.scope = "eu-west-1/iotdevicegateway/aws4_request"};
  const variant other = {.scope = "eu-west-1/iotdataplane/aws4_request"};
  assert_int_equal(verify_signed(&gateway, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_signed(&other, MOMENT, NULL), DM_SIGV4_WRONG_SERVICE);

  const dm_span list[] = {SPAN("a"), SPAN("iotdataplane")};
  dm_sigv4_options options = {.size = sizeof options, .services = list, .service_count = 2};
  assert_int_equal(verify_signed(&other, MOMENT, &options), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_SIGV4_WRONG_SERVICE);
  options.service_count = 1;
  assert_int_equal(verify_signed(&other, MOMENT, &options), DM_SIGV4_WRONG_SERVICE);
  options.service_count = 0;
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_SIGV4_WRONG_SERVICE);
}

static void test_regions(void **state) {
  (void)state;
  dm_sigv4_options options = {.size = sizeof options, .region = SPAN("eu-west-1")};
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_OK);
  options.region = SPAN("eu-west-2");
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_SIGV4_WRONG_REGION);
  options.region = SPAN("");
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_SIGV4_WRONG_REGION);
}

static void test_the_scope_is_of_the_request_s_day(void **state) {
  (void)state;
  const variant yesterday = {.day = "20260527"};
  assert_int_equal(verify_signed(&yesterday, MOMENT, NULL), DM_SIGV4_WRONG_SCOPE_DATE);
}

/* ---- Time ----------------------------------------------------------------- */

static void test_a_header_is_good_for_the_clock_skew(void **state) {
  (void)state;
  assert_int_equal(verify_signed(&plain, MOMENT + 5 * MINUTE, NULL), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT + 5 * MINUTE + 1, NULL), DM_SIGV4_TOO_OLD);
  assert_int_equal(verify_signed(&plain, MOMENT - 5 * MINUTE, NULL), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT - 5 * MINUTE - 1, NULL), DM_SIGV4_NOT_YET_VALID);
  assert_int_equal(verify_signed(&plain, 0, NULL), DM_SIGV4_NOT_YET_VALID);
  assert_int_equal(verify_signed(&plain, UINT64_MAX, NULL), DM_SIGV4_TOO_OLD);

  const dm_sigv4_options options = {.size = sizeof options, .clock_skew = DM_SECOND};
  assert_int_equal(verify_signed(&plain, MOMENT + 1000, &options), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT + 1001, &options), DM_SIGV4_TOO_OLD);
  assert_int_equal(verify_signed(&plain, MOMENT - 1001, &options), DM_SIGV4_NOT_YET_VALID);
}

/* Dates are compared in milliseconds: what is more than the skew by part of one is no less. */
static void test_a_clock_skew_in_microseconds(void **state) {
  (void)state;
  dm_sigv4_options options = {.size = sizeof options, .clock_skew = DM_MILLISECOND - 1};
  assert_int_equal(verify_signed(&plain, MOMENT, &options), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT + 1, &options), DM_SIGV4_TOO_OLD);
  options.clock_skew = DM_MILLISECOND;
  assert_int_equal(verify_signed(&plain, MOMENT + 1, &options), DM_OK);
  assert_int_equal(verify_signed(&plain, MOMENT + 2, &options), DM_SIGV4_TOO_OLD);
  options.clock_skew = UINT64_MAX;
  assert_int_equal(verify_signed(&plain, 0, &options), DM_OK);
  assert_int_equal(verify_signed(&plain, 2 * MOMENT, &options), DM_OK);
}

static void test_a_presigned_url_is_good_until_it_expires(void **state) {
  (void)state;
  const variant hour = {.expires = "3600"};
  assert_int_equal(verify_presigned(&hour, MOMENT + 60 * MINUTE, NULL), DM_OK);
  assert_int_equal(verify_presigned(&hour, MOMENT + 60 * MINUTE + 1, NULL), DM_SIGV4_EXPIRED);
  assert_int_equal(verify_presigned(&hour, MOMENT - 5 * MINUTE, NULL), DM_OK);
  assert_int_equal(verify_presigned(&hour, MOMENT - 5 * MINUTE - 1, NULL), DM_SIGV4_NOT_YET_VALID);
  const variant second = {.expires = "1"};
  assert_int_equal(verify_presigned(&second, MOMENT + 1001, NULL), DM_SIGV4_EXPIRED);
  assert_int_equal(verify_presigned(&plain, MOMENT + 5 * MINUTE, NULL), DM_OK);
  assert_int_equal(verify_presigned(&plain, MOMENT + 5 * MINUTE + 1, NULL), DM_SIGV4_TOO_OLD);
}

static void test_the_longest_life_of_a_presigned_url(void **state) {
  (void)state;
  const variant week = {.expires = "604800"}, more = {.expires = "604801"};
  assert_int_equal(verify_presigned(&week, MOMENT + 7 * DAY, NULL), DM_OK);
  assert_int_equal(verify_presigned(&more, MOMENT, NULL), DM_SIGV4_EXPIRES_TOO_LATE);
  const dm_sigv4_options options = {.size = sizeof options, .max_expires = 604801 * DM_SECOND};
  assert_int_equal(verify_presigned(&more, MOMENT, &options), DM_OK);
}

/* ---- Payload -------------------------------------------------------------- */

static void test_the_body_counts(void **state) {
  (void)state;
  const variant hello = {.body = "hello", .payload_hash = HASH_OF_HELLO};
  const variant other = {.body = "hullo", .payload_hash = HASH_OF_HELLO};
  assert_int_equal(verify_signed(&hello, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_signed(&other, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
  assert_int_equal(verify_presigned(&hello, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_presigned(&other, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
}

static void test_a_stated_hash_is_the_body_s(void **state) {
  (void)state;
  const variant hello = {.body = "hello", .payload_hash = HASH_OF_HELLO, .stated = HASH_OF_HELLO};
  const variant other = {.body = "hullo", .payload_hash = HASH_OF_HELLO, .stated = HASH_OF_HELLO};
  assert_int_equal(verify_signed(&hello, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_signed(&other, MOMENT, NULL), DM_SIGV4_PAYLOAD_MISMATCH);
  assert_int_equal(verify_presigned(&hello, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_presigned(&other, MOMENT, NULL), DM_SIGV4_PAYLOAD_MISMATCH);
}

static void test_a_host_may_hash_the_body_itself(void **state) {
  (void)state;
  const variant hello = {.body = "hullo", .payload_hash = HASH_OF_HELLO};
  static const uint8_t hash[] =
      "\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8\x3b\x2a\xc5\xb9\xe2\x9e\x1b\x16\x1e\x5c\x1f\xa7\x42"
      "\x5e\x73\x04\x33\x62\x93\x8b\x98\x24";
  signed_request r;
  make_signed(&r, &hello);
  r.request.body_sha256 = hash;
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_OK);
  r.request.body = SPAN("hello");
  r.request.body_sha256 = (const uint8_t *)"another one with 32 bytes or more";
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
}

static void test_an_unsigned_payload_has_to_be_allowed(void **state) {
  (void)state;
  const dm_sigv4_options allowed = {.size = sizeof allowed, .allow_unsigned_payload = 1};
  const variant stated = {
      .body = "any", .payload_hash = "UNSIGNED-PAYLOAD", .stated = "UNSIGNED-PAYLOAD"};
  assert_int_equal(verify_signed(&stated, MOMENT, NULL), DM_SIGV4_UNSIGNED_PAYLOAD);
  assert_int_equal(verify_signed(&stated, MOMENT, &allowed), DM_OK);
  assert_int_equal(verify_presigned(&stated, MOMENT, NULL), DM_SIGV4_UNSIGNED_PAYLOAD);
  assert_int_equal(verify_presigned(&stated, MOMENT, &allowed), DM_OK);

  /* A presigned URL need not say so; a header must. */
  const variant silent = {.body = "any", .payload_hash = "UNSIGNED-PAYLOAD"};
  assert_int_equal(verify_presigned(&silent, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
  assert_int_equal(verify_presigned(&silent, MOMENT, &allowed), DM_OK);
  assert_int_equal(verify_signed(&silent, MOMENT, &allowed), DM_SIGV4_WRONG_SIGNATURE);

  /* What is signed still counts where it need not be. */
  const variant other = {.body = "hullo", .payload_hash = HASH_OF_HELLO, .stated = HASH_OF_HELLO};
  assert_int_equal(verify_signed(&other, MOMENT, &allowed), DM_SIGV4_PAYLOAD_MISMATCH);
}

/* ---- Tokens --------------------------------------------------------------- */

static void test_a_late_token_has_to_be_allowed(void **state) {
  (void)state;
  const dm_sigv4_options allowed = {.size = sizeof allowed, .allow_unsigned_token = 1};
  const dm_sigv4_options both = {
      .size = sizeof both, .allow_unsigned_token = 1, .allow_unsigned_payload = 1};
  const variant early = {.token = "a%2Fb"}, late = {.late_token = "a%2Fb"};
  const variant late_unsigned = {.late_token = "a", .payload_hash = "UNSIGNED-PAYLOAD"};
  assert_int_equal(verify_presigned(&early, MOMENT, NULL), DM_OK);
  assert_int_equal(verify_presigned(&early, MOMENT, &allowed), DM_OK);
  assert_int_equal(verify_presigned(&late, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
  assert_int_equal(verify_presigned(&late, MOMENT, &allowed), DM_OK);
  assert_int_equal(verify_presigned(&late_unsigned, MOMENT, &allowed), DM_SIGV4_WRONG_SIGNATURE);
  assert_int_equal(verify_presigned(&late_unsigned, MOMENT, &both), DM_OK);
}

/* A signed token cannot be taken out, and nothing else can be put in. */
static void test_a_late_token_is_all_that_may_be_late(void **state) {
  (void)state;
  const dm_sigv4_options allowed = {.size = sizeof allowed, .allow_unsigned_token = 1};
  const variant early = {.token = "a"};
  signed_request r;
  char text[8192];
  make_presigned(&r, &early);
  const char *token = strstr(r.text, "&X-Amz-Security-Token=a");
  assert_non_null(token);
  snprintf(text, sizeof text, "%.*s%s", (int)(token - r.text), r.text,
           token + strlen("&X-Amz-Security-Token=a"));
  r.request.target = dm_text(text);
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, &allowed),
                   DM_SIGV4_WRONG_SIGNATURE);

  make_presigned(&r, &plain);
  strcat(r.text, "&a=b");
  r.request.target = dm_text(r.text);
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, &allowed),
                   DM_SIGV4_WRONG_SIGNATURE);
}

/* ---- Headers -------------------------------------------------------------- */

static void test_a_date_header_is_part_of_what_is_signed(void **state) {
  (void)state;
  char signature[65];
  signed_request r;
  to_sign parts = {.method = "GET",
                   .path = "/",
                   .query = "",
                   .headers = "date:Thu, 28 May 2026 10:15:00 GMT\nhost:localhost\n",
                   .signed_headers = "date;host",
                   .payload_hash = HASH_OF_NOTHING,
                   .date = "20260528T101500Z",
                   .scope = "20260528/eu-west-1/iotdata/aws4_request"};
  sign(&parts, signature);
  signed_request_make(&r, "GET", "/", "Host:localhost\nDate:Thu, 28 May 2026 10:15:00 GMT\n", "");
  snprintf(r.text, sizeof r.text,
           "AWS4-HMAC-SHA256 Credential=AKID/20260528/eu-west-1/iotdata/aws4_request, "
           "SignedHeaders=date;host, Signature=%s",
           signature);
  signed_request_add(&r, "Authorization", r.text);
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_OK);
  r.headers[1].value = SPAN("Thu, 28 May 2026 10:15:01 GMT");
  assert_int_equal(signed_request_verify(&r, SECRET_KEY, MOMENT, NULL), DM_SIGV4_WRONG_SIGNATURE);
}

/* ---- Misuse --------------------------------------------------------------- */

static void test_secret_keys_of_any_length_but_none(void **state) {
  (void)state;
  signed_request r;
  char secret[DM_SIGV4_SECRET_MAX + 1];
  memset(secret, 'a', sizeof secret);
  make_signed(&r, &plain);
  assert_int_equal(signed_request_read(&r), DM_OK);
  for (size_t len = 0; len <= sizeof secret; len++)
    assert_int_equal(dm_sigv4_verify(&r.request, &r.claims, dm_bytes(secret, len), MOMENT, NULL),
                     len == 0 || len > DM_SIGV4_SECRET_MAX ? DM_ERROR_INVALID_ARGUMENT
                                                           : DM_SIGV4_WRONG_SIGNATURE);
  assert_int_equal(dm_sigv4_verify(&r.request, &r.claims, (dm_span){NULL, 0}, MOMENT, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
}

static void test_missing_arguments(void **state) {
  (void)state;
  signed_request r;
  const dm_span secret = SPAN(SECRET_KEY);
  dm_sigv4_options options = {.size = sizeof options - 1};
  make_signed(&r, &plain);
  assert_int_equal(signed_request_read(&r), DM_OK);
  assert_int_equal(dm_sigv4_verify(NULL, &r.claims, secret, MOMENT, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_sigv4_verify(&r.request, NULL, secret, MOMENT, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_sigv4_verify(&r.request, &r.claims, secret, MOMENT, &options),
                   DM_ERROR_INVALID_ARGUMENT);
  r.request.body = (dm_span){NULL, 1};
  assert_int_equal(dm_sigv4_verify(&r.request, &r.claims, secret, MOMENT, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
}

/* Another request than the one that was read is refused, not trusted. */
static void test_claims_of_another_request(void **state) {
  (void)state;
  signed_request r, other;
  make_signed(&r, &plain);
  assert_int_equal(signed_request_read(&r), DM_OK);
  signed_request_make(&other, "POST", "/connections/boiler-7/messages?topic=%", "Host:localhost\n",
                      "");
  assert_int_equal(dm_sigv4_verify(&other.request, &r.claims, SPAN(SECRET_KEY), MOMENT, NULL),
                   DM_SIGV4_MALFORMED_REQUEST);
  other.request.target = SPAN("/connections/boiler-7/messages?topic=a");
  assert_int_equal(dm_sigv4_verify(&other.request, &r.claims, SPAN(SECRET_KEY), MOMENT, NULL),
                   DM_SIGV4_WRONG_SIGNATURE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_plain_ones_are_good),
      cmocka_unit_test(test_targets_in_absolute_form),
      cmocka_unit_test(test_services),
      cmocka_unit_test(test_regions),
      cmocka_unit_test(test_the_scope_is_of_the_request_s_day),
      cmocka_unit_test(test_a_header_is_good_for_the_clock_skew),
      cmocka_unit_test(test_a_clock_skew_in_microseconds),
      cmocka_unit_test(test_a_presigned_url_is_good_until_it_expires),
      cmocka_unit_test(test_the_longest_life_of_a_presigned_url),
      cmocka_unit_test(test_the_body_counts),
      cmocka_unit_test(test_a_stated_hash_is_the_body_s),
      cmocka_unit_test(test_a_host_may_hash_the_body_itself),
      cmocka_unit_test(test_an_unsigned_payload_has_to_be_allowed),
      cmocka_unit_test(test_a_late_token_has_to_be_allowed),
      cmocka_unit_test(test_a_late_token_is_all_that_may_be_late),
      cmocka_unit_test(test_a_date_header_is_part_of_what_is_signed),
      cmocka_unit_test(test_secret_keys_of_any_length_but_none),
      cmocka_unit_test(test_missing_arguments),
      cmocka_unit_test(test_claims_of_another_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
