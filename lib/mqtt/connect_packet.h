/* The body of CONNECT, MQTT 5 section 3.1.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_CONNECT_PACKET_H
#define DM_MQTT_CONNECT_PACKET_H

#include "mqtt/wire.h"

/* Reads a body. The level is set as soon as it is known, whatever is wrong after it. */
void dmi_connect_packet_read(dmi_wire_reader *r, dm_mqtt_packet *packet);

/* Whether the fields, the packet's own properties apart, are fit to be sent. */
dmi_verdict dmi_connect_packet_check(const dm_mqtt_packet *packet);

void dmi_connect_packet_write(dmi_writer *w, const dm_mqtt_packet *packet);

#endif
