/* What GetConnection and ListSubscriptions answer, as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/connection_json.h"

#include "base/span.h"

/* `opening` is what stands before the value: `,"name":`. */
static void truth(dmi_writer *w, dm_span opening, int value) {
  dmi_writer_bytes(w, opening);
  dmi_writer_bytes(w, value ? SPAN("true") : SPAN("false"));
}

static void number(dmi_writer *w, dm_span opening, uint64_t value) {
  dmi_writer_bytes(w, opening);
  dmi_writer_decimal(w, value, 1);
}

static void text(dmi_writer *w, dm_span opening, dm_span value) {
  if (!dmi_span_present(value))
    return;
  dmi_writer_bytes(w, opening);
  dmi_writer_json_string(w, value);
}

/* A moment so long ago; left out where that is before all time. */
static void moment(dmi_writer *w, dm_span opening, dm_wall_time wall, dm_duration ago) {
  uint64_t milliseconds = ago / DM_MILLISECOND;
  if (wall != 0 && milliseconds <= wall)
    number(w, opening, wall - milliseconds);
}

static void port(dmi_writer *w, dm_span opening, uint16_t value) {
  if (value != 0)
    number(w, opening, value);
}

void dmi_connection_json_write(dmi_writer *w, const dm_connection_information *known,
                               dm_wall_time wall) {
  bool gone = known->disconnected_for != DM_NEVER;
  truth(w, SPAN("{\"connected\":"), known->connected);
  text(w, SPAN(",\"thingName\":"), known->thing_name);
  truth(w, SPAN(",\"cleanSession\":"), known->clean_session);
  text(w, SPAN(",\"sourceIp\":"), known->source_ip);
  port(w, SPAN(",\"sourcePort\":"), known->source_port);
  text(w, SPAN(",\"targetIp\":"), known->target_ip);
  port(w, SPAN(",\"targetPort\":"), known->target_port);
  if (known->connected || gone)
    number(w, SPAN(",\"keepAliveDuration\":"), known->keep_alive);
  if (known->connected)
    moment(w, SPAN(",\"connectedSince\":"), wall, known->connected_for);
  if (gone) {
    moment(w, SPAN(",\"disconnectedSince\":"), wall, known->disconnected_for);
    text(w, SPAN(",\"disconnectReason\":"),
         dm_text(dm_disconnect_reason_text(known->disconnect_reason)));
  }
  if (known->connected || gone)
    number(w, SPAN(",\"sessionExpiry\":"), known->session_expiry);
  text(w, SPAN(",\"clientId\":"), known->client_id);
  dmi_writer_byte(w, '}');
}

void dmi_subscriptions_json_write(dmi_writer *w, const dm_subscription *subscriptions, size_t count,
                                  dm_span next_token) {
  dmi_writer_bytes(w, SPAN("{\"subscriptions\":["));
  for (size_t i = 0; i < count; i++) {
    text(w, i == 0 ? SPAN("{\"topicFilter\":") : SPAN(",{\"topicFilter\":"),
         subscriptions[i].topic_filter);
    number(w, SPAN(",\"qos\":"), (uint64_t)subscriptions[i].qos);
    dmi_writer_byte(w, '}');
  }
  dmi_writer_byte(w, ']');
  text(w, SPAN(",\"nextToken\":"), next_token);
  dmi_writer_byte(w, '}');
}
