/* Tests of the memory of what came lately.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "allocator.h"
#include "base/recent.h"

/* What is remembered here: a number, and its text. */
typedef struct item {
  dmi_recent_entry entry;
  int number;
  char text[12];
} item;

static const dmi_recent_limits limits = {4, 1000};

typedef struct world {
  allocator counting;
  dm_memory memory;
  dmi_recent all;
} world;

static void world_init(world *w, size_t allowed) {
  *w = (world){.counting.allowed = allowed};
  w->memory = allocator_memory(&w->counting);
  dmi_recent_init(&w->all, sizeof(item), offsetof(item, text), &w->memory);
}

static int setup(void **state) {
  static world w;
  world_init(&w, SIZE_MAX);
  *state = &w;
  return 0;
}

static int teardown(void **state) {
  world *w = *state;
  dmi_recent_free(&w->all);
  assert_int_equal(w->counting.blocks, 0);
  return 0;
}

/* So many letters that say which number they belong to. */
static void text_fill(char *text, int number, size_t len) {
  memset(text, 'a' + number % 26, len);
}

static item *add(world *w, int number, uint32_t hash, dm_time now, size_t len) {
  item *fresh = dmi_recent_reserve(&w->all, limits, now, len);
  if (fresh == NULL)
    return NULL;
  fresh->number = number;
  text_fill(dmi_recent_text(&w->all, fresh), number, len);
  dmi_recent_commit(&w->all, fresh, hash, now);
  return fresh;
}

static item *find(const world *w, int number, uint32_t hash) {
  size_t cursor = 0;
  for (item *at; (at = dmi_recent_next(&w->all, hash, &cursor)) != NULL;)
    if (at->number == number)
      return at;
  return NULL;
}

static uint32_t hash_of(int number) {
  return (uint32_t)number * 2654435761u;
}

/* ---- Order and bounds, as a table --------------------------------------- */

/* Letters in capitals come, at the time that a digit before sets in hundreds; in lower case
 * they are forgotten. */
static const struct row {
  const char *history;
  const char *left; /* the oldest first */
} rows[] = {
    {"", ""},
    {"A", "A"},
    {"ABCD", "ABCD"},
    {"ABCDE", "BCDE"},   /* bounded in number */
    {"ABCDEF", "CDEF"},  /* always */
    {"ABCDaE", "BCDE"},  /* the oldest, */
    {"ABCDbE", "ACDE"},  /* one between, */
    {"ABCDdE", "ABCE"},  /* the newest is forgotten */
    {"ABCDbEF", "CDEF"}, /* and the order is right */
    {"ABabC", "C"},      /* all are */
    {"0AB9C", "ABC"},    /* not too old yet */
    {"0AB:C", "C"},      /* too old */
    {"0ABC:D", "CD"},    /* two at most for one that comes */
    {"0ABC:DE", "DE"},   /* the last one for the next */
    {"0A1B2C:D", "BCD"}, /* only what is too old */
    {"0ABCD:aE", "DE"},  /* two more than were forgotten */
    {"0ABCD:EFGHI", "FGHI"},
};

static void live_through(world *w, const char *history) {
  dm_time now = 0;
  for (const char *at = history; *at != '\0'; at++)
    if (*at >= '0' && *at <= ':')
      now = (dm_time)(*at - '0') * 100;
    else if (*at >= 'a')
      dmi_recent_forget(&w->all, find(w, *at - 'a', hash_of(*at - 'a')));
    else
      assert_non_null(add(w, *at - 'A', hash_of(*at - 'A'), now, 3));
}

static void what_is_left(const world *w, char *out) {
  for (uint32_t place = w->all.oldest; place != UINT32_MAX;) {
    const item *at = dmi_slotmap_at(&w->all.entries, place);
    *out++ = (char)('A' + at->number);
    place = at->entry.newer;
  }
  *out = '\0';
}

static void test_order_and_bounds(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    world w;
    char left[16];
    world_init(&w, SIZE_MAX);
    live_through(&w, rows[i].history);
    what_is_left(&w, left);
    assert_string_equal(left, rows[i].left);
    assert_int_equal(w.all.entries.taken, strlen(left));
    assert_int_equal(w.all.index.used, strlen(left));
    for (int number = 0; number < 26; number++)
      assert_int_equal(find(&w, number, hash_of(number)) != NULL,
                       strchr(left, 'A' + number) != NULL);
    dmi_recent_free(&w.all);
    assert_int_equal(w.counting.blocks, 0);
  }
}

/* ---- The rest ----------------------------------------------------------- */

