/* Clients that are gone: what was known of their last connections, for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/departures.h"

#include "base/span.h"

/* Where the order ends, on either side. */
#define NO_PLACE UINT32_MAX

void departures_init(departures *all, const dm_memory *memory) {
  all->memory = memory;
  slotmap_init(&all->entries, sizeof(departure), memory);
  hash_index_init(&all->by_client_id, memory);
  all->newest = all->oldest = NO_PLACE;
}

static void free_text(departures *all, departure *entry) {
  if (entry->text != entry->inline_text)
    memory_release(all->memory, entry->text);
}

static departure *oldest(const departures *all) {
  return all->oldest == NO_PLACE ? NULL : slotmap_at(&all->entries, all->oldest);
}

void departures_free(departures *all) {
  for (departure *entry; (entry = oldest(all)) != NULL;)
    departures_remove(all, entry);
  hash_index_free(&all->by_client_id);
  slotmap_free(&all->entries);
}

/* ---- The order of age --------------------------------------------------- */

static uint32_t *newer_of(departures *all, uint32_t place) {
  return place == NO_PLACE ? &all->oldest : &((departure *)slotmap_at(&all->entries, place))->newer;
}

static uint32_t *older_of(departures *all, uint32_t place) {
  return place == NO_PLACE ? &all->newest : &((departure *)slotmap_at(&all->entries, place))->older;
}

static void link_newest(departures *all, departure *entry) {
  entry->newer = NO_PLACE;
  entry->older = all->newest;
  *newer_of(all, entry->older) = entry->slot.place;
  all->newest = entry->slot.place;
}

void departures_remove(departures *all, departure *entry) {
  *newer_of(all, entry->older) = entry->newer;
  *older_of(all, entry->newer) = entry->older;
  hash_index_remove(&all->by_client_id, entry->hash, entry->slot.place);
  free_text(all, entry);
  slotmap_release(&all->entries, entry);
}

/* One leaves for each that comes, and one more: so the memory shrinks to what it may hold,
 * and no call does the work of many. */
static void forget_old(departures *all, const dm_config *limits, dm_time now) {
  for (int i = 0; i < 2; i++) {
    departure *entry = oldest(all);
    bool over =
        limits->max_remembered != DM_UNLIMITED && all->entries.taken >= limits->max_remembered;
    if (entry == NULL || (departure_counts(entry, limits, now) && !over))
      return;
    departures_remove(all, entry);
  }
}

/* ---- Adding and finding ------------------------------------------------- */

static departure *take(departures *all, size_t text_len) {
  if (!hash_index_reserve(&all->by_client_id))
    return NULL;
  departure *entry = slotmap_take(&all->entries);
  if (entry == NULL)
    return NULL;
  entry->text = text_len <= DEPARTURE_TEXT_MAX ? entry->inline_text
                                               : memory_resize(all->memory, NULL, text_len, 1);
  if (entry->text == NULL) {
    slotmap_release(&all->entries, entry);
    return NULL;
  }
  return entry;
}

static void fill(departure *entry, const connection *over) {
  span_put(span_put(entry->text, connection_client_id(over)), connection_description(over));
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

void departures_add(departures *all, const dm_config *limits, const connection *over, int reason,
                    dm_time now) {
  forget_old(all, limits, now);
  departure *entry = take(all, over->client_id_len + connection_description(over).len);
  if (entry == NULL)
    return;
  fill(entry, over);
  entry->reason = (uint8_t)reason;
  entry->since = now;
  hash_index_add(&all->by_client_id, entry->hash, entry->slot.place);
  link_newest(all, entry);
}

departure *departures_find(const departures *all, uint32_t hash, dm_span client_id) {
  size_t cursor = 0;
  for (;;) {
    uint32_t place = hash_index_next(&all->by_client_id, hash, &cursor);
    if (place == UINT32_MAX)
      return NULL;
    departure *entry = slotmap_at(&all->entries, place);
    if (span_equal(departure_client_id(entry), client_id))
      return entry;
  }
}
