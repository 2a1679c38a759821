/* From a hash to the places that may hold its key: open addressing, 8 bytes an entry.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_HASH_INDEX_H
#define DM_BASE_HASH_INDEX_H

#include <stdbool.h>

#include "base/memory.h"

typedef struct hash_entry {
  uint32_t hash;
  uint32_t value; /* UINT32_MAX: empty */
} hash_entry;

typedef struct hash_index {
  const dm_memory *memory;
  hash_entry *entries;
  size_t mask; /* the number of entries less one; they are a power of two */
  size_t used;
} hash_index;

/* Makes an empty index; `memory` must outlive it. */
void hash_index_init(hash_index *index, const dm_memory *memory);

/* Releases the index. */
void hash_index_free(hash_index *index);

/* Makes sure that one more hash_index_add() cannot fail; false when out of memory. */
bool hash_index_reserve(hash_index *index);

/* Adds a value below UINT32_MAX under `hash`, after a reserve. */
void hash_index_add(hash_index *index, uint32_t hash, uint32_t value);

/* Takes out the value that was added under `hash`. */
void hash_index_remove(hash_index *index, uint32_t hash, uint32_t value);

/* Walks the values under `hash`: *cursor starts at 0; UINT32_MAX ends the walk. The
 * caller compares the keys. */
uint32_t hash_index_next(const hash_index *index, uint32_t hash, size_t *cursor);

#endif
