/* The fixed header, MQTT 5 section 2.1.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_FIXED_HEADER_H
#define DM_MQTT_FIXED_HEADER_H

#include "mqtt/verdict.h"

/* Whether there is such a packet type and it may have these flags. */
dmi_verdict dmi_fixed_header_check(uint8_t type, uint8_t flags);

/* The one value the flags of every packet type but PUBLISH may have (section 2.1.3). */
uint8_t dmi_fixed_header_flags(uint8_t type);

#endif
