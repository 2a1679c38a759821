/* Clients that are gone: what was known of their last connections, for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_DEPARTURES_H
#define DM_CORE_DEPARTURES_H

#include "core/registry.h"

enum {
  DEPARTURE_TEXT_MAX = 60
};

/* What is kept of a connection: two cache lines, where its text has the usual length. */
typedef struct departure {
  slot slot;
  uint32_t newer, older; /* places in the order of age */
  uint32_t hash;
  uint32_t session_expiry;
  dm_time since;
  bucket queries;
  char *text; /* client ID, source IP, target IP, thing name, in a row */
  uint16_t keep_alive;
  uint16_t source_port;
  uint16_t target_port;
  uint8_t client_id_len;
  uint8_t source_ip_len;
  uint8_t target_ip_len;
  uint8_t thing_name_len;
  uint8_t persistent;
  uint8_t reason; /* DM_DISCONNECT_... */
  char inline_text[DEPARTURE_TEXT_MAX];
} departure;

typedef struct departures {
  const dm_memory *memory;
  slotmap entries;
  hash_index by_client_id;
  uint32_t newest, oldest;
} departures;

/* Makes an empty memory; `memory` must outlive it. */
void departures_init(departures *all, const dm_memory *memory);

/* Releases everything. */
void departures_free(departures *all);

/* Remembers a connection whose client ID is not here, and forgets an old one or two where
 * the limits say so. Does nothing when out of memory. */
void departures_add(departures *all, const dm_config *limits, const connection *over, int reason,
                    dm_time now);

/* The departure of a client, however long ago; NULL when there is none. */
departure *departures_find(const departures *all, uint32_t hash, dm_span client_id);

/* Whether it is recent enough to be told. */
static inline bool departure_counts(const departure *entry, const dm_config *limits, dm_time now) {
  return now - entry->since < limits->remembered_for;
}

/* Forgets a departure. */
void departures_remove(departures *all, departure *entry);

/* The parts of a departure's text: the client ID, and all that follows. */
static inline dm_span departure_client_id(const departure *entry) {
  return (dm_span){entry->text, entry->client_id_len};
}
static inline dm_span departure_description(const departure *entry) {
  size_t len = (size_t)entry->source_ip_len + entry->target_ip_len + entry->thing_name_len;
  return (dm_span){entry->text + entry->client_id_len, len};
}

#endif
