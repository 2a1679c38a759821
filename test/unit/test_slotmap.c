/* Tests of handles that go stale.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator.h"
#include "base/slotmap.h"

typedef struct item {
  dmi_slot slot;
  uint64_t value;
} item;

enum {
  MANY = 1000 /* more than a few chunks hold */
};

static item *take(dmi_slotmap *map, uint64_t value) {
  item *taken = dmi_slotmap_take(map);
  assert_non_null(taken);
  taken->value = value;
  return taken;
}

static void test_a_handle_finds_its_object(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  item *items[MANY];
  for (uint64_t i = 0; i < MANY; i++)
    items[i] = take(&map, i);
  assert_int_equal(map.taken, MANY);
  for (uint64_t i = 0; i < MANY; i++) {
    assert_int_equal(items[i]->value, i);
    assert_int_not_equal(dmi_slotmap_handle(items[i]), 0);
    assert_ptr_equal(dmi_slotmap_find(&map, dmi_slotmap_handle(items[i])), items[i]);
    assert_ptr_equal(dmi_slotmap_at(&map, items[i]->slot.place), items[i]);
  }
  dmi_slotmap_free(&map);
}

static void test_a_released_handle_is_stale_for_good(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  item *first = take(&map, 1);
  uint64_t stale[MANY];
  for (size_t i = 0; i < MANY; i++) {
    stale[i] = dmi_slotmap_handle(first);
    dmi_slotmap_release(&map, first);
    assert_null(dmi_slotmap_find(&map, stale[i]));
    assert_ptr_equal(take(&map, i), first); /* the one released last */
  }
  for (size_t i = 0; i < MANY; i++)
    assert_null(dmi_slotmap_find(&map, stale[i]));
  assert_ptr_equal(dmi_slotmap_find(&map, dmi_slotmap_handle(first)), first);
  assert_int_equal(map.taken, 1);
  dmi_slotmap_free(&map);
}

static void test_a_handle_never_given_out_finds_nothing(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  assert_null(dmi_slotmap_find(&map, 0));
  assert_null(dmi_slotmap_find(&map, 1ull << 32));

  uint64_t handle = dmi_slotmap_handle(take(&map, 1));
  for (unsigned bit = 0; bit < 64; bit++)
    assert_null(dmi_slotmap_find(&map, handle ^ 1ull << bit));
  assert_null(dmi_slotmap_find(&map, UINT64_MAX));
  dmi_slotmap_free(&map);
}

/* Generation 0 is that of a place never taken; 2 that of one released. */
static void test_a_free_place_cannot_be_named(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  item *released = take(&map, 1);
  uint32_t place = released->slot.place;
  dmi_slotmap_release(&map, released);
  assert_null(dmi_slotmap_find(&map, 2ull << 32 | place));
  assert_null(dmi_slotmap_find(&map, place + 1));
  dmi_slotmap_free(&map);
}

static void test_objects_stay_where_they_are(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  item *first = take(&map, 77);
  uint64_t handle = dmi_slotmap_handle(first);
  for (uint64_t i = 0; i < MANY; i++)
    take(&map, i);
  assert_ptr_equal(dmi_slotmap_find(&map, handle), first);
  assert_int_equal(first->value, 77);
  dmi_slotmap_free(&map);
}

/* Small ones share a chunk, the largest have one each; none overlaps another. */
static void test_objects_of_any_size(void **state) {
  (void)state;
  const size_t sizes[] = {
      sizeof(dmi_slot), sizeof(dmi_slot) + 1, 64, 65, 1000, 32768, 40000, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    allocator a = {.allowed = SIZE_MAX};
    dm_memory memory = allocator_memory(&a);
    dmi_slotmap map;
    dmi_slotmap_init(&map, sizes[i], &memory);
    dmi_slot *taken[20];
    for (int j = 0; j < 20; j++) {
      taken[j] = dmi_slotmap_take(&map);
      assert_int_equal((uintptr_t)taken[j] % 64, 0); /* a cache line */
      memset(taken[j] + 1, j, sizes[i] - sizeof(dmi_slot));
    }
    for (int j = 0; j < 20; j++) {
      assert_ptr_equal(dmi_slotmap_find(&map, dmi_slotmap_handle(taken[j])), taken[j]);
      for (size_t at = sizeof(dmi_slot); at < sizes[i]; at++)
        assert_int_equal(((unsigned char *)taken[j])[at], j);
    }
    dmi_slotmap_free(&map);
    assert_int_equal(a.blocks, 0);
  }
}

static void test_out_of_memory_changes_nothing(void **state) {
  (void)state;
  allocator a = {.allowed = 0};
  dm_memory memory = allocator_memory(&a);
  dmi_slotmap map;
  dmi_slotmap_init(&map, sizeof(item), &memory);
  for (size_t allowed = 0; allowed < 2; allowed++) {
    a.allowed = allowed;
    a.once = 1;
    assert_null(dmi_slotmap_take(&map));
    assert_int_equal(map.taken, 0);
  }
  a.once = 0;
  a.allowed = SIZE_MAX;
  item *first = take(&map, 1);
  a.allowed = 0;
  while (dmi_slotmap_take(&map) != NULL)
    ;
  uint32_t taken = map.taken;
  assert_int_equal(first->value, 1);
  dmi_slotmap_release(&map, first);
  assert_ptr_equal(take(&map, 2), first);
  assert_int_equal(map.taken, taken);
  dmi_slotmap_free(&map);
  assert_int_equal(a.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_handle_finds_its_object),
      cmocka_unit_test(test_a_released_handle_is_stale_for_good),
      cmocka_unit_test(test_a_handle_never_given_out_finds_nothing),
      cmocka_unit_test(test_a_free_place_cannot_be_named),
      cmocka_unit_test(test_objects_stay_where_they_are),
      cmocka_unit_test(test_objects_of_any_size),
      cmocka_unit_test(test_out_of_memory_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
