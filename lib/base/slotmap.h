/* Objects of one size behind handles that go stale: a place and a generation.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_SLOTMAP_H
#define DM_BASE_SLOTMAP_H

#include "base/memory.h"

/* The first member of every object in a slot map. */
typedef struct slot {
  uint32_t generation; /* odd while taken */
  uint32_t place;      /* its own while taken, the next free one's while not */
} slot;

/* Objects never move: they live in chunks that are allocated as needed and kept. */
typedef struct slotmap {
  const dm_memory *memory;
  char **chunks;
  size_t item_size;
  unsigned chunk_bits; /* a chunk holds 1 << chunk_bits objects */
  uint32_t chunk_count;
  uint32_t chunk_capacity;
  uint32_t first_free;
  uint32_t taken;
} slotmap;

/* Makes an empty map of objects of `item_size` bytes; `memory` must outlive it. */
void slotmap_init(slotmap *map, size_t item_size, const dm_memory *memory);

/* Releases all objects, taken or not. */
void slotmap_free(slotmap *map);

/* Takes an object whose bytes after the slot are undefined; NULL when out of memory. The
 * one released last is taken first: it is the warmest. */
void *slotmap_take(slotmap *map);

/* Gives an object back; its handles are stale from here on. */
void slotmap_release(slotmap *map, void *item);

/* The handle of a taken object; never 0. */
static inline uint64_t slotmap_handle(const void *item) {
  const slot *header = (const slot *)item;
  return (uint64_t)header->generation << 32 | header->place;
}

/* The object of a handle; NULL when the handle is stale or was never given out. */
void *slotmap_find(const slotmap *map, uint64_t handle);

/* The object at a place known to exist, taken or not. */
void *slotmap_at(const slotmap *map, uint32_t place);

#endif
