/* What is remembered of a call until it is answered, for its event.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CALL_RECORD_H
#define DM_CORE_CALL_RECORD_H

#include "base/slotmap.h"
#include "core/caller.h"
#include "dm/dm.h"

typedef struct dmi_call_record {
  dmi_slot slot;
  dm_duration timeout;
  dm_span client_id, topic; /* in the text */
  dm_caller caller;         /* the same */
  char text[DM_CLIENT_ID_MAX + DM_TOPIC_MAX + CALLER_TEXT_MAX];
} dmi_call_record;

/* Remembers the call with a message that was checked. */
void dmi_call_keep(dmi_call_record *call, const dm_message *message, const dm_caller *caller,
                   dm_duration timeout);

/* Fills in the parts of an event that belong to a message: client ID, topic, caller, timeout and
 * mode. */
void dmi_call_describe(const dmi_call_record *call, dm_event *event);

#endif
