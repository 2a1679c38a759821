/* The connection registry: who is connected, by client ID and by handle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/registry.h"

#include "base/span.h"

void dmi_registry_init(dmi_connection_registry *registry, dmi_siphash_key key,
                       const dm_memory *memory) {
  registry->memory = memory;
  registry->key = key;
  dmi_slotmap_init(&registry->connections, sizeof(dmi_connection), memory);
  dmi_hash_index_init(&registry->by_client_id, memory);
}

static void free_text(dmi_connection_registry *registry, dmi_connection *entry) {
  if (entry->text != entry->inline_text)
    dmi_memory_release(registry->memory, entry->text);
}

static void free_texts(dmi_connection_registry *registry) {
  const dmi_hash_index *index = &registry->by_client_id;
  for (size_t i = 0; index->entries != NULL && i <= index->mask; i++)
    if (index->entries[i].value != UINT32_MAX)
      free_text(registry, dmi_slotmap_at(&registry->connections, index->entries[i].value));
}

void dmi_registry_free(dmi_connection_registry *registry) {
  free_texts(registry);
  dmi_hash_index_free(&registry->by_client_id);
  dmi_slotmap_free(&registry->connections);
}

static bool take_text(dmi_connection_registry *registry, dmi_connection *entry, size_t len) {
  entry->text = len <= INLINE_TEXT_MAX ? entry->inline_text
                                       : dmi_memory_resize(registry->memory, NULL, len, 1);
  return entry->text != NULL;
}

static void fill(dmi_connection *entry, const dm_connection *given) {
  entry->user = given->user;
  entry->unacknowledged = 0;
  entry->pendings = NULL;
  entry->maximum_packet_size = given->maximum_packet_size;
  entry->receive_maximum =
      given->receive_maximum == 0 ? UINT16_MAX : (uint16_t)given->receive_maximum;
  entry->principal_len = (uint16_t)given->principal.len;
  dmi_span_put(dmi_description_put_text(entry->text, given), given->principal);
}

uint32_t dmi_registry_hash(const dmi_connection_registry *registry, dm_span client_id) {
  return (uint32_t)dmi_siphash(registry->key, client_id);
}

dmi_connection *dmi_registry_prepare(dmi_connection_registry *registry,
                                     const dm_connection *given) {
  if (!dmi_hash_index_reserve(&registry->by_client_id, 1))
    return NULL;
  dmi_connection *entry = dmi_slotmap_take(&registry->connections);
  if (entry == NULL)
    return NULL;
  entry->about = dmi_description_of(given);
  if (!take_text(registry, entry, dmi_description_text_len(&entry->about) + given->principal.len)) {
    dmi_slotmap_release(&registry->connections, entry);
    return NULL;
  }
  fill(entry, given);
  entry->hash = dmi_registry_hash(registry, given->client_id);
  return entry;
}

void dmi_registry_enter(dmi_connection_registry *registry, dmi_connection *entry) {
  dmi_hash_index_add(&registry->by_client_id, entry->hash, entry->slot.place);
}

void dmi_registry_hide(dmi_connection_registry *registry, dmi_connection *entry) {
  dmi_hash_index_remove(&registry->by_client_id, entry->hash, entry->slot.place);
}

void dmi_registry_release(dmi_connection_registry *registry, dmi_connection *hidden) {
  free_text(registry, hidden);
  dmi_slotmap_release(&registry->connections, hidden);
}

dmi_connection *dmi_registry_find(const dmi_connection_registry *registry, dm_span client_id) {
  uint32_t hash = dmi_registry_hash(registry, client_id);
  size_t cursor = 0;
  for (;;) {
    uint32_t place = dmi_hash_index_next(&registry->by_client_id, hash, &cursor);
    if (place == UINT32_MAX)
      return NULL;
    dmi_connection *entry = dmi_slotmap_at(&registry->connections, place);
    if (dmi_span_equal(dmi_connection_client_id(entry), client_id))
      return entry;
  }
}

dmi_connection *dmi_registry_resolve(const dmi_connection_registry *registry, dm_connection_id id) {
  return dmi_slotmap_find(&registry->connections, id);
}
