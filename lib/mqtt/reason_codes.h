/* The reason codes of MQTT 5, section 2.4.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_REASON_CODES_H
#define DM_MQTT_REASON_CODES_H

#include <stdbool.h>

#include "dm/mqtt.h"

/* Whether a packet of this type may carry this reason code. */
bool dmi_reason_code_allowed(uint8_t packet_type, uint8_t reason_code);

#endif
