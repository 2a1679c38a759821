/* Clients that are gone: what was known of their last connections, for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/departures.h"

#include "base/span.h"

/* Where the order ends, on either side. */
#define NO_PLACE UINT32_MAX

void dmi_departures_init(dmi_departures *all, const dm_memory *memory) {
  all->memory = memory;
  dmi_slotmap_init(&all->entries, sizeof(dmi_departure), memory);
  dmi_hash_index_init(&all->by_client_id, memory);
  all->newest = all->oldest = NO_PLACE;
}

static void free_text(dmi_departures *all, dmi_departure *entry) {
  if (entry->text != entry->inline_text)
    dmi_memory_release(all->memory, entry->text);
}

static dmi_departure *oldest(const dmi_departures *all) {
  return all->oldest == NO_PLACE ? NULL : dmi_slotmap_at(&all->entries, all->oldest);
}

void dmi_departures_free(dmi_departures *all) {
  for (dmi_departure *entry; (entry = oldest(all)) != NULL;)
    dmi_departures_remove(all, entry);
  dmi_hash_index_free(&all->by_client_id);
  dmi_slotmap_free(&all->entries);
}

/* ---- The order of age --------------------------------------------------- */

static uint32_t *newer_of(dmi_departures *all, uint32_t place) {
  return place == NO_PLACE ? &all->oldest
                           : &((dmi_departure *)dmi_slotmap_at(&all->entries, place))->newer;
}

static uint32_t *older_of(dmi_departures *all, uint32_t place) {
  return place == NO_PLACE ? &all->newest
                           : &((dmi_departure *)dmi_slotmap_at(&all->entries, place))->older;
}

static void link_newest(dmi_departures *all, dmi_departure *entry) {
  entry->newer = NO_PLACE;
  entry->older = all->newest;
  *newer_of(all, entry->older) = entry->slot.place;
  all->newest = entry->slot.place;
}

void dmi_departures_remove(dmi_departures *all, dmi_departure *entry) {
  *newer_of(all, entry->older) = entry->newer;
  *older_of(all, entry->newer) = entry->older;
  dmi_hash_index_remove(&all->by_client_id, entry->hash, entry->slot.place);
  free_text(all, entry);
  dmi_slotmap_release(&all->entries, entry);
}

/* One leaves for each that comes, and one more: so the memory shrinks to what it may hold,
 * and no call does the work of many. */
static void forget_old(dmi_departures *all, const dm_limits *limits, dm_time now) {
  for (int i = 0; i < 2; i++) {
    dmi_departure *entry = oldest(all);
    bool over =
        limits->max_remembered != DM_UNLIMITED && all->entries.taken >= limits->max_remembered;
    if (entry == NULL || (dmi_departure_counts(entry, limits, now) && !over))
      return;
    dmi_departures_remove(all, entry);
  }
}

/* ---- Adding and finding ------------------------------------------------- */

static dmi_departure *take(dmi_departures *all, size_t text_len) {
  if (!dmi_hash_index_reserve(&all->by_client_id))
    return NULL;
  dmi_departure *entry = dmi_slotmap_take(&all->entries);
  if (entry == NULL)
    return NULL;
  entry->text = text_len <= DEPARTURE_TEXT_MAX ? entry->inline_text
                                               : dmi_memory_resize(all->memory, NULL, text_len, 1);
  if (entry->text == NULL) {
    dmi_slotmap_release(&all->entries, entry);
    return NULL;
  }
  return entry;
}

static void fill(dmi_departure *entry, const dmi_connection *over) {
  dmi_span_put(dmi_span_put(entry->text, dmi_connection_client_id(over)),
               dmi_connection_description(over));
  entry->hash = over->hash;
  entry->session_expiry = over->session_expiry;
  entry->queries = over->queries;
  entry->keep_alive = over->keep_alive;
  entry->source_port = over->source_port;
  entry->target_port = over->target_port;
  entry->client_id_len = over->client_id_len;
  entry->source_ip_len = over->source_ip_len;
  entry->target_ip_len = over->target_ip_len;
  entry->thing_name_len = over->thing_name_len;
  entry->persistent = over->persistent;
}

void dmi_departures_add(dmi_departures *all, const dm_limits *limits, const dmi_connection *over,
                        int reason, dm_time now) {
  forget_old(all, limits, now);
  dmi_departure *entry = take(all, over->client_id_len + dmi_connection_description(over).len);
  if (entry == NULL)
    return;
  fill(entry, over);
  entry->reason = (uint8_t)reason;
  entry->since = now;
  dmi_hash_index_add(&all->by_client_id, entry->hash, entry->slot.place);
  link_newest(all, entry);
}

dmi_departure *dmi_departures_find(const dmi_departures *all, uint32_t hash, dm_span client_id) {
  size_t cursor = 0;
  for (;;) {
    uint32_t place = dmi_hash_index_next(&all->by_client_id, hash, &cursor);
    if (place == UINT32_MAX)
      return NULL;
    dmi_departure *entry = dmi_slotmap_at(&all->entries, place);
    if (dmi_span_equal(dmi_departure_client_id(entry), client_id))
      return entry;
  }
}
