/* The payloads of SUBSCRIBE and UNSUBSCRIBE, MQTT 5 sections 3.8.3 and 3.10.3.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_FILTER_LIST_H
#define DM_MQTT_FILTER_LIST_H

#include "mqtt/wire.h"

/* Reads all that is left as a payload in the form of `level`. */
void subscriptions_read(wire_reader *r, uint8_t level, dm_mqtt_subscribe *subscribe);
void topic_filters_read(wire_reader *r, dm_mqtt_unsubscribe *unsubscribe);

/* Whether every entry is one that a packet of `level` may carry, and there is one. */
verdict subscriptions_check(uint8_t level, const dm_mqtt_subscribe *subscribe);
verdict topic_filters_check(uint8_t level, const dm_mqtt_unsubscribe *unsubscribe);

/* Whether a payload that a host gave in wire form, if it did, can be read. */
verdict subscriptions_check_encoded(const dm_mqtt_subscribe *subscribe);
verdict topic_filters_check_encoded(const dm_mqtt_unsubscribe *unsubscribe);

void subscriptions_write(writer *w, uint8_t level, const dm_mqtt_subscribe *subscribe);
void topic_filters_write(writer *w, const dm_mqtt_unsubscribe *unsubscribe);

#endif
