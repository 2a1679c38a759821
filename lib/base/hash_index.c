/* From a hash to the places that may hold its key: open addressing, 8 bytes an entry.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/hash_index.h"

#define EMPTY UINT32_MAX

void dmi_hash_index_init(dmi_hash_index *index, const dm_memory *memory) {
  *index = (dmi_hash_index){.memory = memory};
}

void dmi_hash_index_free(dmi_hash_index *index) {
  dmi_memory_release(index->memory, index->entries);
}

static void put(dmi_hash_index *index, dmi_hash_entry entry) {
  size_t at = entry.hash & index->mask;
  while (index->entries[at].value != EMPTY)
    at = (at + 1) & index->mask;
  index->entries[at] = entry;
}

static bool resize(dmi_hash_index *index, size_t count) {
  dmi_hash_entry *entries = dmi_memory_resize(index->memory, NULL, count, sizeof *entries);
  if (entries == NULL)
    return false;
  memset(entries, 0xFF, count * sizeof *entries);
  dmi_hash_index old = *index;
  index->entries = entries;
  index->mask = count - 1;
  for (size_t i = 0; old.entries != NULL && i <= old.mask; i++)
    if (old.entries[i].value != EMPTY)
      put(index, old.entries[i]);
  dmi_memory_release(index->memory, old.entries);
  return true;
}

bool dmi_hash_index_reserve(dmi_hash_index *index, size_t more) {
  size_t had = index->entries == NULL ? 0 : index->mask + 1;
  size_t count = had == 0 ? 16 : had;
  while (index->used + more > count / 4 * 3) {
    if (count > SIZE_MAX / 2)
      return false;
    count *= 2;
  }
  return count == had || resize(index, count);
}

void dmi_hash_index_add(dmi_hash_index *index, uint32_t hash, uint32_t value) {
  put(index, (dmi_hash_entry){hash, value});
  index->used++;
}

uint32_t dmi_hash_index_next(const dmi_hash_index *index, uint32_t hash, size_t *cursor) {
  if (index->entries == NULL)
    return EMPTY;
  for (;;) {
    const dmi_hash_entry *entry = &index->entries[(hash + (*cursor)++) & index->mask];
    if (entry->value == EMPTY || entry->hash == hash)
      return entry->value;
  }
}

/* Closes the gap at `hole` by moving back every entry of the run behind it that may stand
 * there, so that no walk ever meets a gap before its entry. */
static void close_gap(dmi_hash_index *index, size_t hole) {
  for (size_t at = (hole + 1) & index->mask; index->entries[at].value != EMPTY;
       at = (at + 1) & index->mask) {
    size_t home = index->entries[at].hash & index->mask;
    if (((at - home) & index->mask) >= ((at - hole) & index->mask)) {
      index->entries[hole] = index->entries[at];
      hole = at;
    }
  }
  index->entries[hole].value = EMPTY;
}

void dmi_hash_index_remove(dmi_hash_index *index, uint32_t hash, uint32_t value) {
  size_t at = hash & index->mask;
  while (index->entries[at].value != value)
    at = (at + 1) & index->mask;
  close_gap(index, at);
  index->used--;
}
