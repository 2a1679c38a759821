/* Tests of numbered deadlines.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator.h"
#include "base/deadlines.h"

enum {
  NUMBERS = 200
};

static void add(dmi_deadlines *set, uint32_t number, dm_time due) {
  assert_true(dmi_deadlines_reserve(set, number));
  dmi_deadlines_add(set, number, due);
}

static void test_the_earliest_comes_first(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_deadlines set;
  dmi_deadlines_init(&set, &memory);
  assert_null(dmi_deadlines_first(&set));
  add(&set, 5, 300);
  add(&set, 0, DM_NEVER);
  add(&set, 900, 100);
  add(&set, 1, 200);
  const uint32_t order[] = {900, 1, 5, 0};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(dmi_deadlines_first(&set)->number, order[i]);
    dmi_deadlines_remove(&set, order[i]);
  }
  assert_null(dmi_deadlines_first(&set));
  dmi_deadlines_free(&set);
}

static void test_room_for_a_number_is_room_for_that_number(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  for (uint32_t number = 1; number < 300; number++) {
    dmi_deadlines set;
    dmi_deadlines_init(&set, &memory);
    add(&set, 0, 2);
    add(&set, number, 1);
    assert_int_equal(dmi_deadlines_first(&set)->number, number);
    dmi_deadlines_free(&set);
  }
}

/* The due times of the numbers, DM_NEVER for those not in the set. */
static dm_time earliest(const dm_time *due) {
  dm_time least = DM_NEVER;
  for (size_t i = 0; i < NUMBERS; i++)
    least = due[i] < least ? due[i] : least;
  return least;
}

static void test_against_a_plain_table(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_deadlines set;
  dmi_deadlines_init(&set, &memory);
  dm_time due[NUMBERS];
  for (size_t i = 0; i < NUMBERS; i++)
    due[i] = DM_NEVER;
  uint32_t random = 1, inside = 0;
  for (int step = 0; step < 50000; step++) {
    random = random * 1664525u + 1013904223u;
    uint32_t number = (random >> 8) % NUMBERS;
    if (due[number] == DM_NEVER) {
      due[number] = random % 50; /* many are due at once */
      add(&set, number, due[number]);
      inside++;
    } else {
      due[number] = DM_NEVER;
      dmi_deadlines_remove(&set, number);
      inside--;
    }
    assert_int_equal(set.count, inside);
    const dmi_deadline *first = dmi_deadlines_first(&set);
    assert_int_equal(first == NULL ? DM_NEVER : first->due, earliest(due));
    if (first != NULL)
      assert_int_equal(due[first->number], first->due);
  }
  dmi_deadlines_free(&set);
}

static void test_out_of_memory_changes_nothing(void **state) {
  (void)state;
  allocator a = {.allowed = 0};
  dm_memory memory = allocator_memory(&a);
  dmi_deadlines set;
  dmi_deadlines_init(&set, &memory);
  for (size_t allowed = 0; allowed < 2; allowed++) {
    a.allowed = allowed;
    assert_false(dmi_deadlines_reserve(&set, 0));
  }
  a.allowed = SIZE_MAX;
  add(&set, 3, 30);
  for (size_t allowed = 0; allowed < 2; allowed++) {
    a.allowed = allowed;
    assert_false(dmi_deadlines_reserve(&set, 100000));
    assert_true(dmi_deadlines_reserve(&set, 4)); /* has its room already */
  }
  assert_int_equal(dmi_deadlines_first(&set)->due, 30);
  dmi_deadlines_remove(&set, 3);
  dmi_deadlines_free(&set);
  assert_int_equal(a.blocks, 0);
}

static void test_a_time_too_far_away_is_never(void **state) {
  (void)state;
  assert_int_equal(dmi_deadline_after(10, 5), 15);
  assert_int_equal(dmi_deadline_after(10, DM_NEVER), DM_NEVER);
  assert_int_equal(dmi_deadline_after(0, DM_NEVER), DM_NEVER);
  assert_int_equal(dmi_deadline_after(DM_NEVER - 5, 4), DM_NEVER - 1);
  assert_int_equal(dmi_deadline_after(DM_NEVER - 5, 5), DM_NEVER);
  assert_int_equal(dmi_deadline_after(DM_NEVER - 5, 6), DM_NEVER);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_earliest_comes_first),
      cmocka_unit_test(test_room_for_a_number_is_room_for_that_number),
      cmocka_unit_test(test_against_a_plain_table),
      cmocka_unit_test(test_out_of_memory_changes_nothing),
      cmocka_unit_test(test_a_time_too_far_away_is_never),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
