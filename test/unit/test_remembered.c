/* Tests of remembered clients: bounded in number and time, whoever comes and goes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator.h"
#include "base/span.h"
#include "core/remembered.h"

typedef struct world {
  allocator counting;
  dm_memory memory;
  dm_limits limits;
  dmi_recent all;
} world;

static int setup(void **state) {
  static world w;
  w = (world){.counting.allowed = SIZE_MAX,
              .limits = {.max_remembered = 4, .remembered_for = 1000}};
  w.memory = allocator_memory(&w.counting);
  dmi_remembered_init(&w.all, &w.memory);
  *state = &w;
  return 0;
}

static int teardown(void **state) {
  world *w = *state;
  dmi_recent_free(&w->all);
  assert_int_equal(w->counting.blocks, 0);
  return 0;
}

static void add(world *w, const char *client_id, uint32_t hash, dm_time now) {
  char text[200] = {0};
  strcpy(text, client_id);
  strcat(text, "192.0.2.1principal");
  dmi_connection over = {.text = text,
                         .hash = hash,
                         .about = {.client_id_len = (uint8_t)strlen(client_id), .source_ip_len = 9},
                         .principal_len = 9};
  dmi_remembered_add(&w->all, dmi_remembered_limits(&w->limits), &over, DM_DISCONNECT_CLIENT_ERROR,
                     now);
}

static dmi_remembered *find(world *w, const char *client_id, uint32_t hash) {
  return dmi_remembered_find(&w->all, hash, dm_text(client_id));
}

static void test_what_is_kept(void **state) {
  world *w = *state;
  add(w, "boiler", 7, 10);
  const dmi_remembered *gone = find(w, "boiler", 7);
  assert_non_null(gone);
  assert_memory_equal(dmi_recent_text(&w->all, gone), "boiler192.0.2.1", 15);
  assert_int_equal(dmi_description_text_len(&gone->about), 15);
  assert_int_equal(gone->entry.since, 10);
  assert_int_equal(gone->reason, DM_DISCONNECT_CLIENT_ERROR);
  assert_null(find(w, "boile", 7));
  assert_null(find(w, "boiler", 8));
}

static void test_equal_hashes(void **state) {
  world *w = *state;
  add(w, "a", 7, 10);
  add(w, "b", 7, 11);
  assert_int_equal(find(w, "a", 7)->entry.since, 10);
  assert_int_equal(find(w, "b", 7)->entry.since, 11);
  dmi_recent_forget(&w->all, find(w, "a", 7));
  assert_null(find(w, "a", 7));
  assert_int_equal(find(w, "b", 7)->entry.since, 11);
}

static void test_the_oldest_make_room(void **state) {
  world *w = *state;
  static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
  for (uint32_t i = 0; i < 6; i++)
    add(w, names[i], i, 10);
  assert_int_equal(w->all.entries.taken, 4);
  for (uint32_t i = 0; i < 6; i++)
    assert_int_equal(find(w, names[i], i) != NULL, i >= 2);
}

static void test_removing_from_anywhere_keeps_the_order(void **state) {
  static const char *const names[] = {"a", "b", "c", "d"};
  for (uint32_t removed = 0; removed < 4; removed++) {
    setup(state);
    world *w = *state;
    for (uint32_t i = 0; i < 4; i++)
      add(w, names[i], i, 10 + i);
    dmi_recent_forget(&w->all, find(w, names[removed], removed));
    add(w, "e", 4, 20);
    for (uint32_t i = 0; i < 4; i++)
      assert_int_equal(find(w, names[i], i) != NULL, i != removed);
    add(w, "f", 5, 21); /* the oldest of those that are left goes */
    assert_null(find(w, names[removed == 0 ? 1 : 0], removed == 0 ? 1 : 0));
    assert_int_equal(w->all.entries.taken, 4);
    teardown(state);
  }
  setup(state);
}

static void test_what_is_too_old_goes_two_at_a_time(void **state) {
  world *w = *state;
  static const char *const names[] = {"a", "b", "c", "d"};
  for (uint32_t i = 0; i < 4; i++)
    add(w, names[i], i, 10);
  assert_true(dmi_recent_counts(find(w, "a", 0), dmi_remembered_limits(&w->limits), 1009));
  assert_false(dmi_recent_counts(find(w, "a", 0), dmi_remembered_limits(&w->limits), 1010));
  add(w, "e", 4, 1010);
  assert_int_equal(w->all.entries.taken, 3);
  add(w, "f", 5, 1010);
  assert_int_equal(w->all.entries.taken, 2);
  assert_non_null(find(w, "e", 4));
  assert_non_null(find(w, "f", 5));
}

static void test_a_lower_limit_is_reached_by_and_by(void **state) {
  world *w = *state;
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
  for (uint32_t i = 0; i < 4; i++)
    add(w, names[i], i, 10);
  w->limits.max_remembered = 1;
  for (uint32_t i = 4; i < 7; i++)
    add(w, names[i], i, 10);
  assert_int_equal(w->all.entries.taken, 1);
  assert_non_null(find(w, "g", 6));
}

static void test_no_limit(void **state) {
  world *w = *state;
  w->limits.max_remembered = DM_UNLIMITED;
  w->limits.remembered_for = DM_NEVER;
  char name[4] = "aaa";
  for (uint32_t i = 0; i < 1000; i++) {
    name[0] = (char)('a' + i / 100);
    name[1] = (char)('a' + i / 10 % 10);
    name[2] = (char)('a' + i % 10);
    add(w, name, i * 2654435761u, UINT64_MAX - 1);
  }
  assert_int_equal(w->all.entries.taken, 1000);
}

#define remembered_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      remembered_test(test_what_is_kept),
      remembered_test(test_equal_hashes),
      remembered_test(test_the_oldest_make_room),
      remembered_test(test_removing_from_anywhere_keeps_the_order),
      remembered_test(test_what_is_too_old_goes_two_at_a_time),
      remembered_test(test_a_lower_limit_is_reached_by_and_by),
      remembered_test(test_no_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
