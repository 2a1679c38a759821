/* The end of a call: it is counted, and told as an event.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/report.h"

#include "base/span.h"
#include "core/arn.h"
#include "core/callout.h"

void dmi_result_fill(dm_result *result, int outcome, dm_trace_id trace_id) {
  const dm_outcome *row = dm_outcome_of(outcome);
  *result = (dm_result){
      .size = sizeof *result,
      .outcome = outcome,
      .delivered = row->delivered,
      .trace_id = trace_id,
      .ack_latency = DM_NEVER,
      .text = row->exception == NULL && row->http_status != 0 ? NULL : row->text,
  };
}

static dm_span action_of(const dm_event *event) {
  switch (event->operation) {
  case DM_OPERATION_GET_CONNECTION:
    return SPAN("iot:GetConnection");
  case DM_OPERATION_LIST_SUBSCRIPTIONS:
    return SPAN("iot:ListSubscriptions");
  case DM_OPERATION_DELETE_CONNECTION:
    return SPAN("iot:DeleteConnection");
  default:
    return SPAN("iot:SendDirectMessage");
  }
}

/* What was asked of the policies that said no: whoever writes policies has to name it. A host may
 * refuse what was never checked. */
static void tell_asked(const dm_context *context, dm_event *event, dmi_arn *room) {
  bool receiver = event->outcome == DM_RECEIVE_AUTHORIZATION_FAILURE;
  dm_span asked = receiver ? event->topic : event->client_id;
  if ((!receiver && event->outcome != DM_SEND_AUTHORIZATION_FAILURE) || asked.len == 0 ||
      asked.len > RESOURCE_MAX)
    return;
  dmi_arn_build(room, receiver ? &context->topic_arn : &context->client_arn, asked);
  event->action = receiver ? SPAN("iot:Receive") : action_of(event);
  event->resource = dmi_arn_span(room);
}

/* Fills in what every event has. */
static void tell(dm_context *context, dm_event *event, dm_connection_id receiver,
                 const dm_result *result) {
  dmi_arn asked;
  event->size = sizeof *event;
  event->account = dmi_name_span(&context->account);
  event->connection = receiver;
  event->outcome = result->outcome;
  event->delivered = result->delivered;
  event->trace_id = result->trace_id;
  event->message_id = result->message_id;
  event->ack_latency = result->ack_latency;
  event->puback_reason = result->puback_reason;
  event->text = result->text;
  event->action = event->resource = dm_text(NULL);
  tell_asked(context, event, &asked);
  context->counts[event->operation - 1][dmi_outcome_index(result->outcome)]++;
  dmi_callout_event(context, event);
}

/* A timeout that was refused is told as it was, if it could be read at all. */
static dm_duration told_timeout(const dm_context *context, const dm_message *message, int outcome) {
  return outcome == DM_INVALID_TIMEOUT_PARAMETER ? message->timeout
                                                 : dmi_effective_timeout(context, message);
}

void dmi_report_message(dm_context *context, const dm_message *message, const dm_caller *caller,
                        dm_connection_id receiver, const dm_result *result) {
  dm_event event = {
      .kind = DM_EVENT_CALL,
      .operation = DM_OPERATION_SEND,
      .client_id = message->client_id,
      .topic = message->topic,
      .caller = caller,
      .timeout = told_timeout(context, message, result->outcome),
      .mode = message->mode,
  };
  tell(context, &event, receiver, result);
}

void dmi_report_call(dm_context *context, const dmi_call_record *call, dm_connection_id receiver,
                     const dm_result *result) {
  dm_event event; /* all of it is filled, nothing twice */
  event.kind = DM_EVENT_CALL;
  event.operation = DM_OPERATION_SEND;
  dmi_call_describe(call, &event);
  tell(context, &event, receiver, result);
}

void dmi_report_query(dm_context *context, const dm_query *query, const dm_caller *caller,
                      int operation, dm_connection_id target, const dm_result *result) {
  dm_event event = {
      .kind = DM_EVENT_CALL,
      .operation = operation,
      .client_id = query->client_id,
      .caller = caller,
  };
  tell(context, &event, target, result);
}

void dmi_report_late_puback(dm_context *context, const dmi_connection *receiver,
                            const dmi_pending *entry) {
  char client_id[DM_CLIENT_ID_MAX];
  dm_span known = dmi_connection_client_id(receiver);
  memcpy(client_id, known.ptr, known.len);
  dm_event event = {
      .size = sizeof event,
      .kind = DM_EVENT_LATE_PUBACK,
      .operation = DM_OPERATION_SEND,
      .outcome = entry->outcome,
      .delivered = DM_DELIVERED_YES,
      .trace_id = entry->trace_id,
      .message_id = dmi_slotmap_handle(entry),
      .connection = dmi_slotmap_handle(receiver),
      .account = dmi_name_span(&context->account),
      .client_id = {client_id, known.len},
      .ack_latency = entry->acknowledged_at - entry->delivered_at,
      .mode = DM_MODE_ACKNOWLEDGED,
      .puback_reason = entry->puback_reason,
  };
  context->late_pubacks++;
  dmi_callout_event(context, &event);
}
