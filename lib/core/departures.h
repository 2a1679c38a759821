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
typedef struct dmi_departure {
  dmi_slot slot;
  uint32_t newer, older; /* places in the order of age */
  uint32_t hash;
  uint32_t session_expiry;
  dm_time since;
  dmi_bucket queries;
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
} dmi_departure;

typedef struct dmi_departures {
  const dm_memory *memory;
  dmi_slotmap entries;
  dmi_hash_index by_client_id;
  uint32_t newest, oldest;
} dmi_departures;

/* Makes an empty memory; `memory` must outlive it. */
void dmi_departures_init(dmi_departures *all, const dm_memory *memory);

/* Releases everything. */
void dmi_departures_free(dmi_departures *all);

/* Remembers a connection whose client ID is not here, and forgets an old one or two where
 * the limits say so. Does nothing when out of memory. */
void dmi_departures_add(dmi_departures *all, const dm_limits *limits, const dmi_connection *over,
                        int reason, dm_time now);

/* The departure of a client, however long ago; NULL when there is none. */
dmi_departure *dmi_departures_find(const dmi_departures *all, uint32_t hash, dm_span client_id);

/* Whether it is recent enough to be told. */
static inline bool dmi_departure_counts(const dmi_departure *entry, const dm_limits *limits,
                                        dm_time now) {
  return now - entry->since < limits->remembered_for;
}

/* Forgets a departure. */
void dmi_departures_remove(dmi_departures *all, dmi_departure *entry);

/* The parts of a departure's text: the client ID, and all that follows. */
static inline dm_span dmi_departure_client_id(const dmi_departure *entry) {
  return (dm_span){entry->text, entry->client_id_len};
}
static inline dm_span dmi_departure_description(const dmi_departure *entry) {
  size_t len = (size_t)entry->source_ip_len + entry->target_ip_len + entry->thing_name_len;
  return (dm_span){entry->text + entry->client_id_len, len};
}

#endif
