/* Texts by which principals are found.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPAL_INDEX_H
#define COMMON_ACCESS_PRINCIPAL_INDEX_H

#include <stdbool.h>

#include "dm/types.h"

typedef struct index_entry {
  const char *text; /* NUL-terminated; somebody else's */
  size_t principal; /* its place in the list */
  size_t place;     /* of what has this text, in a list of the principal's */
} index_entry;

/* All zero is empty. */
typedef struct principal_index {
  index_entry *entries;
  size_t count;
  size_t capacity;
} principal_index;

/* Adds one; false when out of memory. */
bool index_add(principal_index *index, index_entry entry);

/* Makes it ready to be looked at, once all are added. Returns one of two entries with the same
 * text, the one that was added later, or NULL where every text is there once. */
const index_entry *index_sort(principal_index *index);

/* The entry of a text, or NULL. */
const index_entry *index_find(const principal_index *index, dm_span text);

void index_free(principal_index *index);

#endif
