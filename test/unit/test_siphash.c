/* Tests of SipHash-2-4.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/siphash.h"
#include "base/span.h"

/* The vectors of its authors: key 00 01 .. 0f, input 00 01 .. of each length. */
static void test_the_authors_vectors(void **state) {
  (void)state;
  static const struct {
    size_t len;
    uint64_t hash;
  } vectors[] = {
      {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},  {2, 0x0d6c8009d9a94f5a},
      {3, 0x85676696d7fb7e2d}, {4, 0xcf2794e0277187b7},  {5, 0x18765564cd99a68d},
      {6, 0xcbc9466e58fee3ce}, {7, 0xab0200f58b01d137},  {8, 0x93f5f5799a932462},
      {9, 0x9e0082df0ba9e4b0}, {15, 0xa129ca6149be45e5}, {63, 0x958a324ceb064572},
  };
  uint8_t bytes[64];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)i;
  dmi_siphash_key key = dmi_siphash_key_from(bytes);
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    assert_int_equal(dmi_siphash(key, dm_bytes(bytes, vectors[i].len)), vectors[i].hash);
}

static void test_every_byte_of_the_key_counts(void **state) {
  (void)state;
  uint8_t bytes[16] = {0};
  uint64_t before = dmi_siphash(dmi_siphash_key_from(bytes), SPAN("client"));
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = 1;
    assert_int_not_equal(dmi_siphash(dmi_siphash_key_from(bytes), SPAN("client")), before);
    bytes[i] = 0;
  }
}

static void test_nothing_and_zeroes_differ(void **state) {
  (void)state;
  dmi_siphash_key key = {{1, 2}};
  uint64_t nothing = dmi_siphash(key, (dm_span){NULL, 0});
  assert_int_equal(nothing, dmi_siphash(key, SPAN("")));
  assert_int_not_equal(nothing, dmi_siphash(key, SPAN("\0")));
  assert_int_not_equal(dmi_siphash(key, SPAN("\0")), dmi_siphash(key, SPAN("\0\0")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_authors_vectors),
      cmocka_unit_test(test_every_byte_of_the_key_counts),
      cmocka_unit_test(test_nothing_and_zeroes_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
