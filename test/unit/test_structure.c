/* Tests of reading and writing structures that begin with their own size, with one that has
 * grown. Each is allocated as large as it says and no larger, so that AddressSanitizer sees every
 * byte read or written beyond. The public ones: test_growth.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/structure.h"

/* The first version of a structure, as an old host has it. */
typedef struct thing_first {
  size_t size;
  uint64_t old;
} thing_first;

/* This library's. */
typedef struct thing {
  size_t size;
  uint64_t old;
  uint64_t new;
} thing;

/* That of a newer host. */
typedef struct thing_newest {
  size_t size;
  uint64_t old;
  uint64_t new;
  uint64_t newest;
} thing_newest;

#define THING_FIRST_SIZE offsetof(thing, new)

/* One structure that a host hands in, and what becomes of it. */
static const struct {
  const char *what;
  size_t size;
  uint64_t newest; /* what stands beyond the library's version, if there is room */
  enum {
    REFUSED,
    COMPLETED,
    IN_PLACE
  } read;
} things[] = {
    {"nothing", 0, 0, REFUSED},
    {"one byte", 1, 0, REFUSED},
    {"its size alone", sizeof(size_t), 0, REFUSED},
    {"one byte less than ever", sizeof(thing_first) - 1, 0, REFUSED},
    {"the first version", sizeof(thing_first), 0, COMPLETED},
    {"one between", sizeof(thing) - 1, 0, COMPLETED},
    {"the library's version", sizeof(thing), 0, IN_PLACE},
    {"a newer one that fits", sizeof(thing_newest), 0, IN_PLACE},
    {"a newer one that asks for more", sizeof(thing_newest), 1, REFUSED},
    {"the same in its last byte", sizeof(thing_newest), (uint64_t)1 << 56, REFUSED},
};

enum {
  THINGS = sizeof things / sizeof *things
};

/* The structure of a row, in as many bytes as it says and no more, but for those of its size. */
static void *thing_made(size_t row) {
  const thing_newest whole = {things[row].size, 1, 2, things[row].newest};
  size_t size = things[row].size;
  void *made = malloc(size < sizeof size ? sizeof size : size);
  assert_non_null(made);
  memcpy(made, &whole, size < sizeof size ? sizeof size : size);
  return made;
}

static void test_reading(void **state) {
  (void)state;
  for (size_t row = 0; row < THINGS; row++) {
    thing room = {77, 77, 77};
    void *given = thing_made(row);
    const thing *read = dmi_structure_read(given, THING_FIRST_SIZE, &room, sizeof room);
    print_message("%s\n", things[row].what);
    if (things[row].read == REFUSED) {
      assert_null(read);
    } else {
      assert_ptr_equal(read, things[row].read == IN_PLACE ? given : (void *)&room);
      assert_int_equal(read->old, 1);
      assert_int_equal(read->new, things[row].size <= sizeof(thing_first) ? 0 : 2);
    }
    assert_int_equal(room.size, things[row].read == COMPLETED ? sizeof room : 77);
    free(given);
  }
  assert_null(dmi_structure_read(NULL, THING_FIRST_SIZE, NULL, sizeof(thing)));
}

static void test_soundness(void **state) {
  (void)state;
  for (size_t row = 0; row < THINGS; row++) {
    void *given = thing_made(row);
    print_message("%s\n", things[row].what);
    assert_int_equal(dmi_structure_sound(given, THING_FIRST_SIZE, sizeof(thing)),
                     things[row].read != REFUSED);
    free(given);
  }
  assert_false(dmi_structure_sound(NULL, THING_FIRST_SIZE, sizeof(thing)));
}

/* What a host has no room for is cut off, and what the library does not know left alone. */
static void test_writing(void **state) {
  (void)state;
  const thing from = {sizeof from, 11, 0x1212121212121212};
  for (size_t row = 0; row < THINGS; row++) {
    thing_newest after = {0};
    size_t size = things[row].size;
    if (things[row].read == REFUSED)
      continue;
    void *given = thing_made(row);
    dmi_structure_write(given, &from, sizeof from);
    memcpy(&after, given, size);
    print_message("%s\n", things[row].what);
    assert_int_equal(after.size, size);
    assert_int_equal(after.old, 11);
    assert_memory_equal(&after.new, &from.new, size >= sizeof from ? 8 : size - THING_FIRST_SIZE);
    assert_int_equal(after.newest, 0);
    free(given);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reading),
      cmocka_unit_test(test_soundness),
      cmocka_unit_test(test_writing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
