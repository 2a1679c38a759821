/* The log entry of a call: one line of JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/civil.h"
#include "base/json_write.h"
#include "base/span.h"
#include "base/structure.h"
#include "core/context.h"

#define EVENT_FIRST_SIZE sizeof(dm_event)

/* More than the library's own texts need; a front end may give dm_refuse() others. */
enum {
  DETAILS_MAX = 400,
  ACTION_MAX = 64,
  ASKED_MAX = ARN_PREFIX_MAX + DM_TOPIC_MAX
};

/* A request that was refused may hold text of any length; a log line may not. */
static void text(dmi_json *j, dm_span name, dm_span value, size_t limit) {
  if (value.len == 0)
    return;
  dmi_json_string(j, name, dmi_span_head(value, value.len < limit ? value.len : limit));
}

static void word(dmi_json *j, dm_span name, const char *value) {
  text(j, name, dm_text(value), SIZE_MAX);
}

/* YYYY-MM-DD hh:mm:ss.mmm */
static void timestamp(dmi_json *j, dm_wall_time now) {
  dmi_civil_time t = dmi_civil_from_wall(now);
  dmi_writer *w = j->out;
  dmi_json_name(j, SPAN("timestamp"));
  dmi_writer_byte(w, '"');
  dmi_writer_decimal(w, t.year, 4);
  dmi_writer_byte(w, '-');
  dmi_writer_decimal(w, t.month, 2);
  dmi_writer_byte(w, '-');
  dmi_writer_decimal(w, t.day, 2);
  dmi_writer_byte(w, ' ');
  dmi_writer_decimal(w, t.hour, 2);
  dmi_writer_byte(w, ':');
  dmi_writer_decimal(w, t.minute, 2);
  dmi_writer_byte(w, ':');
  dmi_writer_decimal(w, t.second, 2);
  dmi_writer_byte(w, '.');
  dmi_writer_decimal(w, t.millisecond, 3);
  dmi_writer_byte(w, '"');
}

static void trace(dmi_json *j, dm_trace_id trace_id) {
  char id[37];
  dm_trace_id_text(trace_id, id);
  word(j, SPAN("traceId"), id);
}

static void parties(dmi_json *j, const dm_event *event, const dm_caller *caller) {
  text(j, SPAN("topicName"), event->topic, DM_TOPIC_MAX);
  text(j, SPAN("clientId"), event->client_id, DM_CLIENT_ID_MAX);
  text(j, SPAN("principalId"), caller->principal, DM_PRINCIPAL_MAX);
}

static void manner(dmi_json *j, const dm_event *event) {
  bool waits = event->mode != DM_MODE_SENT;
  dmi_json_truth(j, SPAN("confirmation"), waits);
  if (waits && event->timeout > 0) {
    dmi_json_name(j, SPAN("timeout"));
    dmi_writer_whole_seconds(j->out, event->timeout);
  }
}

static void origin(dmi_json *j, const dm_caller *caller) {
  text(j, SPAN("sourceIp"), caller->source_ip, IP_MAX);
  if (caller->source_port != 0)
    dmi_json_number(j, SPAN("sourcePort"), caller->source_port);
  text(j, SPAN("invocationId"), caller->invocation_id, INVOCATION_ID_MAX);
  if (caller->attempt != 0)
    dmi_json_number(j, SPAN("attempt"), caller->attempt);
  text(j, SPAN("traceparent"), caller->trace_parent, TRACE_PARENT_LEN);
}

/* "Authorization failed ... Asked: iot:Receive on arn:aws:iot:...:topic/a." */
static void details(dmi_json *j, const dm_event *event) {
  char room[DETAILS_MAX + ACTION_MAX + ASKED_MAX + 20];
  dm_span told = dm_text(event->text), asked = event->action;
  if (!dmi_span_present(asked) || told.len > DETAILS_MAX || asked.len > ACTION_MAX ||
      event->resource.len > ASKED_MAX) {
    text(j, SPAN("details"), told, DETAILS_MAX);
    return;
  }
  dmi_writer w = {room, sizeof room, 0};
  dmi_writer_bytes(&w, told);
  dmi_writer_bytes(&w, told.len > 0 ? SPAN(" Asked: ") : SPAN("Asked: "));
  dmi_writer_bytes(&w, asked);
  dmi_writer_bytes(&w, SPAN(" on "));
  dmi_writer_bytes(&w, event->resource);
  dmi_writer_byte(&w, '.');
  text(j, SPAN("details"), dm_bytes(room, w.needed), sizeof room);
}

static void failure_reason(dmi_json *j, const dm_event *event, bool failure) {
  const dm_outcome *outcome = dm_outcome_of(event->outcome);
  if ((failure || event->kind == DM_EVENT_LATE_PUBACK) && outcome != NULL)
    word(j, SPAN("reason"), outcome->reason);
  details(j, event);
}

static void fate(dmi_json *j, const dm_event *event) {
  word(j, SPAN("delivered"), dm_delivered_text(event->delivered));
  if (event->ack_latency != DM_NEVER)
    dmi_json_milliseconds(j, SPAN("ackLatencyMs"), event->ack_latency);
  if (event->puback_reason != 0)
    dmi_json_number(j, SPAN("mqttReasonCode"), event->puback_reason);
}

static const char *type_of(const dm_event *event) {
  if (event->kind == DM_EVENT_LATE_PUBACK)
    return "DirectMessageLatePuback";
  switch (event->operation) {
  case DM_OPERATION_GET_CONNECTION:
    return "GetConnection";
  case DM_OPERATION_LIST_SUBSCRIPTIONS:
    return "ListSubscriptions";
  case DM_OPERATION_DELETE_CONNECTION:
    return "DeleteConnection";
  default:
    return "SendDirectMessage";
  }
}

static void line_write(dmi_json *j, const dm_event *event, const dm_caller *caller,
                       dm_wall_time now) {
  bool late = event->kind == DM_EVENT_LATE_PUBACK;
  bool message = event->operation == DM_OPERATION_SEND;
  bool failure = late ? event->puback_reason >= 0x80 : event->outcome < 0;
  dmi_json_open(j);
  timestamp(j, now);
  word(j, SPAN("logLevel"), failure ? "ERROR" : "INFO");
  trace(j, event->trace_id);
  text(j, SPAN("accountId"), event->account, NAME_MAX_LEN);
  word(j, SPAN("status"), failure ? "Failure" : "Success");
  word(j, SPAN("eventType"), type_of(event));
  if (!late) /* by which door its message came is not kept that long */
    word(j, SPAN("protocol"), caller->protocol == DM_PROTOCOL_HTTP ? "HTTP" : "C");
  parties(j, event, caller);
  if (message)
    manner(j, event);
  origin(j, caller);
  failure_reason(j, event, failure);
  if (message)
    fate(j, event);
  dmi_json_close(j);
}

size_t dm_event_log_line(const dm_event *given, dm_wall_time now, char *out, size_t capacity) {
  dm_event event_room;
  dm_caller caller_room;
  const dm_event *event =
      dmi_structure_read(given, EVENT_FIRST_SIZE, &event_room, sizeof event_room);
  const dm_caller *caller = event == NULL ? NULL : dmi_caller_read(event->caller, &caller_room);
  if (caller == NULL)
    return 0;
  dmi_writer w = {.out = out, .capacity = capacity};
  dmi_json j = {.out = &w};
  line_write(&j, event, caller, now);
  return w.needed;
}
