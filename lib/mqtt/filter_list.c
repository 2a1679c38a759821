/* The payloads of SUBSCRIBE and UNSUBSCRIBE, MQTT 5 sections 3.8.3 and 3.10.3.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/filter_list.h"

#include "base/span.h"
#include "mqtt/topics.h"

/* ---- One entry in wire form ---- */

static uint8_t read_subscription(dmi_wire_reader *r, dm_mqtt_subscription *subscription) {
  subscription->topic_filter = dmi_wire_string(r);
  uint8_t options = dmi_wire_byte(r);
  subscription->qos = options & 3;
  subscription->no_local = options >> 2 & 1;
  subscription->retain_as_published = options >> 3 & 1;
  subscription->retain_handling = options >> 4 & 3;
  return options;
}

static uint8_t subscription_options(uint8_t level, const dm_mqtt_subscription *s) {
  if (level < DM_MQTT_LEVEL_5)
    return s->qos;
  return (uint8_t)(s->qos | s->no_local << 2 | s->retain_as_published << 3 |
                   s->retain_handling << 4);
}

static dmi_wire_reader reader_at(dm_span encoded, size_t position) {
  return dmi_wire_reader_over(
      dmi_span_tail(encoded, position < encoded.len ? position : encoded.len));
}

int dm_mqtt_next_subscription(const dm_mqtt_subscribe *subscribe, size_t *position,
                              dm_mqtt_subscription *subscription) {
  dmi_wire_reader r = reader_at(subscribe->encoded, *position);
  read_subscription(&r, subscription);
  if (dmi_verdict_refuses(r.verdict))
    return 0;
  *position = subscribe->encoded.len - r.left.len;
  return 1;
}

int dm_mqtt_next_topic_filter(const dm_mqtt_unsubscribe *unsubscribe, size_t *position,
                              dm_span *topic_filter) {
  dmi_wire_reader r = reader_at(unsubscribe->encoded, *position);
  *topic_filter = dmi_wire_string(&r);
  if (dmi_verdict_refuses(r.verdict))
    return 0;
  *position = unsubscribe->encoded.len - r.left.len;
  return 1;
}

/* ---- Reading ---- */

void dmi_subscriptions_read(dmi_wire_reader *r, uint8_t level, dm_mqtt_subscribe *subscribe) {
  unsigned reserved = level < DM_MQTT_LEVEL_5 ? 0xFC : 0xC0;
  dm_mqtt_subscription subscription;
  subscribe->encoded = r->left;
  for (subscribe->count = 0; r->left.len > 0; subscribe->count++)
    if ((read_subscription(r, &subscription) & reserved) != 0) /* [MQTT-3.8.3-5] */
      dmi_wire_judge(
          r, dmi_verdict_malformed("reserved bits of the subscription options are not zero"));
}

void dmi_topic_filters_read(dmi_wire_reader *r, dm_mqtt_unsubscribe *unsubscribe) {
  unsubscribe->encoded = r->left;
  for (unsubscribe->count = 0; r->left.len > 0; unsubscribe->count++)
    dmi_wire_string(r);
}

/* ---- All entries, from the array or in wire form ---- */

static bool next_subscription(const dm_mqtt_subscribe *subscribe, size_t *position,
                              dm_mqtt_subscription *subscription) {
  if (subscribe->subscriptions == NULL)
    return dm_mqtt_next_subscription(subscribe, position, subscription);
  if (*position >= subscribe->count)
    return false;
  *subscription = subscribe->subscriptions[(*position)++];
  return true;
}

static bool next_topic_filter(const dm_mqtt_unsubscribe *unsubscribe, size_t *position,
                              dm_span *topic_filter) {
  if (unsubscribe->topic_filters == NULL)
    return dm_mqtt_next_topic_filter(unsubscribe, position, topic_filter);
  if (*position >= unsubscribe->count)
    return false;
  *topic_filter = unsubscribe->topic_filters[(*position)++];
  return true;
}

/* ---- Checking ---- */

