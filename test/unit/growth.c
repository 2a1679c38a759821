/* Structures of older, newer and wrong sizes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "unit/growth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dm/types.h"

#define RECORD "test/tools/abi.txt"

/* How much larger than the library's a newer host's structure is here. */
#define MORE 24

#define NAMES_MAX 64
#define NAME_SIZE 64

/* ---- The record ----------------------------------------------------------------------- */

typedef struct recorded {
  char name[NAME_SIZE];
  size_t first_size;
  bool grows; /* it begins with its size */
  bool tried;
} recorded;

static recorded records[NAMES_MAX];
static size_t record_count;

static void take_line(const char *line) {
  recorded *last = &records[record_count];
  if (sscanf(line, "dm_%*s %zu", &last->first_size) == 1) {
    assert_true(record_count < NAMES_MAX - 1);
    assert_int_equal(sscanf(line, "%63s", last->name), 1);
    record_count++;
  } else if (strcmp(line, "  size 0 8\n") == 0) {
    records[record_count - 1].grows = true;
  }
}

static void read_record(void) {
  char line[256];
  FILE *file = fopen(RECORD, "r");
  if (file == NULL)
    fail_msg("cannot read %s: tests run in the folder of the sources", RECORD);
  while (fgets(line, sizeof line, file) != NULL)
    take_line(line);
  fclose(file);
}

static recorded *record_of(const char *name) {
  if (record_count == 0)
    read_record();
  for (size_t i = 0; i < record_count; i++)
    if (strcmp(records[i].name, name) == 0)
      return &records[i];
  fail_msg("%s is not in %s", name, RECORD);
  return NULL;
}

void growth_handed_out(const char *name, const void *structure, size_t latest) {
  size_t size;
  memcpy(&size, structure, sizeof size);
  assert_int_equal(size, latest);
  record_of(name)->tried = true;
}

void growth_all_tried(void) {
  for (size_t i = 0; i < record_count; i++)
    if (records[i].grows && !records[i].tried)
      fail_msg("no call was tried with %s", records[i].name);
}

/* ---- Structures as a host has them -------------------------------------------------------- */

/* One in memory of its own, and what it was before the call. */
typedef struct given {
  char *bytes;
  char *before;
  size_t size;
} given;

/* As today's header has it, with room for what a newer one may add. */
static void fill(const growth_argument *argument, char *structure) {
  memset(structure, 0, argument->latest + MORE);
  memcpy(structure, &argument->latest, sizeof argument->latest);
  if (argument->fill != NULL)
    argument->fill(structure);
}

/* A structure that says it has `size` bytes, in so many, but for those of the size itself. */
static given given_of(const growth_argument *argument, size_t size) {
  char *whole = malloc(argument->latest + MORE);
  given g = {.size = size < sizeof size ? sizeof size : size};
  assert_non_null(whole);
  fill(argument, whole);
  g.bytes = malloc(g.size);
  g.before = malloc(g.size);
  assert_true(g.bytes != NULL && g.before != NULL);
  memcpy(g.bytes, whole, g.size);
  memcpy(g.bytes, &size, sizeof size);
  free(whole);
  return g;
}

static void give_up(given *g) {
  free(g->bytes);
  free(g->before);
}

/* ---- A call --------------------------------------------------------------------------------- */

typedef struct attempt {
  const growth_call *call;
  size_t count;
  given givens[GROWTH_ARGUMENTS_MAX];
} attempt;

static size_t argument_count(const growth_call *call) {
  size_t count = 0;
  while (count < GROWTH_ARGUMENTS_MAX && call->arguments[count].name != NULL)
    count++;
  return count;
}

/* Every structure has its first size but one, which has `size`. */
static attempt attempt_of(const growth_call *call, size_t which, size_t size) {
  attempt a = {.call = call, .count = argument_count(call)};
  for (size_t i = 0; i < a.count; i++) {
    recorded *record = record_of(call->arguments[i].name);
    record->tried = true;
    a.givens[i] = given_of(&call->arguments[i], i == which ? size : record->first_size);
  }
  for (size_t i = 0; i < a.count; i++) {
    const growth_argument *argument = &call->arguments[i];
    given *parent = argument->parent == 0 ? NULL : &a.givens[argument->parent - 1];
    if (parent != NULL && parent->size >= argument->place + sizeof parent->bytes)
      memcpy(parent->bytes + argument->place, &a.givens[i].bytes, sizeof parent->bytes);
  }
  return a;
}

static bool unchanged(const attempt *a) {
  for (size_t i = 0; i < a->count; i++)
    if (memcmp(a->givens[i].bytes, a->givens[i].before, a->givens[i].size) != 0)
      return false;
  return true;
}

/* What the library knows nothing of stays as it was, and so does the size. */
static bool foreign_bytes_unchanged(const attempt *a) {
  for (size_t i = 0; i < a->count; i++) {
    const given *g = &a->givens[i];
    size_t latest = a->call->arguments[i].latest;
    if (memcmp(g->bytes, g->before, sizeof(size_t)) != 0 ||
        (g->size > latest && memcmp(g->bytes + latest, g->before + latest, g->size - latest) != 0))
      return false;
  }
  return true;
}

static void run(attempt *a, int expected, const char *what, size_t size) {
  void *arguments[GROWTH_ARGUMENTS_MAX] = {NULL};
  for (size_t i = 0; i < a->count; i++) {
    arguments[i] = a->givens[i].bytes;
    memcpy(a->givens[i].before, a->givens[i].bytes, a->givens[i].size);
  }
  int result = a->call->call(arguments);
  if (result != expected)
    fail_msg("%s returns %d with %zu bytes of %s", a->call->name, result, size, what);
  if (expected == DM_ERROR_INVALID_ARGUMENT ? !unchanged(a) : !foreign_bytes_unchanged(a))
    fail_msg("%s writes with %zu bytes of %s", a->call->name, size, what);
  for (size_t i = 0; i < a->count; i++)
    give_up(&a->givens[i]);
}

static void try_size(const growth_call *call, size_t which, size_t size, int expected) {
  attempt a = attempt_of(call, which, size);
  run(&a, expected, call->arguments[which].name, size);
}

/* A newer host fills in what this library does not know, in this byte. */
static void try_foreign(const growth_call *call, size_t which, size_t at) {
  const growth_argument *argument = &call->arguments[which];
  attempt a = attempt_of(call, which, argument->latest + MORE);
  a.givens[which].bytes[argument->latest + at] = 1;
  run(&a, DM_ERROR_INVALID_ARGUMENT, argument->name, argument->latest + MORE);
}

static void try_argument(const growth_call *call, size_t which) {
  const growth_argument *argument = &call->arguments[which];
  size_t first = record_of(argument->name)->first_size;
  const size_t small[] = {0, 1, sizeof(size_t), first - 1};
  const size_t good[] = {first, argument->latest, argument->latest + 1, argument->latest + MORE};
  for (size_t i = 0; i < 4; i++) {
    try_size(call, which, small[i], DM_ERROR_INVALID_ARGUMENT);
    try_size(call, which, good[i], call->good);
  }
  for (size_t at = 0; at < MORE; at++)
    try_foreign(call, which, at);
}

void growth_try(const growth_call *call) {
  for (size_t i = 0; i < argument_count(call); i++)
    try_argument(call, i);
}
