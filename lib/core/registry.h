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
#include "core/description.h"

struct dmi_pending;

enum {
  INLINE_TEXT_MAX = 88
};

/* One connected client. What a send reads fills the first cache line and begins the next,
 * where the client ID stands, too: text of the usual length needs no block of its own,
 * elsewhere. */
typedef struct dmi_connection {
  dmi_slot slot;
  uint32_t unacknowledged; /* how many pendings are in the list */
  uint32_t maximum_packet_size;
  char *text; /* that of the description, then the principal */
  void *user;
  struct dmi_pending *pendings; /* handed over and still holding a packet identifier */
  dmi_bucket publishes;
  uint16_t receive_maximum;
  uint16_t principal_len;
  uint32_t hash;

  dmi_description about;
  dm_time connected_since;
  char inline_text[INLINE_TEXT_MAX];
  dmi_bucket queries;
} dmi_connection;

typedef struct dmi_connection_registry {
  const dm_memory *memory;
  dmi_siphash_key key;
  dmi_slotmap connections;
  dmi_hash_index by_client_id;
} dmi_connection_registry;

/* Makes an empty registry; `memory` must outlive it. */
void dmi_registry_init(dmi_connection_registry *registry, dmi_siphash_key key,
                       const dm_memory *memory);

/* Releases every connection. */
void dmi_registry_free(dmi_connection_registry *registry);

/* Takes a connection with everything it needs to be entered, but does not enter it yet;
 * NULL when out of memory, and then nothing has changed. */
dmi_connection *dmi_registry_prepare(dmi_connection_registry *registry, const dm_connection *given);

/* Enters a prepared connection whose client ID is not entered; cannot fail. */
void dmi_registry_enter(dmi_connection_registry *registry, dmi_connection *entry);

/* Takes a connection out of the client IDs; its handle still leads to it. */
void dmi_registry_hide(dmi_connection_registry *registry, dmi_connection *entry);

/* Releases a hidden connection; its handle is stale from here on. */
void dmi_registry_release(dmi_connection_registry *registry, dmi_connection *hidden);

/* The connection with this client ID; NULL when there is none. */
dmi_connection *dmi_registry_find(const dmi_connection_registry *registry, dm_span client_id);

/* The connection of a handle; NULL when it is stale. */
dmi_connection *dmi_registry_resolve(const dmi_connection_registry *registry, dm_connection_id id);

/* The hash of a client ID, under which it is known here and elsewhere. */
uint32_t dmi_registry_hash(const dmi_connection_registry *registry, dm_span client_id);

/* The parts of a connection's text that a send asks for. */
static inline dm_span dmi_connection_client_id(const dmi_connection *entry) {
  return dmi_description_client_id(&entry->about, entry->text);
}
static inline dm_span dmi_connection_source_ip(const dmi_connection *entry) {
  return dmi_description_source_ip(&entry->about, entry->text);
}
static inline dm_span dmi_connection_principal(const dmi_connection *entry) {
  return (dm_span){entry->text + dmi_description_text_len(&entry->about), entry->principal_len};
}

#endif