static dmi_verdict check_options(uint8_t level, const dm_mqtt_subscription *s) {
  if (s->qos > 2) /* section 3.8.3.1; [MQTT 3.1.1: MQTT-3.8.3-4] */
    return level < DM_MQTT_LEVEL_5 ? dmi_verdict_malformed("a subscription asks for QoS 3")
                                   : dmi_verdict_protocol_error("a subscription asks for QoS 3");
  if (s->no_local > 1 || s->retain_as_published > 1)
    return dmi_verdict_malformed("a subscription option is neither 0 nor 1");
  if (s->retain_handling > 2) /* section 3.8.3.1 */
    return dmi_verdict_protocol_error("a subscription has Retain Handling 3");
  if (level >= DM_MQTT_LEVEL_5 && s->no_local != 0 &&
      dmi_topic_filter_shared(s->topic_filter)) /* [MQTT-3.8.3-4] */
    return dmi_verdict_protocol_error("a shared subscription has No Local");
  return dmi_verdict_fine();
}

/* Adds an entry to a list's size. Bounding each list keeps every sum of sizes later on
 * far from overflow, whatever array the host gives. */
static dmi_verdict add_size(size_t *size, dm_span topic_filter) {
  *size += topic_filter.len + 2;
  if (*size > DM_MQTT_REMAINING_LENGTH_MAX)
    return dmi_verdict_malformed("the packet is above the largest size");
  return dmi_verdict_fine();
}

dmi_verdict dmi_subscriptions_check(uint8_t level, const dm_mqtt_subscribe *subscribe) {
  dm_mqtt_subscription subscription;
  size_t position = 0;
  size_t size = 0;
  while (next_subscription(subscribe, &position, &subscription)) {
    dmi_verdict v = dmi_topic_filter_check(level, subscription.topic_filter);
    if (!dmi_verdict_refuses(v))
      v = check_options(level, &subscription);
    if (!dmi_verdict_refuses(v))
      v = add_size(&size, subscription.topic_filter);
    if (dmi_verdict_refuses(v))
      return v;
  }
  if (size == 0) /* [MQTT-3.8.3-2] */
    return dmi_verdict_protocol_error("a SUBSCRIBE has no topic filter");
  return dmi_verdict_fine();
}

dmi_verdict dmi_topic_filters_check(uint8_t level, const dm_mqtt_unsubscribe *unsubscribe) {
  dm_span topic_filter;
  size_t position = 0;
  size_t size = 0;
  while (next_topic_filter(unsubscribe, &position, &topic_filter)) {
    dmi_verdict v = dmi_topic_filter_check(level, topic_filter);
    if (!dmi_verdict_refuses(v))
      v = add_size(&size, topic_filter);
    if (dmi_verdict_refuses(v))
      return v;
  }
  if (size == 0) /* [MQTT-3.10.3-2] */
    return dmi_verdict_protocol_error("an UNSUBSCRIBE has no topic filter");
  return dmi_verdict_fine();
}

/* Options of MQTT 5 are fine whatever the level: old ones leave them out on writing. */
dmi_verdict dmi_subscriptions_check_encoded(const dm_mqtt_subscribe *subscribe) {
  dm_mqtt_subscribe read;
  dmi_wire_reader r = dmi_wire_reader_over(subscribe->encoded);
  if (subscribe->subscriptions != NULL)
    return dmi_verdict_fine();
  if (!dmi_span_sound(subscribe->encoded))
    return dmi_verdict_malformed("a payload is missing");
  dmi_subscriptions_read(&r, DM_MQTT_LEVEL_5, &read);
  return r.verdict;
}

dmi_verdict dmi_topic_filters_check_encoded(const dm_mqtt_unsubscribe *unsubscribe) {
  dm_mqtt_unsubscribe read;
  dmi_wire_reader r = dmi_wire_reader_over(unsubscribe->encoded);
  if (unsubscribe->topic_filters != NULL)
    return dmi_verdict_fine();
  if (!dmi_span_sound(unsubscribe->encoded))
    return dmi_verdict_malformed("a payload is missing");
  dmi_topic_filters_read(&r, &read);
  return r.verdict;
}

/* ---- Writing ---- */

void dmi_subscriptions_write(dmi_writer *w, uint8_t level, const dm_mqtt_subscribe *subscribe) {
  dm_mqtt_subscription subscription;
  size_t position = 0;
  while (next_subscription(subscribe, &position, &subscription)) {
    dmi_wire_put_string(w, subscription.topic_filter);
    dmi_writer_byte(w, (char)subscription_options(level, &subscription));
  }
}

void dmi_topic_filters_write(dmi_writer *w, const dm_mqtt_unsubscribe *unsubscribe) {
  dm_span topic_filter;
  size_t position = 0;
  while (next_topic_filter(unsubscribe, &position, &topic_filter))
    dmi_wire_put_string(w, topic_filter);
}
