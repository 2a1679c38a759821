/* Topic names and topic filters, MQTT 5 section 4.7.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/topics.h"

#include "base/span.h"
#include "mqtt/wire.h"

static bool has_wildcard(dm_span text) {
  return dmi_span_find(text, '+') < text.len || dmi_span_find(text, '#') < text.len;
}

/* [MQTT-4.7.1-1], [MQTT-4.7.1-2]: a wildcard fills its level, and '#' is the last one. */
static bool wildcards_in_place(dm_span filter) {
  for (size_t i = 0; i < filter.len; i++) {
    char c = filter.ptr[i];
    if (c != '+' && c != '#')
      continue;
    bool last = i + 1 == filter.len;
    if (i > 0 && filter.ptr[i - 1] != '/')
      return false;
    if (!last && (c == '#' || filter.ptr[i + 1] != '/'))
      return false;
  }
  return true;
}

bool dmi_topic_filter_shared(dm_span filter) {
  return dmi_span_starts_with(filter, SPAN("$share/"));
}

dmi_verdict dmi_topic_name_check(dm_span topic) {
  if (topic.len == 0) /* [MQTT-4.7.3-1] */
    return dmi_verdict_protocol_error("a topic name is empty");
  dmi_verdict v = dmi_wire_check_string(topic);
  if (!dmi_verdict_refuses(v) && has_wildcard(topic)) /* [MQTT-4.7.0-1] */
    return dmi_verdict_protocol_error("a topic name holds a wildcard");
  return v;
}

dmi_verdict dmi_topic_filter_check(uint8_t level, dm_span filter) {
  if (filter.len == 0) /* [MQTT-4.7.3-1] */
    return dmi_verdict_protocol_error("a topic filter is empty");
  dmi_verdict v = dmi_wire_check_string(filter);
  if (dmi_verdict_refuses(v))
    return v;
  if (!wildcards_in_place(filter))
    return dmi_verdict_protocol_error("a topic filter has a wildcard where none may stand");
  if (level >= DM_MQTT_LEVEL_5 && dmi_topic_filter_shared(filter) &&
      !dm_mqtt_split_shared(filter, NULL, NULL))
    return dmi_verdict_protocol_error("a shared subscription's topic filter is not well-formed");
  return v;
}

int dm_mqtt_topic_name_valid(dm_span topic) {
  return !dmi_verdict_refuses(dmi_topic_name_check(topic));
}

int dm_mqtt_topic_filter_valid(dm_span filter) {
  return !dmi_verdict_refuses(dmi_topic_filter_check(DM_MQTT_LEVEL_3_1_1, filter));
}

/* [MQTT-4.8.2-1], [MQTT-4.8.2-2]. */
int dm_mqtt_split_shared(dm_span filter, dm_span *share_name, dm_span *rest) {
  if (!dmi_topic_filter_shared(filter))
    return 0;
  dm_span after = dmi_span_tail(filter, sizeof "$share/" - 1);
  size_t slash = dmi_span_find(after, '/');
  if (slash == 0 || slash + 1 >= after.len || has_wildcard(dmi_span_head(after, slash)))
    return 0;
  if (share_name != NULL)
    *share_name = dmi_span_head(after, slash);
  if (rest != NULL)
    *rest = dmi_span_tail(after, slash + 1);
  return 1;
}

static bool matches_level(dm_span filter_level, dm_span topic_level) {
  return dmi_span_equal(filter_level, SPAN("+")) || dmi_span_equal(filter_level, topic_level);
}

int dm_mqtt_topic_matches(dm_span filter, dm_span topic) {
  if (topic.len > 0 && topic.ptr[0] == '$' && filter.len > 0 &&
      has_wildcard(dmi_span_head(filter, 1)))
    return 0;
  for (;;) {
    if (dmi_span_equal(filter, SPAN("#")))
      return 1;
    size_t filter_level = dmi_span_find(filter, '/');
    size_t topic_level = dmi_span_find(topic, '/');
    if (!matches_level(dmi_span_head(filter, filter_level), dmi_span_head(topic, topic_level)))
      return 0;
    if (filter_level == filter.len)
      return topic_level == topic.len;
    filter = dmi_span_tail(filter, filter_level + 1);
    if (topic_level == topic.len) /* "a/#" matches "a" too: section 4.7.1.2 */
      return dmi_span_equal(filter, SPAN("#"));
    topic = dmi_span_tail(topic, topic_level + 1);
  }
}
