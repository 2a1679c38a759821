/* Objects of one size behind handles that go stale: a place and a generation.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/slotmap.h"

#include <stdbool.h>

/* Ends the list of free places. */
#define NO_PLACE UINT32_MAX

enum {
  CHUNK_BITS = 8,
  CHUNK_ITEMS = 1 << CHUNK_BITS
};

void slotmap_init(slotmap *map, size_t item_size, const dm_memory *memory) {
  *map = (slotmap){.memory = memory, .item_size = item_size, .first_free = NO_PLACE};
}

void slotmap_free(slotmap *map) {
  for (uint32_t i = 0; i < map->chunk_count; i++)
    memory_release(map->memory, map->chunks[i]);
  memory_release(map->memory, map->chunks);
}

void *slotmap_at(const slotmap *map, uint32_t place) {
  return map->chunks[place >> CHUNK_BITS] + (place & (CHUNK_ITEMS - 1)) * map->item_size;
}

static bool directory_has_room(slotmap *map) {
  if (map->chunk_count < map->chunk_capacity)
    return true;
  /* The last chunk's places must stay below UINT32_MAX, which stands for none. */
  if (map->chunk_count >= (UINT32_MAX >> CHUNK_BITS))
    return false;
  uint32_t capacity = map->chunk_capacity == 0 ? 8 : map->chunk_capacity * 2;
  char **chunks = memory_resize(map->memory, map->chunks, capacity, sizeof *chunks);
  if (chunks == NULL)
    return false;
  map->chunks = chunks;
  map->chunk_capacity = capacity;
  return true;
}

static bool grow(slotmap *map) {
  if (!directory_has_room(map))
    return false;
  char *chunk = memory_zeroed(map->memory, CHUNK_ITEMS, map->item_size);
  if (chunk == NULL)
    return false;
  map->chunks[map->chunk_count] = chunk;
  uint32_t first = map->chunk_count << CHUNK_BITS;
  map->chunk_count++;
  for (uint32_t i = CHUNK_ITEMS; i-- > 0;) {
    slot *header = slotmap_at(map, first + i);
    header->place = map->first_free;
    map->first_free = first + i;
  }
  return true;
}

void *slotmap_take(slotmap *map) {
  if (map->first_free == NO_PLACE && !grow(map))
    return NULL;
  uint32_t place = map->first_free;
  slot *header = slotmap_at(map, place);
  map->first_free = header->place;
  header->generation++;
  header->place = place;
  map->taken++;
  return header;
}

void slotmap_release(slotmap *map, void *item) {
  slot *header = item;
  uint32_t place = header->place;
  header->generation++;
  header->place = map->first_free;
  map->first_free = place;
  map->taken--;
}

void *slotmap_find(const slotmap *map, uint64_t handle) {
  uint32_t place = (uint32_t)handle, generation = (uint32_t)(handle >> 32);
  if (place >> CHUNK_BITS >= map->chunk_count || (generation & 1) == 0)
    return NULL;
  slot *header = slotmap_at(map, place);
  return header->generation == generation ? header : NULL;
}
