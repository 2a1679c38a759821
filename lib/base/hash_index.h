/* From a hash to the places that may hold its key: open addressing, 8 bytes an entry.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_HASH_INDEX_H
#define DM_BASE_HASH_INDEX_H

#include <stdbool.h>

#include "base/memory.h"

typedef struct dmi_hash_entry {
  uint32_t hash;
  uint32_t value; /* UINT32_MAX: empty */
} dmi_hash_entry;

typedef struct dmi_hash_index {
  const dm_memory *memory;
  dmi_hash_entry *entries;
  size_t mask; /* the number of entries less one; they are a power of two */
  size_t used;
} dmi_hash_index;

/* Makes an empty index; `memory` must outlive it. */
void dmi_hash_index_init(dmi_hash_index *index, const dm_memory *memory);

/* Releases the index. */
void dmi_hash_index_free(dmi_hash_index *index);

/* Makes sure that so many more dmi_hash_index_add() cannot fail; false when out of memory. */
bool dmi_hash_index_reserve(dmi_hash_index *index, size_t more);

/* Adds a value below UINT32_MAX under `hash`, after a reserve. */
void dmi_hash_index_add(dmi_hash_index *index, uint32_t hash, uint32_t value);

/* Takes out the value that was added under `hash`. */
void dmi_hash_index_remove(dmi_hash_index *index, uint32_t hash, uint32_t value);

/* Walks the values under `hash`: *cursor starts at 0; UINT32_MAX ends the walk. The
 * caller compares the keys. */
uint32_t dmi_hash_index_next(const dmi_hash_index *index, uint32_t hash, size_t *cursor);

#endif
