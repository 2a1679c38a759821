/* What GetConnection and ListSubscriptions answer, as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/connection_json.h"

#include "base/json_write.h"
#include "base/span.h"

static void text(dmi_json *j, dm_span name, dm_span value) {
  if (dmi_span_present(value))
    dmi_json_string(j, name, value);
}

/* A moment so long ago; left out where that is before all time. */
static void moment(dmi_json *j, dm_span name, dm_wall_time wall, dm_duration ago) {
  uint64_t milliseconds = ago / DM_MILLISECOND;
  if (wall != 0 && milliseconds <= wall)
    dmi_json_number(j, name, wall - milliseconds);
}

static void port(dmi_json *j, dm_span name, uint16_t value) {
  if (value != 0)
    dmi_json_number(j, name, value);
}

void dmi_connection_json_write(dmi_writer *w, const dm_connection_information *known,
                               dm_wall_time wall) {
  dmi_json j = {.out = w};
  bool gone = known->disconnected_for != DM_NEVER;
  dmi_json_open(&j);
  dmi_json_truth(&j, SPAN("connected"), known->connected);
  text(&j, SPAN("thingName"), known->thing_name);
  dmi_json_truth(&j, SPAN("cleanSession"), known->clean_session);
  text(&j, SPAN("sourceIp"), known->source_ip);
  port(&j, SPAN("sourcePort"), known->source_port);
  text(&j, SPAN("targetIp"), known->target_ip);
  port(&j, SPAN("targetPort"), known->target_port);
  if (known->connected || gone)
    dmi_json_number(&j, SPAN("keepAliveDuration"), known->keep_alive);
  if (known->connected)
    moment(&j, SPAN("connectedSince"), wall, known->connected_for);
  if (gone) {
    moment(&j, SPAN("disconnectedSince"), wall, known->disconnected_for);
    text(&j, SPAN("disconnectReason"),
         dm_text(dm_disconnect_reason_text(known->disconnect_reason)));
  }
  if (known->connected || gone)
    dmi_json_number(&j, SPAN("sessionExpiry"), known->session_expiry);
  text(&j, SPAN("clientId"), known->client_id);
  dmi_json_close(&j);
}

static void subscription(dmi_json *j, const dm_subscription *found) {
  dmi_json_open(j);
  dmi_json_string(j, SPAN("topicFilter"), found->topic_filter);
  dmi_json_number(j, SPAN("qos"), (uint64_t)found->qos);
  dmi_json_close(j);
}

void dmi_subscriptions_json_write(dmi_writer *w, const dm_subscription *subscriptions, size_t count,
                                  dm_span next_token) {
  dmi_json j = {.out = w};
  dmi_json_open(&j);
  dmi_json_open_array(&j, SPAN("subscriptions"));
  for (size_t i = 0; i < count; i++)
    subscription(&j, &subscriptions[i]);
  dmi_json_close_array(&j);
  text(&j, SPAN("nextToken"), next_token);
  dmi_json_close(&j);
}
