/* Tests of reading certificates.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/span.h"
#include "unit/certificates.h"

#define AVAILABLE_KEYS SPAN("iot:Certificate.AvailableKeys")
#define CERTIFICATE_ID SPAN("iot:CertificateId")

/* A copy that ends where the bytes end; to be freed. */
static char *copy_of(dm_span bytes) {
  char *copy = malloc(bytes.len + (bytes.len == 0));
  assert_non_null(copy);
  dmi_span_put(copy, bytes);
  return copy;
}

/* The bytes of a sample; to be freed. */
static char *bytes_of(const certificate_sample *sample, size_t *len) {
  char room[8192];
  assert_in_range(strlen(sample->base64), 1, sizeof room);
  assert_true(dmi_base64_decode(dm_text(sample->base64), room, len));
  return copy_of(dm_bytes(room, *len));
}

/* A principal with room; to be given to release(). */
static dm_x509_principal with_room(size_t values, size_t text) {
  dm_x509_principal p = {.size = sizeof p};
  p.values = malloc((values + 1) * sizeof *p.values);
  p.text = malloc(text + 1);
  assert_true(p.values != NULL && p.text != NULL);
  p.value_capacity = values;
  p.text_capacity = text;
  return p;
}

static void release(dm_x509_principal *p) {
  free(p->values);
  free(p->text);
}

static size_t count_of(const dm_x509_principal *p, dm_span key, dm_span value) {
  size_t count = 0;
  for (size_t i = 0; i < p->value_count; i++)
    if (dmi_span_equal(p->values[i].key, key) && dmi_span_equal(p->values[i].value, value))
      count++;
  return count;
}

static bool has_key(const dm_x509_principal *p, size_t before, dm_span key) {
  for (size_t i = 0; i < before; i++)
    if (dmi_span_equal(p->values[i].key, key))
      return true;
  return false;
}

/* ---- What is read --------------------------------------------------------- */

/* Each expected line is there as often as it stands there; returns how many there are. */
static size_t assert_values(const certificate_sample *sample, const dm_x509_principal *p) {
  size_t lines = 0;
  for (dm_span rest = dm_text(sample->values); rest.len > 0; lines++) {
    dm_span value, key = dmi_span_cut(dmi_span_cut(rest, '\n', &rest), '=', &value);
    size_t expected = 0;
    for (dm_span all = dm_text(sample->values); all.len > 0;) {
      dm_span other_value, other = dmi_span_cut(dmi_span_cut(all, '\n', &all), '=', &other_value);
      expected += dmi_span_equal(key, other) && dmi_span_equal(value, other_value);
    }
    if (count_of(p, key, value) != expected)
      fail_msg("%s: %.*s=%.*s", sample->name, (int)key.len, key.ptr, (int)value.len, value.ptr);
  }
  return lines;
}

/* Each key but the two general ones is available, once; returns how many there are. */
static size_t assert_available(const dm_x509_principal *p) {
  size_t keys = 0;
  for (size_t i = 0; i < p->value_count; i++) {
    dm_span key = p->values[i].key;
    if (dmi_span_equal(key, AVAILABLE_KEYS) || dmi_span_equal(key, CERTIFICATE_ID) ||
        has_key(p, i, key))
      continue;
    assert_int_equal(count_of(p, AVAILABLE_KEYS, key), 1);
    keys++;
  }
  return keys;
}

static void test_what_is_read(void **state) {
  (void)state;
  for (size_t i = 0; i < certificate_sample_count; i++) {
    const certificate_sample *sample = &certificate_samples[i];
    dm_x509_principal p = with_room(256, 65536);
    size_t len;
    char *bytes = bytes_of(sample, &len);
    int status = dm_x509_read(dm_bytes(bytes, len), &p);
    if (status != sample->status)
      fail_msg("%s: %s", sample->name, dm_auth_strerror(status));
    assert_string_equal(p.certificate_id,
                        status == DM_X509_MALFORMED ? "" : sample->certificate_id);
    size_t own = assert_values(sample, &p);
    size_t available = assert_available(&p);
    assert_int_equal(p.value_count, status == DM_OK ? 1 + own + available : 0);
    if (status == DM_OK)
      assert_int_equal(count_of(&p, CERTIFICATE_ID, dm_text(p.certificate_id)), 1);
    free(bytes);
    release(&p);
  }
}

/* ---- Room ----------------------------------------------------------------- */

static void assert_too_small(const certificate_sample *sample, dm_span der, size_t values,
                             size_t text, const dm_x509_principal *needs) {
  dm_x509_principal p = with_room(values, text);
  assert_int_equal(dm_x509_read(der, &p), DM_ERROR_BUFFER_TOO_SMALL);
  assert_int_equal(p.value_count, needs->value_count);
  assert_int_equal(p.text_len, needs->text_len);
  assert_string_equal(p.certificate_id, sample->certificate_id);
  release(&p);
}

