/* Numbered deadlines, the earliest at hand: a binary heap that knows each number's place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/deadlines.h"

void dmi_deadlines_init(dmi_deadlines *set, const dm_memory *memory) {
  *set = (dmi_deadlines){.memory = memory};
}

void dmi_deadlines_free(dmi_deadlines *set) {
  dmi_memory_release(set->memory, set->heap);
  dmi_memory_release(set->memory, set->positions);
}

bool dmi_deadlines_reserve(dmi_deadlines *set, uint32_t number) {
  if (number < set->capacity)
    return true;
  uint64_t wanted = set->capacity == 0 ? 64 : (uint64_t)set->capacity * 2;
  if (wanted <= number)
    wanted = (uint64_t)number + 1;
  uint32_t capacity = wanted > UINT32_MAX ? UINT32_MAX : (uint32_t)wanted;
  dmi_deadline *heap = dmi_memory_resize(set->memory, set->heap, capacity, sizeof *heap);
  if (heap == NULL)
    return false;
  set->heap = heap;
  uint32_t *positions = dmi_memory_resize(set->memory, set->positions, capacity, sizeof *positions);
  if (positions == NULL)
    return false;
  set->positions = positions;
  set->capacity = capacity;
  return true;
}

static void place(dmi_deadlines *set, uint32_t at, dmi_deadline entry) {
  set->heap[at] = entry;
  set->positions[entry.number] = at;
}

static void sift_up(dmi_deadlines *set, uint32_t at, dmi_deadline entry) {
  while (at > 0) {
    uint32_t parent = (at - 1) / 2;
    if (set->heap[parent].due <= entry.due)
      break;
    place(set, at, set->heap[parent]);
    at = parent;
  }
  place(set, at, entry);
}

static void sift_down(dmi_deadlines *set, uint32_t at, dmi_deadline entry) {
  for (;;) {
    uint64_t child = (uint64_t)at * 2 + 1;
    if (child >= set->count)
      break;
    if (child + 1 < set->count && set->heap[child + 1].due < set->heap[child].due)
      child++;
    if (set->heap[child].due >= entry.due)
      break;
    place(set, at, set->heap[child]);
    at = (uint32_t)child;
  }
  place(set, at, entry);
}

void dmi_deadlines_add(dmi_deadlines *set, uint32_t number, dm_time due) {
  sift_up(set, set->count++, (dmi_deadline){due, number});
}

void dmi_deadlines_remove(dmi_deadlines *set, uint32_t number) {
  uint32_t at = set->positions[number];
  dmi_deadline last = set->heap[--set->count];
  if (at == set->count)
    return;
  if (last.due < set->heap[at].due)
    sift_up(set, at, last);
  else
    sift_down(set, at, last);
}
