/* What is remembered of a call until it is answered, for its event.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/call_record.h"

#include "base/span.h"

void dmi_call_keep(dmi_call_record *call, const dm_message *message, const dm_caller *caller,
                   dm_duration timeout) {
  char *at = call->text;
  call->client_id = dmi_span_keep(&at, message->client_id);
  call->topic = dmi_span_keep(&at, message->topic);
  dmi_caller_keep(&call->caller, caller, at);
  call->timeout = timeout;
}

void dmi_call_describe(const dmi_call_record *call, dm_event *event) {
  event->client_id = call->client_id;
  event->topic = call->topic;
  event->caller = &call->caller;
  event->timeout = call->timeout;
  event->mode = DM_MODE_ACKNOWLEDGED;
}
