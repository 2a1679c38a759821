/* Texts by which principals are found: sorted.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/principal_index.h"

#include <stdlib.h>

bool index_add(principal_index *index, index_entry entry) {
  if (index->count == index->capacity) {
    size_t capacity = index->capacity == 0 ? 16 : 2 * index->capacity;
    index_entry *grown = realloc(index->entries, capacity * sizeof *grown);
    if (grown == NULL)
      return false;
    index->entries = grown;
    index->capacity = capacity;
  }
  index->entries[index->count++] = entry;
  return true;
}

static int in_order(size_t a, size_t b) {
  return (a > b) - (a < b);
}

static int compare(const void *a, const void *b) {
  const index_entry *one = a;
  const index_entry *other = b;
  int order = strcmp(one->text, other->text);
  if (order == 0)
    order = in_order(one->principal, other->principal);
  return order != 0 ? order : in_order(one->place, other->place);
}

const index_entry *index_sort(principal_index *index) {
  if (index->count > 0)
    qsort(index->entries, index->count, sizeof *index->entries, compare);
  for (size_t i = 1; i < index->count; i++)
    if (strcmp(index->entries[i - 1].text, index->entries[i].text) == 0)
      return &index->entries[i];
  return NULL;
}

static int compare_text(dm_span text, const char *with) {
  size_t len = strlen(with);
  int order = memcmp(text.ptr, with, text.len < len ? text.len : len);
  return order != 0 ? order : in_order(text.len, len);
}

const index_entry *index_find(const principal_index *index, dm_span text) {
  size_t low = 0;
  size_t high = index->count;
  while (text.len > 0 && low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_text(text, index->entries[middle].text);
    if (order == 0)
      return &index->entries[middle];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

void index_free(principal_index *index) {
  free(index->entries);
  *index = (principal_index){0};
}
