/* What is remembered of a call until it is answered, for its event.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/call_record.h"

#include "base/span.h"

void dmi_call_keep(dmi_call_record *call, const dm_message *message, const dm_caller *caller,
                   dm_duration timeout) {
  char *at = dmi_span_put(call->text, message->client_id);
  at = dmi_span_put(at, message->topic);
  dmi_caller_keep(&call->caller, caller, at);
  call->client_id_len = (uint8_t)message->client_id.len;
  call->topic_len = (uint16_t)message->topic.len;
  call->timeout = timeout;
}

void dmi_call_describe(const dmi_call_record *call, dm_event *event, dm_caller *caller) {
  const char *at = call->text;
  event->client_id = dmi_span_take(&at, call->client_id_len);
  event->topic = dmi_span_take(&at, call->topic_len);
  dmi_caller_recall(&call->caller, at, caller);
  event->caller = caller;
  event->timeout = call->timeout;
  event->mode = DM_MODE_ACKNOWLEDGED;
}
