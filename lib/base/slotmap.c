/* Objects of one size behind handles that go stale: a place and a generation.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/slotmap.h"

#include <stdbool.h>

/* Ends the list of free places. */
#define NO_PLACE UINT32_MAX

/* A chunk is as many objects as fit into this many bytes, a power of two of them. */
#define CHUNK_BYTES 65536

/* Objects begin on a cache line, so that what is read together is fetched together. */
#define CACHE_LINE 64

void dmi_slotmap_init(dmi_slotmap *map, size_t item_size, const dm_memory *memory) {
  item_size = (item_size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  *map = (dmi_slotmap){.memory = memory, .item_size = item_size, .first_free = NO_PLACE};
  while (item_size << (map->chunk_bits + 1) <= CHUNK_BYTES)
    map->chunk_bits++;
}

void dmi_slotmap_free(dmi_slotmap *map) {
  for (uint32_t i = 0; i < map->chunk_count; i++)
    dmi_memory_release(map->memory, map->chunks[i]);
  dmi_memory_release(map->memory, map->chunks);
}

void *dmi_slotmap_at(const dmi_slotmap *map, uint32_t place) {
  char *chunk = map->chunks[place >> map->chunk_bits];
  size_t past_line = (uintptr_t)chunk % CACHE_LINE;
  char *first = chunk + (past_line == 0 ? 0 : CACHE_LINE - past_line);
  return first + (place & ((1u << map->chunk_bits) - 1)) * map->item_size;
}

static bool directory_has_room(dmi_slotmap *map) {
  if (map->chunk_count < map->chunk_capacity)
    return true;
  /* The last chunk's places must stay below UINT32_MAX, which stands for none. */
  if (map->chunk_count >= (UINT32_MAX >> map->chunk_bits))
    return false;
  uint32_t capacity = map->chunk_capacity == 0 ? 8 : map->chunk_capacity * 2;
  char **chunks = dmi_memory_resize(map->memory, map->chunks, capacity, sizeof *chunks);
  if (chunks == NULL)
    return false;
  map->chunks = chunks;
  map->chunk_capacity = capacity;
  return true;
}

static bool grow(dmi_slotmap *map) {
  if (!directory_has_room(map))
    return false;
  uint32_t items = 1u << map->chunk_bits;
  char *chunk = dmi_memory_zeroed(map->memory, items * map->item_size + CACHE_LINE - 1, 1);
  if (chunk == NULL)
    return false;
  map->chunks[map->chunk_count] = chunk;
  uint32_t first = map->chunk_count << map->chunk_bits;
  map->chunk_count++;
  for (uint32_t i = items; i-- > 0;) {
    dmi_slot *header = dmi_slotmap_at(map, first + i);
    header->place = map->first_free;
    map->first_free = first + i;
  }
  return true;
}

void *dmi_slotmap_take(dmi_slotmap *map) {
  if (map->first_free == NO_PLACE && !grow(map))
    return NULL;
  uint32_t place = map->first_free;
  dmi_slot *header = dmi_slotmap_at(map, place);
  map->first_free = header->place;
  header->generation++;
  header->place = place;
  map->taken++;
  return header;
}

void dmi_slotmap_release(dmi_slotmap *map, void *item) {
  dmi_slot *header = item;
  uint32_t place = header->place;
  header->generation++;
  header->place = map->first_free;
  map->first_free = place;
  map->taken--;
}

void *dmi_slotmap_find(const dmi_slotmap *map, uint64_t handle) {
  uint32_t place = (uint32_t)handle, generation = (uint32_t)(handle >> 32);
  if (place >> map->chunk_bits >= map->chunk_count || (generation & 1) == 0)
    return NULL;
  dmi_slot *header = dmi_slotmap_at(map, place);
  return header->generation == generation ? header : NULL;
}
