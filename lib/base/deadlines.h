/* Numbered deadlines, the earliest at hand: a binary heap that knows each number's place.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_DEADLINES_H
#define DM_BASE_DEADLINES_H

#include <stdbool.h>

#include "base/memory.h"

typedef struct dmi_deadline {
  dm_time due;
  uint32_t number;
} dmi_deadline;

typedef struct dmi_deadlines {
  const dm_memory *memory;
  dmi_deadline *heap;
  uint32_t *positions; /* by number: where in the heap */
  uint32_t count;
  uint32_t capacity; /* numbers below this may be set */
} dmi_deadlines;

/* Makes an empty set; `memory` must outlive it. */
void dmi_deadlines_init(dmi_deadlines *set, const dm_memory *memory);

/* Releases the set. */
void dmi_deadlines_free(dmi_deadlines *set);

/* Makes sure that dmi_deadlines_add() with `number` cannot fail; false when out of memory. */
bool dmi_deadlines_reserve(dmi_deadlines *set, uint32_t number);

/* Adds a number that is reserved and not in the set. */
void dmi_deadlines_add(dmi_deadlines *set, uint32_t number, dm_time due);

/* Takes out a number that is in the set. */
void dmi_deadlines_remove(dmi_deadlines *set, uint32_t number);

/* The earliest deadline; NULL when there is none. */
static inline const dmi_deadline *dmi_deadlines_first(const dmi_deadlines *set) {
  return set->count == 0 ? NULL : &set->heap[0];
}

/* `now + wait`, or DM_NEVER where that cannot be said. */
static inline dm_time dmi_deadline_after(dm_time now, dm_duration wait) {
  return wait > DM_NEVER - now ? DM_NEVER : now + wait;
}

#endif
