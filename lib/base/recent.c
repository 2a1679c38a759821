/* A memory of what came lately: entries of one size, found by their hash, each with a text
 * of its own. Bounded in number and in age: the oldest goes first.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/recent.h"

/* Where the order ends, on either side. */
#define NO_PLACE UINT32_MAX

void dmi_recent_init(dmi_recent *all, size_t entry_size, size_t text_at, const dm_memory *memory) {
  *all = (dmi_recent){.memory = memory, .text_at = text_at, .newest = NO_PLACE, .oldest = NO_PLACE};
  dmi_slotmap_init(&all->entries, entry_size, memory);
  dmi_hash_index_init(&all->index, memory);
}

static dmi_recent_entry *entry_at(const dmi_recent *all, uint32_t place) {
  return place == NO_PLACE ? NULL : dmi_slotmap_at(&all->entries, place);
}

void dmi_recent_free(dmi_recent *all) {
  while (all->oldest != NO_PLACE)
    dmi_recent_forget(all, entry_at(all, all->oldest));
  dmi_hash_index_free(&all->index);
  dmi_slotmap_free(&all->entries);
}

/* ---- The text ----------------------------------------------------------- */

/* The slot map rounds the size of an entry up: all of that is room. A text that does not
 * fit lies in a block, and a pointer to it in its place. */
static bool text_inside(const dmi_recent *all, size_t len) {
  return len <= all->entries.item_size - all->text_at;
}

char *dmi_recent_text(const dmi_recent *all, const void *entry) {
  char *inside = (char *)(uintptr_t)entry + all->text_at, *outside;
  if (text_inside(all, ((const dmi_recent_entry *)entry)->text_len))
    return inside;
  memcpy(&outside, inside, sizeof outside);
  return outside;
}

static bool text_reserve(dmi_recent *all, dmi_recent_entry *entry, size_t len) {
  entry->text_len = (uint32_t)len;
  if (text_inside(all, len))
    return true;
  char *outside = dmi_memory_resize(all->memory, NULL, len, 1);
  memcpy((char *)entry + all->text_at, &outside, sizeof outside);
  return outside != NULL;
}

static void release(dmi_recent *all, dmi_recent_entry *entry) {
  if (!text_inside(all, entry->text_len))
    dmi_memory_release(all->memory, dmi_recent_text(all, entry));
  dmi_slotmap_release(&all->entries, entry);
}

/* ---- The order of age --------------------------------------------------- */

static uint32_t *newer_of(dmi_recent *all, uint32_t place) {
  return place == NO_PLACE ? &all->oldest : &entry_at(all, place)->newer;
}

static uint32_t *older_of(dmi_recent *all, uint32_t place) {
  return place == NO_PLACE ? &all->newest : &entry_at(all, place)->older;
}

static void link_newest(dmi_recent *all, dmi_recent_entry *entry) {
  entry->newer = NO_PLACE;
  entry->older = all->newest;
  *newer_of(all, entry->older) = entry->slot.place;
  all->newest = entry->slot.place;
}

void dmi_recent_forget(dmi_recent *all, void *old) {
  dmi_recent_entry *entry = old;
  *newer_of(all, entry->older) = entry->newer;
  *older_of(all, entry->newer) = entry->older;
  dmi_hash_index_remove(&all->index, entry->hash, entry->slot.place);
  release(all, entry);
}

static void forget_old(dmi_recent *all, dmi_recent_limits limits, dm_time now) {
  for (int i = 0; i < 2; i++) {
    dmi_recent_entry *entry = entry_at(all, all->oldest);
    bool over = all->entries.taken >= limits.count;
    if (entry == NULL || (dmi_recent_counts(entry, limits, now) && !over))
      return;
    dmi_recent_forget(all, entry);
  }
}

/* ---- Adding and finding ------------------------------------------------- */

void *dmi_recent_reserve(dmi_recent *all, dmi_recent_limits limits, dm_time now, size_t text_len) {
  forget_old(all, limits, now);
  if (text_len > UINT32_MAX || !dmi_hash_index_reserve(&all->index, all->reserved + 1))
    return NULL;
  dmi_recent_entry *entry = dmi_slotmap_take(&all->entries);
  if (entry == NULL)
    return NULL;
  if (!text_reserve(all, entry, text_len)) {
    dmi_slotmap_release(&all->entries, entry);
    return NULL;
  }
  all->reserved++;
  return entry;
}

void dmi_recent_commit(dmi_recent *all, void *reserved, uint32_t hash, dm_time now) {
  dmi_recent_entry *entry = reserved;
  all->reserved--;
  entry->hash = hash;
  entry->since = now;
  dmi_hash_index_add(&all->index, hash, entry->slot.place);
  link_newest(all, entry);
}

void dmi_recent_cancel(dmi_recent *all, void *reserved) {
  all->reserved--;
  release(all, reserved);
}

void *dmi_recent_next(const dmi_recent *all, uint32_t hash, size_t *cursor) {
  return entry_at(all, dmi_hash_index_next(&all->index, hash, cursor));
}