static void test_the_room_that_is_needed_is_enough(void **state) {
  (void)state;
  for (size_t i = 0; i < certificate_sample_count; i++) {
    const certificate_sample *sample = &certificate_samples[i];
    dm_x509_principal needs = {.size = sizeof needs};
    size_t len;
    if (sample->status != DM_OK)
      continue;
    char *bytes = bytes_of(sample, &len);
    dm_span der = dm_bytes(bytes, len);
    assert_int_equal(dm_x509_read(der, &needs), DM_ERROR_BUFFER_TOO_SMALL);
    assert_string_equal(needs.certificate_id, sample->certificate_id);
    dm_x509_principal p = with_room(needs.value_count, needs.text_len);
    assert_int_equal(dm_x509_read(der, &p), DM_OK);
    assert_values(sample, &p);
    release(&p);
    assert_too_small(sample, der, needs.value_count - 1, needs.text_len, &needs);
    assert_too_small(sample, der, needs.value_count, needs.text_len - 1, &needs);
    assert_too_small(sample, der, needs.value_count / 2, needs.text_len / 2, &needs);
    free(bytes);
  }
}

/* ---- Broken certificates -------------------------------------------------- */

static void test_a_part_of_a_certificate_is_none(void **state) {
  (void)state;
  for (size_t i = 0; i < certificate_sample_count; i++) {
    size_t len;
    char *bytes = bytes_of(&certificate_samples[i], &len);
    for (size_t part = 0; part < len && certificate_samples[i].status == DM_OK; part++) {
      dm_x509_principal p = {.size = sizeof p};
      char *copy = copy_of(dm_bytes(bytes, part));
      assert_int_equal(dm_x509_read(dm_bytes(copy, part), &p), DM_X509_MALFORMED);
      assert_string_equal(p.certificate_id, "");
      free(copy);
    }
    free(bytes);
  }
}

/* Whatever a byte becomes, nothing outside is read; the ID always is the one of the bytes. */
static void test_changed_bytes(void **state) {
  (void)state;
  static const unsigned char changes[] = {0x01, 0x20, 0x80, 0xFF};
  for (size_t i = 0; i < certificate_sample_count; i++) {
    dm_x509_principal p = with_room(256, 65536);
    size_t len;
    char *bytes = bytes_of(&certificate_samples[i], &len);
    for (size_t at = 0; at < len * sizeof changes; at++) {
      char *byte = &bytes[at / sizeof changes], old = *byte;
      *byte = (char)(old ^ changes[at % sizeof changes]);
      int status = dm_x509_read(dm_bytes(bytes, len), &p);
      assert_true(status == DM_OK || status == DM_X509_MALFORMED ||
                  status == DM_X509_UNUSABLE_VALUE);
      assert_string_not_equal(p.certificate_id, certificate_samples[i].certificate_id);
      *byte = old;
    }
    free(bytes);
    release(&p);
  }
}

static void test_no_certificates(void **state) {
  (void)state;
  dm_x509_principal p = {.size = sizeof p};
  assert_int_equal(dm_x509_read((dm_span){NULL, 0}, &p), DM_X509_MALFORMED);
  assert_int_equal(dm_x509_read(SPAN("-----BEGIN CERTIFICATE-----"), &p), DM_X509_MALFORMED);
  assert_int_equal(dm_x509_read(SPAN("\x30\x80\0\0"), &p), DM_X509_MALFORMED);
  assert_int_equal(dm_x509_read(SPAN("\x30\x84\xFF\xFF\xFF\xFF"), &p), DM_X509_MALFORMED);
}

/* ---- Misuse --------------------------------------------------------------- */

static void test_misuse(void **state) {
  (void)state;
  dm_x509_principal p = {.size = sizeof p - 1};
  assert_int_equal(dm_x509_read(SPAN(""), &p), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_x509_read(SPAN(""), NULL), DM_ERROR_INVALID_ARGUMENT);
  p.size = sizeof p;
  assert_int_equal(dm_x509_read((dm_span){NULL, 1}, &p), DM_ERROR_INVALID_ARGUMENT);
  p.value_capacity = 1;
  assert_int_equal(dm_x509_read(SPAN(""), &p), DM_ERROR_INVALID_ARGUMENT);
  p.value_capacity = 0;
  p.text_capacity = 1;
  assert_int_equal(dm_x509_read(SPAN(""), &p), DM_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_read),
      cmocka_unit_test(test_the_room_that_is_needed_is_enough),
      cmocka_unit_test(test_a_part_of_a_certificate_is_none),
      cmocka_unit_test(test_changed_bytes),
      cmocka_unit_test(test_no_certificates),
      cmocka_unit_test(test_misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
