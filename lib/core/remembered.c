/* Remembered clients: what was known of those that are gone, for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/remembered.h"

#include "base/span.h"

_Static_assert(sizeof(dmi_remembered) == 128, "two cache lines");

void dmi_remembered_init(dmi_recent *all, const dm_memory *memory) {
  dmi_recent_init(all, sizeof(dmi_remembered), offsetof(dmi_remembered, text), memory);
}

void dmi_remembered_add(dmi_recent *all, dmi_recent_limits limits, const dmi_connection *over,
                        int reason, dm_time now) {
  size_t len = dmi_description_text_len(&over->about);
  dmi_remembered *gone = dmi_recent_reserve(all, limits, now, len);
  if (gone == NULL)
    return;
  memcpy(dmi_recent_text(all, gone), over->text, len);
  gone->queries = over->queries;
  gone->about = over->about;
  gone->reason = (uint8_t)reason;
  dmi_recent_commit(all, gone, over->hash, now);
}

dmi_remembered *dmi_remembered_find(const dmi_recent *all, uint32_t hash, dm_span client_id) {
  size_t cursor = 0;
  for (dmi_remembered *gone; (gone = dmi_recent_next(all, hash, &cursor)) != NULL;)
    if (dmi_span_equal(dmi_description_client_id(&gone->about, dmi_recent_text(all, gone)),
                       client_id))
      return gone;
  return NULL;
}
