/* Tests of running out of memory while a policy is read, in jansson and in the library.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator.h"
#include "dm/policy.h"
#include "jansson_memory.h"

/* Jansson grows the buffer for the string it is reading from 16 bytes on. Where the byte
 * that it then loses is the closing quote, jansson 2.14 itself reads on beyond its buffer;
 * the strings here are of other lengths than 14, 30, 62 and 126 for that reason. */
static const char document[] =
    "{\"Version\":\"2012-10-17\",\"Id\":\"an identifier \\u00e9 longer than sixteen bytes\","
    "\"Statement\":[{\"Sid\":\"\",\"Effect\":\"Allow\",\"Action\":[\"iot:SendDirectMessage\","
    "\"iot:Receive\"],\"Resource\":\"arn:aws:iot:eu-west-1:123456789012:client/boiler-7\","
    "\"Condition\":{\"StringLike\":{\"iot:Topic\":[\"boilers/7/command/set/temperature\","
    "\"boilers/*\"]}}},{\"Effect\":\"Deny\",\"Action\":\"iot:*\",\"Resource\":"
    "\"arn:aws:iot:eu-west-1:123456789012:topic/a/very/long/topic/that/nobody/would/type/twice\"}"
    "]}";

static int parse_failing(size_t first, size_t last, const dm_memory *memory) {
  dm_policy *policy = NULL;
  dm_policy_error error;
  jansson_memory_refuse(first, last);
  int status = dm_policy_parse(&policy, dm_text(document), 0, memory, &error);
  assert_int_equal(jansson.blocks, 0);
  assert_true((policy != NULL) == (status == DM_OK));
  dm_policy_free(policy);
  return status;
}

static int use_counting_allocator(void **state) {
  (void)state;
  jansson_memory_begin();
  return 0;
}

static int use_usual_allocator(void **state) {
  (void)state;
  jansson_memory_end();
  return 0;
}

/* No failure may go unnoticed: a policy whose strings lack a byte is another policy. */
static void each_allocation_of_jansson_fails_once(void **state) {
  (void)state;
  assert_int_equal(parse_failing(SIZE_MAX, SIZE_MAX, NULL), DM_OK);
  size_t calls = jansson.calls;
  assert_true(calls > 50);
  for (size_t n = 1; n <= calls; n++)
    if (parse_failing(n, n, NULL) != DM_ERROR_NO_MEMORY)
      fail_msg("allocation %zu of %zu", n, calls);
}

static void jansson_is_out_of_memory_from_some_point_on(void **state) {
  (void)state;
  assert_int_equal(parse_failing(SIZE_MAX, SIZE_MAX, NULL), DM_OK);
  size_t calls = jansson.calls;
  for (size_t n = 1; n <= calls; n++)
    if (parse_failing(n, SIZE_MAX - 1, NULL) != DM_ERROR_NO_MEMORY)
      fail_msg("allocation %zu of %zu", n, calls);
}

static void the_hosts_allocator_fails(void **state) {
  (void)state;
  for (size_t allowed = 0;; allowed++) {
    allocator a = {.allowed = allowed};
    dm_memory memory = allocator_memory(&a);
    int status = parse_failing(SIZE_MAX, SIZE_MAX, &memory);
    assert_int_equal(a.blocks, 0);
    if (status == DM_OK) {
      assert_int_equal(allowed, 1);
      return;
    }
    assert_int_equal(status, DM_ERROR_NO_MEMORY);
  }
}

static void the_hosts_allocator_is_copied(void **state) {
  (void)state;
  allocator a = {.allowed = SIZE_MAX};
  dm_memory memory = allocator_memory(&a);
  dm_policy *policy = NULL;
  assert_int_equal(dm_policy_parse(&policy, dm_text(document), 0, &memory, NULL), DM_OK);
  assert_int_equal(a.blocks, 1);
  memory = (dm_memory){NULL, NULL};
  dm_policy_free(policy);
  assert_int_equal(a.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_allocation_of_jansson_fails_once),
      cmocka_unit_test(jansson_is_out_of_memory_from_some_point_on),
      cmocka_unit_test(the_hosts_allocator_fails),
      cmocka_unit_test(the_hosts_allocator_is_copied),
  };
  return cmocka_run_group_tests(tests, use_counting_allocator, use_usual_allocator);
}
