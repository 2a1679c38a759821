/* The fixed header, MQTT 5 section 2.1.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_FIXED_HEADER_H
#define DM_MQTT_FIXED_HEADER_H

#include "mqtt/verdict.h"

/* Whether there is such a packet type and it may have these flags; at level 0, where only those of
 * CONNECT are judged. */
dmi_verdict dmi_fixed_header_check_flags(uint8_t level, uint8_t type, uint8_t flags);

/* Whether the remaining length may be written as it is [MQTT-1.5.5-1]. */
dmi_verdict dmi_fixed_header_check_length(uint8_t level, const dm_mqtt_header *header);

/* The value that the flags of every packet type but PUBLISH have (section 2.1.3). */
uint8_t dmi_fixed_header_flags(uint8_t type);

#endif
