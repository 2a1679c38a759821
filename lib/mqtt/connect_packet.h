/* The body of CONNECT, MQTT 5 section 3.1.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_CONNECT_PACKET_H
#define DM_MQTT_CONNECT_PACKET_H

#include "mqtt/wire.h"

/* Reads a body. The level is set as soon as it is known, whatever is wrong after it. */
void connect_packet_read(wire_reader *r, dm_mqtt_packet *packet);

/* Whether the fields, the packet's own properties apart, are fit to be sent. */
verdict connect_packet_check(const dm_mqtt_packet *packet);

void connect_packet_write(writer *w, const dm_mqtt_packet *packet);

#endif
