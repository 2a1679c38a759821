/* Tests of the hash index.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "allocator.h"
#include "base/hash_index.h"

enum {
  MANY = 2000
};

static void add(dmi_hash_index *index, uint32_t hash, uint32_t value) {
  assert_true(dmi_hash_index_reserve(index, 1));
  dmi_hash_index_add(index, hash, value);
}

/* How often a walk under `hash` meets `value`. */
static int met(const dmi_hash_index *index, uint32_t hash, uint32_t value) {
  int times = 0;
  uint32_t found;
  for (size_t cursor = 0; (found = dmi_hash_index_next(index, hash, &cursor)) != UINT32_MAX;)
    times += found == value;
  return times;
}

static void test_an_empty_index_has_nothing(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_hash_index index;
  dmi_hash_index_init(&index, &memory);
  assert_int_equal(met(&index, 0, 0), 0);
  assert_true(dmi_hash_index_reserve(&index, 1));
  assert_int_equal(met(&index, 0, 0), 0);
  dmi_hash_index_free(&index);
}

static void test_values_under_one_hash_are_all_found(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_hash_index index;
  dmi_hash_index_init(&index, &memory);
  for (uint32_t value = 0; value < 100; value++)
    add(&index, 7, value);
  for (uint32_t value = 0; value < 100; value++)
    assert_int_equal(met(&index, 7, value), 1);
  assert_int_equal(met(&index, 8, 0), 0);
  dmi_hash_index_free(&index);
}

/* Entries of several hashes share places and wrap around the end of the table; each must
 * be found after any other has gone. */
static void test_a_removal_hides_no_other(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  for (uint32_t gone = 0; gone < 10; gone++) {
    dmi_hash_index index;
    dmi_hash_index_init(&index, &memory);
    for (uint32_t value = 0; value < 10; value++)
      add(&index, 12 + value % 5, value);
    dmi_hash_index_remove(&index, 12 + gone % 5, gone);
    for (uint32_t value = 0; value < 10; value++)
      assert_int_equal(met(&index, 12 + value % 5, value), value != gone);
    dmi_hash_index_free(&index);
  }
}

/* Hashes that collide more than chance would have them do. */
static uint32_t hash_of(uint32_t value) {
  return value * 2654435761u >> 20;
}

static void test_against_a_plain_table(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_hash_index index;
  dmi_hash_index_init(&index, &memory);
  static bool inside[MANY];
  uint32_t random = 1;
  for (int step = 0; step < 50000; step++) {
    random = random * 1664525u + 1013904223u;
    uint32_t value = (random >> 8) % MANY;
    if (inside[value])
      dmi_hash_index_remove(&index, hash_of(value), value);
    else
      add(&index, hash_of(value), value);
    inside[value] = !inside[value];
    assert_int_equal(met(&index, hash_of(value), value), inside[value]);
  }
  size_t expected = 0;
  for (uint32_t value = 0; value < MANY; value++) {
    assert_int_equal(met(&index, hash_of(value), value), inside[value]);
    expected += inside[value];
  }
  assert_int_equal(index.used, expected);
  dmi_hash_index_free(&index);
}

/* However many are wanted at once, adding them finds the room. */
static void test_reserving_for_several(void **state) {
  (void)state;
  static const size_t wanted[] = {1, 12, 13, 24, 25, 1000};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    allocator a = {.allowed = 1};
    dm_memory memory = allocator_memory(&a);
    dmi_hash_index index;
    dmi_hash_index_init(&index, &memory);
    assert_true(dmi_hash_index_reserve(&index, wanted[i]));
    for (uint32_t value = 0; value < wanted[i]; value++)
      dmi_hash_index_add(&index, value, value);
    assert_true(index.used <= (index.mask + 1) / 4 * 3);
    assert_int_equal(met(&index, 0, 0), 1);
    dmi_hash_index_free(&index);
  }
}

static void test_out_of_memory_changes_nothing(void **state) {
  (void)state;
  allocator a = {.allowed = 0};
  dm_memory memory = allocator_memory(&a);
  dmi_hash_index index;
  dmi_hash_index_init(&index, &memory);
  assert_false(dmi_hash_index_reserve(&index, 1));
  a.allowed = 1;
  uint32_t count = 0;
  for (; dmi_hash_index_reserve(&index, 1); count++)
    dmi_hash_index_add(&index, count, count);
  assert_true(count > 0);
  for (uint32_t value = 0; value < count; value++)
    assert_int_equal(met(&index, value, value), 1);
  a.allowed = 1;
  add(&index, count, count);
  assert_int_equal(met(&index, 0, 0), 1);
  dmi_hash_index_free(&index);
  assert_int_equal(a.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_empty_index_has_nothing),
      cmocka_unit_test(test_values_under_one_hash_are_all_found),
      cmocka_unit_test(test_a_removal_hides_no_other),
      cmocka_unit_test(test_against_a_plain_table),
      cmocka_unit_test(test_reserving_for_several),
      cmocka_unit_test(test_out_of_memory_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