static void test_what_counts_by_age(void **state) {
  world *w = *state;
  const item *entry = add(w, 1, 7, 10, 0);
  static const struct {
    dm_time now;
    dm_duration age;
    bool counts;
  } cases[] = {{10, 1000, true},
               {1009, 1000, true},
               {1010, 1000, false},
               {10, 0, false},
               {DM_NEVER - 1, DM_NEVER, true},
               {10, 1, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(dmi_recent_counts(entry, (dmi_recent_limits){4, cases[i].age}, cases[i].now),
                     cases[i].counts);
}

static void test_entries_of_one_hash(void **state) {
  world *w = *state;
  for (int number = 0; number < 4; number++)
    add(w, number, 7, 0, 3);
  for (int number = 0; number < 4; number++)
    assert_int_equal(find(w, number, 7)->number, number);
  dmi_recent_forget(&w->all, find(w, 2, 7));
  assert_null(find(w, 2, 7));
  assert_non_null(find(w, 3, 7));
  assert_null(find(w, 3, 8));
}

/* In the entry, as far as its rounded size goes, or in a block of its own. */
static void test_texts_of_any_length(void **state) {
  world *w = *state;
  size_t room = w->all.entries.item_size - offsetof(item, text);
  size_t lengths[] = {0, 1, 12, room - 1, room, room + 1, 1000};
  assert_int_equal(w->all.entries.item_size, 64);
  for (int i = 0; i < 7; i++) {
    size_t blocks = i == 0 ? 0 : w->counting.blocks;
    char text[1000];
    const item *entry = add(w, i, hash_of(i), 0, lengths[i]);
    text_fill(text, i, lengths[i]);
    assert_memory_equal(dmi_recent_text(&w->all, entry), text, lengths[i]);
    assert_int_equal(entry->entry.text_len, lengths[i]);
    if (i > 0)
      assert_int_equal(w->counting.blocks - blocks, lengths[i] > room);
  }
}

/* Several may be reserved at once, and nothing they need is missing when they are entered. */
static void test_a_commit_allocates_nothing(void **state) {
  enum {
    MANY = 100
  };
  world *w = *state;
  item *reserved[MANY];
  for (int i = 0; i < MANY; i++) {
    reserved[i] = dmi_recent_reserve(&w->all, limits, 0, i % 2 == 0 ? 3 : 300);
    assert_non_null(reserved[i]);
    reserved[i]->number = i;
    assert_null(find(w, i, hash_of(i)));
  }
  w->counting.allowed = 0;
  for (int i = 0; i < MANY; i++)
    if (i % 3 == 0)
      dmi_recent_cancel(&w->all, reserved[i]);
    else
      dmi_recent_commit(&w->all, reserved[i], hash_of(i), 0);
  assert_int_equal(w->counting.refused, 0);
  assert_int_equal(w->all.reserved, 0);
  for (int i = 0; i < MANY; i++)
    assert_int_equal(find(w, i, hash_of(i)) != NULL, i % 3 != 0);
}

static void test_what_is_reserved_is_not_forgotten(void **state) {
  world *w = *state;
  item *reserved = dmi_recent_reserve(&w->all, limits, 0, 3);
  reserved->number = 25;
  for (int number = 0; number < 10; number++)
    assert_non_null(add(w, number, hash_of(number), 5000, 3));
  assert_int_equal(w->all.entries.taken, 4);
  dmi_recent_commit(&w->all, reserved, hash_of(25), 5000);
  assert_non_null(find(w, 25, hash_of(25)));
}

/* A lower bound is reached by and by. */
static void test_other_limits_than_before(void **state) {
  world *w = *state;
  live_through(w, "ABCD");
  for (int number = 4; number < 7; number++) {
    item *fresh = dmi_recent_reserve(&w->all, (dmi_recent_limits){1, 1000}, 0, 0);
    fresh->number = number;
    dmi_recent_commit(&w->all, fresh, hash_of(number), 0);
  }
  assert_int_equal(w->all.entries.taken, 1);
  assert_non_null(find(w, 6, hash_of(6)));
}

static void test_no_limits(void **state) {
  world *w = *state;
  for (int number = 0; number < 1000; number++) {
    dmi_recent_limits none = {UINT32_MAX, DM_NEVER};
    item *fresh = dmi_recent_reserve(&w->all, none, DM_NEVER - 1, 0);
    fresh->number = number;
    dmi_recent_commit(&w->all, fresh, hash_of(number), DM_NEVER - 1);
  }
  assert_int_equal(w->all.entries.taken, 1000);
}

/* With the first, the second, the third ... allocation refused. */
static void test_out_of_memory(void **state) {
  (void)state;
  size_t allowed = 0;
  for (bool succeeded = false; !succeeded; allowed++) {
    world w;
    world_init(&w, allowed);
    succeeded = add(&w, 1, 7, 0, 500) != NULL;
    assert_int_equal(succeeded, w.counting.refused == 0);
    if (!succeeded) {
      assert_int_equal(w.all.entries.taken, 0);
      assert_int_equal(w.all.reserved, 0);
      w.counting.allowed = SIZE_MAX;
      assert_non_null(add(&w, 1, 7, 0, 500));
    }
    assert_non_null(find(&w, 1, 7));
    dmi_recent_free(&w.all);
    assert_int_equal(w.counting.blocks, 0);
  }
  assert_int_equal(allowed, 5); /* index, directory, chunk, text; then none is refused */
}

static void test_a_text_that_is_too_long(void **state) {
  world *w = *state;
  assert_null(dmi_recent_reserve(&w->all, limits, 0, (size_t)UINT32_MAX + 1));
  assert_int_equal(w->all.entries.taken, 0);
}

#define recent_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order_and_bounds),
      recent_test(test_what_counts_by_age),
      recent_test(test_entries_of_one_hash),
      recent_test(test_texts_of_any_length),
      recent_test(test_a_commit_allocates_nothing),
      recent_test(test_what_is_reserved_is_not_forgotten),
      recent_test(test_other_limits_than_before),
      recent_test(test_no_limits),
      cmocka_unit_test(test_out_of_memory),
      recent_test(test_a_text_that_is_too_long),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
