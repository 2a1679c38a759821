/* Objects of one size behind handles that go stale: a place and a generation.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_SLOTMAP_H
#define DM_BASE_SLOTMAP_H

#include "base/memory.h"

/* The first member of every object in a slot map. */
typedef struct dmi_slot {
  uint32_t generation; /* odd while taken */
  uint32_t place;      /* its own while taken, the next free one's while not */
} dmi_slot;

/* Objects never move: they live in chunks that are allocated as needed and kept. */
typedef struct dmi_slotmap {
  const dm_memory *memory;
  char **chunks;
  size_t item_size;
  unsigned chunk_bits; /* a chunk holds 1 << chunk_bits objects */
  uint32_t chunk_count;
  uint32_t chunk_capacity;
  uint32_t first_free;
  uint32_t taken;
} dmi_slotmap;

/* Makes an empty map of objects of `item_size` bytes; `memory` must outlive it. */
void dmi_slotmap_init(dmi_slotmap *map, size_t item_size, const dm_memory *memory);

/* Releases all objects, taken or not. */
void dmi_slotmap_free(dmi_slotmap *map);

/* Takes an object whose bytes after the slot are undefined; NULL when out of memory. The
 * one released last is taken first: it is the warmest. */
void *dmi_slotmap_take(dmi_slotmap *map);

/* Gives an object back; its handles are stale from here on. */
void dmi_slotmap_release(dmi_slotmap *map, void *item);

/* The handle of a taken object; never 0. */
static inline uint64_t dmi_slotmap_handle(const void *item) {
  const dmi_slot *header = (const dmi_slot *)item;
  return (uint64_t)header->generation << 32 | header->place;
}

/* The object of a handle; NULL when the handle is stale or was never given out. */
void *dmi_slotmap_find(const dmi_slotmap *map, uint64_t handle);

/* The object at a place known to exist, taken or not. */
void *dmi_slotmap_at(const dmi_slotmap *map, uint32_t place);

#endif
