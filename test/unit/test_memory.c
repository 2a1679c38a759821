/* Tests of the host's allocator behind checked calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator.h"
#include "base/memory.h"

static void test_without_an_allocator_there_is_libc(void **state) {
  (void)state;
  dm_memory memory = dmi_memory_or_default(NULL);
  char *text = dmi_memory_zeroed(&memory, 3, 1);
  assert_memory_equal(text, "\0\0\0", 3);
  memcpy(text, "abc", 3);
  text = dmi_memory_resize(&memory, text, 4000, 1);
  assert_memory_equal(text, "abc", 3);
  dmi_memory_release(&memory, text);

  assert_ptr_equal(dmi_memory_or_default(&(dm_memory){0}).resize, memory.resize);
}

static void test_the_hosts_allocator_is_used(void **state) {
  (void)state;
  allocator a = {.allowed = SIZE_MAX};
  dm_memory given = allocator_memory(&a);
  dm_memory memory = dmi_memory_or_default(&given);
  void *block = dmi_memory_zeroed(&memory, 2, 8);
  assert_non_null(block);
  assert_int_equal(a.blocks, 1);
  dmi_memory_release(&memory, block);
  assert_int_equal(a.blocks, 0);
}

static void test_releasing_nothing_does_not_ask_the_host(void **state) {
  (void)state;
  dmi_memory_release(&(dm_memory){0}, NULL);
}

static void test_a_size_that_overflows_is_refused(void **state) {
  (void)state;
  allocator a = {.allowed = SIZE_MAX};
  dm_memory memory = allocator_memory(&a);
  assert_null(dmi_memory_zeroed(&memory, SIZE_MAX / 2 + 1, 2));
  assert_null(dmi_memory_zeroed(&memory, 2, SIZE_MAX / 2 + 1));
  assert_null(dmi_memory_resize(&memory, NULL, SIZE_MAX, SIZE_MAX));
  assert_int_equal(a.blocks, 0);
}

/* Size 0 would release the array behind the caller's back. */
static void test_a_size_of_nothing_is_refused(void **state) {
  (void)state;
  allocator a = {.allowed = SIZE_MAX};
  dm_memory memory = allocator_memory(&a);
  void *array = dmi_memory_zeroed(&memory, 1, 1);
  assert_null(dmi_memory_resize(&memory, array, 0, 1));
  assert_null(dmi_memory_resize(&memory, array, 1, 0));
  assert_int_equal(a.blocks, 1);
  dmi_memory_release(&memory, array);
}

static void test_out_of_memory_leaves_the_old_block(void **state) {
  (void)state;
  allocator a = {.allowed = 1};
  dm_memory memory = allocator_memory(&a);
  char *array = dmi_memory_zeroed(&memory, 1, 1);
  array[0] = 'x';
  assert_null(dmi_memory_resize(&memory, array, 100, 1));
  assert_null(dmi_memory_zeroed(&memory, 1, 1));
  assert_int_equal(array[0], 'x');
  dmi_memory_release(&memory, array);
  assert_int_equal(a.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_without_an_allocator_there_is_libc),
      cmocka_unit_test(test_the_hosts_allocator_is_used),
      cmocka_unit_test(test_releasing_nothing_does_not_ask_the_host),
      cmocka_unit_test(test_a_size_that_overflows_is_refused),
      cmocka_unit_test(test_a_size_of_nothing_is_refused),
      cmocka_unit_test(test_out_of_memory_leaves_the_old_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
