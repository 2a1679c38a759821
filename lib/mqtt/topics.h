/* Topic names and topic filters, MQTT 5 section 4.7.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_TOPICS_H
#define DM_MQTT_TOPICS_H

#include "mqtt/verdict.h"

/* Whether a packet may carry this topic name. */
dmi_verdict dmi_topic_name_check(dm_span topic);

/* Whether a packet of this level may carry this topic filter, shared ones included. */
dmi_verdict dmi_topic_filter_check(uint8_t level, dm_span filter);

/* Whether a filter is one of a shared subscription, well-formed or not. */
bool dmi_topic_filter_shared(dm_span filter);

#endif
