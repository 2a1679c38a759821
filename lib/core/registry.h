/* The connection registry: who is connected, by client ID and by handle.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_REGISTRY_H
#define DM_CORE_REGISTRY_H

#include <stdbool.h>

#include "base/bucket.h"
#include "base/hash_index.h"
#include "base/siphash.h"
#include "base/slotmap.h"
#include "dm/dm.h"

struct pending;

enum {
  INLINE_TEXT_MAX = 88
};

/* One connected client. What a send reads fills the first cache line, and the client ID
 * stands in the next: text of the usual length needs no block of its own, elsewhere. */
typedef struct connection {
  slot slot;
  uint32_t unacknowledged; /* how many pendings are in the list */
  uint32_t maximum_packet_size;
  char *text; /* client ID, principal, source IP, target IP, thing name, in a row */
  void *user;
  struct pending *pendings; /* handed over and still holding a packet identifier */
  bucket publishes;
  uint16_t receive_maximum;
  uint16_t principal_len;
  uint8_t client_id_len;
  uint8_t protocol_level;

  uint8_t source_ip_len;
  uint8_t target_ip_len;
  uint8_t persistent;
  uint8_t thing_name_len;
  uint16_t keep_alive;
  uint16_t source_port;
  uint16_t target_port;
  uint32_t session_expiry;
  uint32_t hash;
  dm_time connected_since;
  char inline_text[INLINE_TEXT_MAX];
  bucket queries;
} connection;

typedef struct connection_registry {
  const dm_memory *memory;
  siphash_key key;
  slotmap connections;
  hash_index by_client_id;
} connection_registry;

/* Makes an empty registry; `memory` must outlive it. */
void registry_init(connection_registry *registry, siphash_key key, const dm_memory *memory);

/* Releases every connection. */
void registry_free(connection_registry *registry);

/* Takes a connection with everything it needs to be entered, but does not enter it yet;
 * NULL when out of memory, and then nothing has changed. */
connection *registry_prepare(connection_registry *registry, const dm_connection *given);

/* Enters a prepared connection whose client ID is not entered; cannot fail. */
void registry_enter(connection_registry *registry, connection *entry);

/* Takes a connection out of the client IDs; its handle still leads to it. */
void registry_hide(connection_registry *registry, connection *entry);

/* Releases a hidden connection; its handle is stale from here on. */
void registry_release(connection_registry *registry, connection *hidden);

/* The connection with this client ID; NULL when there is none. */
connection *registry_find(const connection_registry *registry, dm_span client_id);

/* The connection of a handle; NULL when it is stale. */
connection *registry_resolve(const connection_registry *registry, dm_connection_id id);

/* The hash of a client ID, under which it is known here and elsewhere. */
uint32_t registry_hash(const connection_registry *registry, dm_span client_id);

/* The parts of a connection's text; the last one is all that follows the principal. */
static inline dm_span connection_client_id(const connection *entry) {
  return (dm_span){entry->text, entry->client_id_len};
}
static inline dm_span connection_source_ip(const connection *entry) {
  return (dm_span){entry->text + entry->client_id_len + entry->principal_len, entry->source_ip_len};
}
static inline dm_span connection_principal(const connection *entry) {
  return (dm_span){entry->text + entry->client_id_len, entry->principal_len};
}
static inline dm_span connection_description(const connection *entry) {
  size_t len = (size_t)entry->source_ip_len + entry->target_ip_len + entry->thing_name_len;
  return (dm_span){entry->text + entry->client_id_len + entry->principal_len, len};
}

#endif
