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

static size_t text_length(const dm_connection *given) {
  return given->client_id.len + given->principal.len + given->source_ip.len + given->target_ip.len +
         given->thing_name.len;
}

static void fill_text(dmi_connection *entry, const dm_connection *given) {
  char *at = dmi_span_put(entry->text, given->client_id);
  at = dmi_span_put(at, given->principal);
  at = dmi_span_put(at, given->source_ip);
  at = dmi_span_put(at, given->target_ip);
  dmi_span_put(at, given->thing_name);
}

static void fill(dmi_connection *entry, const dm_connection *given) {
  entry->user = given->user;
  entry->unacknowledged = 0;
  entry->pendings = NULL;
  entry->maximum_packet_size = given->maximum_packet_size;
  entry->receive_maximum =
      given->receive_maximum == 0 ? UINT16_MAX : (uint16_t)given->receive_maximum;
  entry->client_id_len = (uint8_t)given->client_id.len;
  entry->principal_len = (uint16_t)given->principal.len;
  entry->source_ip_len = (uint8_t)given->source_ip.len;
  entry->target_ip_len = (uint8_t)given->target_ip.len;
  entry->thing_name_len = (uint8_t)given->thing_name.len;
  entry->protocol_level = given->protocol_level;
  entry->persistent = given->persistent;
  entry->keep_alive = given->keep_alive;
  entry->source_port = given->source_port;
  entry->target_port = given->target_port;
  entry->session_expiry = given->session_expiry;
}

uint32_t dmi_registry_hash(const dmi_connection_registry *registry, dm_span client_id) {
  return (uint32_t)dmi_siphash(registry->key, client_id);
}

dmi_connection *dmi_registry_prepare(dmi_connection_registry *registry,
                                     const dm_connection *given) {
  if (!dmi_hash_index_reserve(&registry->by_client_id))
    return NULL;
  dmi_connection *entry = dmi_slotmap_take(&registry->connections);
  if (entry == NULL)
    return NULL;
  size_t len = text_length(given);
  entry->text = len <= INLINE_TEXT_MAX ? entry->inline_text
                                       : dmi_memory_resize(registry->memory, NULL, len, 1);
  if (entry->text == NULL) {
    dmi_slotmap_release(&registry->connections, entry);
    return NULL;
  }
  fill_text(entry, given);
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
