/* The connection registry: who is connected, by client ID and by handle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/registry.h"

#include "base/span.h"

void registry_init(connection_registry *registry, siphash_key key, const dm_memory *memory) {
  registry->memory = memory;
  registry->key = key;
  slotmap_init(&registry->connections, sizeof(connection), memory);
  hash_index_init(&registry->by_client_id, memory);
}

static void free_text(connection_registry *registry, connection *entry) {
  if (entry->text != entry->inline_text)
    memory_release(registry->memory, entry->text);
}

static void free_texts(connection_registry *registry) {
  const hash_index *index = &registry->by_client_id;
  for (size_t i = 0; index->entries != NULL && i <= index->mask; i++)
    if (index->entries[i].value != UINT32_MAX)
      free_text(registry, slotmap_at(&registry->connections, index->entries[i].value));
}

void registry_free(connection_registry *registry) {
  free_texts(registry);
  hash_index_free(&registry->by_client_id);
  slotmap_free(&registry->connections);
}

static size_t text_length(const dm_connection *given) {
  return given->client_id.len + given->principal.len + given->source_ip.len + given->target_ip.len +
         given->thing_name.len;
}

static void fill_text(connection *entry, const dm_connection *given) {
  char *at = span_put(entry->text, given->client_id);
  at = span_put(at, given->principal);
  at = span_put(at, given->source_ip);
  at = span_put(at, given->target_ip);
  span_put(at, given->thing_name);
}

static void fill(connection *entry, const dm_connection *given) {
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

uint32_t registry_hash(const connection_registry *registry, dm_span client_id) {
  return (uint32_t)siphash(registry->key, client_id);
}

connection *registry_prepare(connection_registry *registry, const dm_connection *given) {
  if (!hash_index_reserve(&registry->by_client_id))
    return NULL;
  connection *entry = slotmap_take(&registry->connections);
  if (entry == NULL)
    return NULL;
  size_t len = text_length(given);
  entry->text =
      len <= INLINE_TEXT_MAX ? entry->inline_text : memory_resize(registry->memory, NULL, len, 1);
  if (entry->text == NULL) {
    slotmap_release(&registry->connections, entry);
    return NULL;
  }
  fill_text(entry, given);
  fill(entry, given);
  entry->hash = registry_hash(registry, given->client_id);
  return entry;
}

void registry_enter(connection_registry *registry, connection *entry) {
  hash_index_add(&registry->by_client_id, entry->hash, entry->slot.place);
}

void registry_hide(connection_registry *registry, connection *entry) {
  hash_index_remove(&registry->by_client_id, entry->hash, entry->slot.place);
}

void registry_release(connection_registry *registry, connection *hidden) {
  free_text(registry, hidden);
  slotmap_release(&registry->connections, hidden);
}

connection *registry_find(const connection_registry *registry, dm_span client_id) {
  uint32_t hash = registry_hash(registry, client_id);
  size_t cursor = 0;
  for (;;) {
    uint32_t place = hash_index_next(&registry->by_client_id, hash, &cursor);
    if (place == UINT32_MAX)
      return NULL;
    connection *entry = slotmap_at(&registry->connections, place);
    if (span_equal(connection_client_id(entry), client_id))
      return entry;
  }
}

connection *registry_resolve(const connection_registry *registry, dm_connection_id id) {
  return slotmap_find(&registry->connections, id);
}
