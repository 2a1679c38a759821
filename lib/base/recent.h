/* A memory of what came lately: entries of one size, found by their hash, each with a text
 * of its own. Bounded in number and in age: the oldest goes first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_RECENT_H
#define DM_BASE_RECENT_H

#include <stdbool.h>

#include "base/hash_index.h"
#include "base/slotmap.h"

/* The first member of every entry. Its last one is an array of char: a text that fits there
 * needs no block of its own. */
typedef struct dmi_recent_entry {
  dmi_slot slot;
  uint32_t newer, older; /* places in the order of age */
  uint32_t hash;
  uint32_t text_len;
  dm_time since;
} dmi_recent_entry;

typedef struct dmi_recent {
  const dm_memory *memory;
  dmi_slotmap entries;
  dmi_hash_index index;
  size_t text_at; /* where in an entry its text is */
  uint32_t reserved;
  uint32_t newest, oldest;
} dmi_recent;

/* How many entries there may be, and how long each counts. */
typedef struct dmi_recent_limits {
  uint32_t count;
  dm_duration age;
} dmi_recent_limits;

/* Makes an empty memory of entries of `entry_size` bytes whose last member begins at
 * `text_at`; there is room for a pointer behind that. `memory` must outlive it. */
void dmi_recent_init(dmi_recent *all, size_t entry_size, size_t text_at, const dm_memory *memory);

/* Releases everything; nothing may be reserved any more. */
void dmi_recent_free(dmi_recent *all);

/* Takes an entry, its members undefined, for a text of this length, so that the commit cannot
 * fail; NULL when out of memory. Forgets one or two old ones first where the limits say so:
 * so the memory shrinks to what it may hold, and no call does the work of many. */
void *dmi_recent_reserve(dmi_recent *all, dmi_recent_limits limits, dm_time now, size_t text_len);

/* Enters a reserved entry as the newest, or gives it back. */
void dmi_recent_commit(dmi_recent *all, void *reserved, uint32_t hash, dm_time now);
void dmi_recent_cancel(dmi_recent *all, void *reserved);

/* Where the text of an entry stands, or is to be put. */
char *dmi_recent_text(const dmi_recent *all, const void *entry);

/* Walks the entries under `hash`, however old: *cursor starts at 0; NULL ends the walk. The
 * caller compares what they are. */
void *dmi_recent_next(const dmi_recent *all, uint32_t hash, size_t *cursor);

/* Whether an entry is not too old to count. */
static inline bool dmi_recent_counts(const void *entry, dmi_recent_limits limits, dm_time now) {
  return now - ((const dmi_recent_entry *)entry)->since < limits.age;
}

/* Forgets an entry. */
void dmi_recent_forget(dmi_recent *all, void *entry);

#endif
