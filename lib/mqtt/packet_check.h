/* The rules that a packet must keep, whichever way it goes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_PACKET_CHECK_H
#define DM_MQTT_PACKET_CHECK_H

#include "mqtt/verdict.h"

/* Whether a packet may be sent at `level`: called on what was decoded and on what is to be
 * encoded, so that both keep the same rules. What is in wire form has been read
 * or passed dmi_packet_check_encoded(). */
dmi_verdict dmi_packet_check(uint8_t level, const dm_mqtt_packet *packet);

/* Whether what a host gave in wire form can be read at all. */
dmi_verdict dmi_packet_check_encoded(uint8_t level, const dm_mqtt_packet *packet);

#endif
