/* Tests of signatures made by others: they are accepted, and nothing about them can be
 * changed.
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
#include "unit/sigv4_samples.h"

static const dm_span services[] = {
    {"service", 7}, {"iam", 3}, {"s3", 2}, {"iotdata", 7}, {"iotdevicegateway", 16}};
static const dm_sigv4_options options = {.size = sizeof options,
                                         .services = services,
                                         .service_count = sizeof services / sizeof *services,
                                         .allow_unsigned_payload = 1};

static void make(signed_request *r, const sigv4_sample *sample) {
  signed_request_make(r, sample->method, sample->target, sample->headers, sample->body);
}

static int verify(signed_request *r, const sigv4_sample *sample) {
  return signed_request_verify(r, sample->secret_key, sample->signed_at, &options);
}

static void test_all_are_accepted(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    make(&r, &sigv4_samples[i]);
    int status = verify(&r, &sigv4_samples[i]);
    if (status != DM_OK)
      fail_msg("%s: %s", sigv4_samples[i].name, dm_auth_strerror(status));
    assert_int_equal(r.claims.signed_at, sigv4_samples[i].signed_at);
  }
}

static void test_another_secret_key_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    sigv4_sample other = sigv4_samples[i];
    signed_request r;
    make(&r, &other);
    other.secret_key = "another";
    assert_int_equal(verify(&r, &other), DM_SIGV4_WRONG_SIGNATURE);
  }
}

static void test_another_method_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    make(&r, &sigv4_samples[i]);
    r.request.method = SPAN("PATCH");
    assert_int_equal(verify(&r, &sigv4_samples[i]), DM_SIGV4_WRONG_SIGNATURE);
  }
}

static void test_another_body_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    make(&r, &sigv4_samples[i]);
    assert_int_equal(verify(&r, &sigv4_samples[i]), DM_OK);
    bool stated = dmi_span_present(r.claims.payload_hash);
    bool free = r.claims.presigned && strstr(sigv4_samples[i].name, "S3 presigned") != NULL;
    r.request.body = SPAN("another");
    assert_int_equal(verify(&r, &sigv4_samples[i]), free     ? DM_OK
                                                    : stated ? DM_SIGV4_PAYLOAD_MISMATCH
                                                             : DM_SIGV4_WRONG_SIGNATURE);
  }
}

/* Verifies with another target; a parameter more, or a segment. */
static void assert_target_refused(const sigv4_sample *sample, const char *format) {
  char target[2048];
  signed_request r;
  make(&r, sample);
  snprintf(target, sizeof target, format, sample->target,
           strchr(sample->target, '?') == NULL ? "?" : "&");
  r.request.target = dm_text(target);
  int status = verify(&r, sample);
  if (status != DM_SIGV4_WRONG_SIGNATURE)
    fail_msg("%s: %s: %s", sample->name, target, dm_auth_strerror(status));
}

static void test_another_target_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    assert_target_refused(&sigv4_samples[i], "%s%sx=");
    assert_target_refused(&sigv4_samples[i], "%s%s%%00");
    assert_target_refused(&sigv4_samples[i], "/x/x/x/x/x%s");
  }
}

/* Each byte of each value that is signed. */
static void test_another_value_of_a_signed_header_is_noticed(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    make(&r, &sigv4_samples[i]);
    assert_int_equal(verify(&r, &sigv4_samples[i]), DM_OK);
    for (size_t k = 0; k < r.request.header_count; k++) {
      dm_span list = r.claims.signed_headers, value = r.headers[k].value;
      bool is_signed = false;
      while (list.len > 0)
        is_signed |= dmi_span_equal_ignoring_case(dmi_span_cut(list, ';', &list), r.headers[k].key);
      if (!is_signed)
        continue;
      char *copy = malloc(value.len + 1);
      assert_non_null(copy);
      memcpy(copy, value.ptr, value.len);
      copy[value.len] = '!';
      r.headers[k].value = dm_bytes(copy, value.len + 1);
      assert_int_not_equal(verify(&r, &sigv4_samples[i]), DM_OK);
      r.headers[k].value = value;
      free(copy);
    }
  }
}

static void test_every_digit_of_the_signature_counts(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    char signature[64];
    make(&r, &sigv4_samples[i]);
    assert_int_equal(verify(&r, &sigv4_samples[i]), DM_OK);
    memcpy(signature, r.claims.signature.ptr, sizeof signature);
    r.claims.signature = dm_bytes(signature, sizeof signature);
    for (size_t k = 0; k < sizeof signature; k++) {
      char digit = signature[k];
      signature[k] = digit == '0' ? '1' : '0';
      assert_int_equal(dm_sigv4_verify(&r.request, &r.claims, dm_text(sigv4_samples[i].secret_key),
                                       sigv4_samples[i].signed_at, &options),
                       DM_SIGV4_WRONG_SIGNATURE);
      signature[k] = digit;
    }
  }
}

/* The order of header fields with different names says nothing. */
static void test_the_order_of_headers_does_not_count(void **state) {
  (void)state;
  for (size_t i = 0; i < sigv4_sample_count; i++) {
    signed_request r;
    make(&r, &sigv4_samples[i]);
    for (size_t k = 1; k < r.request.header_count; k++) {
      dm_property *a = &r.headers[k - 1], *b = &r.headers[k], swapped = *a;
      if (dmi_span_equal_ignoring_case(a->key, b->key))
        continue;
      *a = *b;
      *b = swapped;
    }
    assert_int_equal(verify(&r, &sigv4_samples[i]), DM_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_are_accepted),
      cmocka_unit_test(test_another_secret_key_is_noticed),
      cmocka_unit_test(test_another_method_is_noticed),
      cmocka_unit_test(test_another_body_is_noticed),
      cmocka_unit_test(test_another_target_is_noticed),
      cmocka_unit_test(test_another_value_of_a_signed_header_is_noticed),
      cmocka_unit_test(test_every_digit_of_the_signature_counts),
      cmocka_unit_test(test_the_order_of_headers_does_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
