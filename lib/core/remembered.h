/* Remembered clients: what was known of those that are gone, for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_REMEMBERED_H
#define DM_CORE_REMEMBERED_H

#include "base/recent.h"
#include "core/registry.h"

/* What is kept of a connection: two cache lines, where its text has the usual length. */
typedef struct dmi_remembered {
  dmi_recent_entry entry; /* since when it is gone */
  dmi_bucket queries;
  dmi_description about;
  uint8_t reason; /* DM_DISCONNECT_... */
  char text[63];  /* the description's */
} dmi_remembered;

/* Makes an empty memory; `memory` must outlive it. */
void dmi_remembered_init(dmi_recent *all, const dm_memory *memory);

/* How many clients there may be in it, and for how long they count. */
static inline dmi_recent_limits dmi_remembered_limits(const dm_limits *limits) {
  return (dmi_recent_limits){limits->max_remembered, limits->remembered_for};
}

/* Remembers the client of a connection, whose client ID is not here. Does nothing when out of
 * memory. */
void dmi_remembered_add(dmi_recent *all, dmi_recent_limits limits, const dmi_connection *over,
                        int reason, dm_time now);

/* A client that is gone, however long; NULL when there is none. */
dmi_remembered *dmi_remembered_find(const dmi_recent *all, uint32_t hash, dm_span client_id);

#endif
