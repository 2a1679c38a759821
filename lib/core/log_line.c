/* The log entry of a call: one line of JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/civil.h"
#include "base/span.h"
#include "base/writer.h"
#include "core/context.h"

/* More than the library's own texts need; a front end may give dm_refuse() others. */
enum {
  DETAILS_MAX = 400
};

static void key(dmi_writer *w, dm_span name) {
  if (w->needed > 1)
    dmi_writer_byte(w, ',');
  dmi_writer_byte(w, '"');
  dmi_writer_bytes(w, name);
  dmi_writer_bytes(w, SPAN("\":"));
}

/* A request that was refused may hold text of any length; a log line may not. */
static void text(dmi_writer *w, dm_span name, dm_span value, size_t limit) {
  if (value.len == 0)
    return;
  key(w, name);
  dmi_writer_json_string(w, dmi_span_head(value, value.len < limit ? value.len : limit));
}

static void word(dmi_writer *w, dm_span name, const char *value) {
  text(w, name, dm_text(value), SIZE_MAX);
}

static void number(dmi_writer *w, dm_span name, uint64_t value) {
  key(w, name);
  dmi_writer_decimal(w, value, 1);
}

/* YYYY-MM-DD hh:mm:ss.mmm */
static void timestamp(dmi_writer *w, dm_wall_time now) {
  dmi_civil_time t = dmi_civil_from_wall(now);
  key(w, SPAN("timestamp"));
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

static void trace(dmi_writer *w, dm_trace_id trace_id) {
  char id[37];
  dm_trace_id_text(trace_id, id);
  word(w, SPAN("traceId"), id);
}

static void parties(dmi_writer *w, const dm_event *event) {
  text(w, SPAN("topicName"), event->topic, TOPIC_MAX);
  text(w, SPAN("clientId"), event->client_id, CLIENT_ID_MAX);
  text(w, SPAN("principalId"), event->principal, PRINCIPAL_MAX);
}

static void manner(dmi_writer *w, const dm_event *event) {
  bool waits = event->mode != DM_MODE_SENT;
  key(w, SPAN("confirmation"));
  dmi_writer_bytes(w, waits ? SPAN("true") : SPAN("false"));
  if (waits && event->timeout > 0) {
    key(w, SPAN("timeout"));
    dmi_writer_whole_seconds(w, event->timeout);
  }
}

static void caller(dmi_writer *w, const dm_event *event) {
  text(w, SPAN("sourceIp"), event->source_ip, IP_MAX);
  if (event->source_port != 0)
    number(w, SPAN("sourcePort"), event->source_port);
  text(w, SPAN("invocationId"), event->invocation_id, INVOCATION_ID_MAX);
  if (event->attempt != 0)
    number(w, SPAN("attempt"), event->attempt);
}

static void failure_reason(dmi_writer *w, const dm_event *event, bool failure) {
  const dm_outcome *outcome = dm_outcome_of(event->outcome);
  if ((failure || event->kind == DM_EVENT_LATE_PUBACK) && outcome != NULL)
    word(w, SPAN("reason"), outcome->reason);
  text(w, SPAN("details"), dm_text(event->text), DETAILS_MAX);
}

static void fate(dmi_writer *w, const dm_event *event) {
  word(w, SPAN("delivered"), dm_delivered_text(event->delivered));
  if (event->ack_latency != DM_NEVER) {
    key(w, SPAN("ackLatencyMs"));
    dmi_writer_milliseconds(w, event->ack_latency);
  }
  if (event->puback_reason != 0)
    number(w, SPAN("mqttReasonCode"), event->puback_reason);
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

size_t dm_event_log_line(const dm_event *event, dm_wall_time now, char *out, size_t capacity) {
  dmi_writer w = {.out = out, .capacity = capacity};
  bool late = event->kind == DM_EVENT_LATE_PUBACK;
  bool message = event->operation == DM_OPERATION_SEND;
  bool failure = late ? event->puback_reason >= 0x80 : event->outcome < 0;
  dmi_writer_byte(&w, '{');
  timestamp(&w, now);
  word(&w, SPAN("logLevel"), failure ? "ERROR" : "INFO");
  trace(&w, event->trace_id);
  text(&w, SPAN("accountId"), event->account, NAME_MAX_LEN);
  word(&w, SPAN("status"), failure ? "Failure" : "Success");
  word(&w, SPAN("eventType"), type_of(event));
  if (!late) /* by which door its message came is not kept that long */
    word(&w, SPAN("protocol"), event->protocol == DM_PROTOCOL_HTTP ? "HTTP" : "C");
  parties(&w, event);
  if (message)
    manner(&w, event);
  caller(&w, event);
  failure_reason(&w, event, failure);
  if (message)
    fate(&w, event);
  dmi_writer_byte(&w, '}');
  return w.needed;
}
