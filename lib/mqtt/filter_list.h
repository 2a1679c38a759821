/* The payloads of SUBSCRIBE and UNSUBSCRIBE, MQTT 5 sections 3.8.3 and 3.10.3.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_FILTER_LIST_H
#define DM_MQTT_FILTER_LIST_H

#include "mqtt/wire.h"

/* Reads all that is left as a payload in the form of `level`. */
void dmi_subscriptions_read(dmi_wire_reader *r, uint8_t level, dm_mqtt_subscribe *subscribe);
void dmi_topic_filters_read(dmi_wire_reader *r, dm_mqtt_unsubscribe *unsubscribe);

/* Whether every entry is one that a packet of `level` may carry, and there is one. */
dmi_verdict dmi_subscriptions_check(uint8_t level, const dm_mqtt_subscribe *subscribe);
dmi_verdict dmi_topic_filters_check(uint8_t level, const dm_mqtt_unsubscribe *unsubscribe);

/* Whether a payload that a host gave in wire form, if it did, can be read. */
dmi_verdict dmi_subscriptions_check_encoded(const dm_mqtt_subscribe *subscribe);
dmi_verdict dmi_topic_filters_check_encoded(const dm_mqtt_unsubscribe *unsubscribe);

void dmi_subscriptions_write(dmi_writer *w, uint8_t level, const dm_mqtt_subscribe *subscribe);
void dmi_topic_filters_write(dmi_writer *w, const dm_mqtt_unsubscribe *unsubscribe);

#endif
