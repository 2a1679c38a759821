/* Tests of certificates that cannot be read. Good ones are for the conformance tests.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "common/access/certificate.h"

/* How many allocations may still succeed. */
static size_t allowed = SIZE_MAX;

static void *allocated(void *memory) {
  if (allowed > 0) {
    allowed--;
    return memory;
  }
  free(memory);
  return NULL;
}

#define malloc(size)        allocated(malloc(size))
#define calloc(count, size) allocated(calloc(count, size))
#include "common/access/certificate.c"
#undef malloc
#undef calloc

static void expect_unusable(certificate *c) {
  size_t count = 7;
  assert_non_null(c);
  assert_false(certificate_usable(c));
  assert_string_equal(certificate_id(c), "");
  certificate_values(c, &count);
  assert_int_equal(count, 0);
  assert_false(certificate_has(c, "Subject", "CommonName", ""));
  certificate_free(c);
}

static void none(void **state) {
  (void)state;
  assert_null(certificate_new(dm_bytes(NULL, 0)));
  certificate_free(NULL);
}

static void malformed(void **state) {
  (void)state;
  expect_unusable(certificate_new(dm_text("no certificate")));
}

static void out_of_memory(void **state) {
  (void)state;
  for (size_t n = 0; n < 4; n++) {
    allowed = n;
    certificate *c = certificate_new(dm_text("no certificate"));
    allowed = SIZE_MAX;
    expect_unusable(c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(none),
      cmocka_unit_test(malformed),
      cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
