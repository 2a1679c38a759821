/* Tests of memory for the length of one call.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "http/scratch.h"

/* Counts what is taken and given back; refuses when told. */
typedef struct allocator {
  int allocations;
  int releases;
  int refuse;
} allocator;

static void *counted(void *user, void *old, size_t size) {
  allocator *a = user;
  if (size == 0) {
    a->releases++;
    free(old);
    return NULL;
  }
  if (a->refuse)
    return NULL;
  a->allocations++;
  return realloc(old, size);
}

static void *take(dmi_scratch *s, size_t size) {
  char *taken = dmi_scratch_take(s, size);
  assert_non_null(taken);
  assert_int_equal((uintptr_t)taken % _Alignof(max_align_t), 0);
  memset(taken, 0xAA, size);
  return taken;
}

static void test_the_stack_comes_first(void **state) {
  (void)state;
  allocator a = {0};
  dmi_scratch s;
  dmi_scratch_init(&s, &(dm_memory){&a, counted});
  char *first = take(&s, 1);
  char *second = take(&s, SCRATCH_STACK / 2);
  assert_true(second > first);
  take(&s, 0);
  take(&s, SCRATCH_STACK / 2 - 2 * _Alignof(max_align_t));
  take(&s, 1);
  assert_int_equal(a.allocations, 0);
  take(&s, 0);
  take(&s, 1);
  assert_int_equal(a.allocations, 1);
  dmi_scratch_release(&s);
  assert_int_equal(a.releases, 1);
}

static void test_large_pieces_come_from_the_host(void **state) {
  (void)state;
  allocator a = {0};
  dmi_scratch s;
  dmi_scratch_init(&s, &(dm_memory){&a, counted});
  take(&s, SCRATCH_STACK + 1);
  take(&s, 100000);
  take(&s, SCRATCH_STACK);
  assert_int_equal(a.allocations, 2);
  dmi_scratch_release(&s);
  assert_int_equal(a.releases, 2);
  take(&s, SCRATCH_STACK);
  assert_int_equal(a.allocations, 2);
}

static void test_out_of_memory(void **state) {
  (void)state;
  allocator a = {.refuse = 1};
  dmi_scratch s;
  dmi_scratch_init(&s, &(dm_memory){&a, counted});
  assert_null(dmi_scratch_take(&s, SCRATCH_STACK + 1));
  assert_null(dmi_scratch_take(&s, SIZE_MAX));
  take(&s, SCRATCH_STACK);
  dmi_scratch_release(&s);
  assert_int_equal(a.releases, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_stack_comes_first),
      cmocka_unit_test(test_large_pieces_come_from_the_host),
      cmocka_unit_test(test_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
