/* A direct message as an MQTT packet.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_DELIVERY_PACKET_H
#define COMMON_DELIVERY_PACKET_H

#include "dm/dm.h"
#include "dm/mqtt.h"

/* The PUBLISH of a delivery, its packet identifier apart; it borrows from the message.
 * Encoding leaves the properties out for a receiver below MQTT 5. */
dm_mqtt_packet delivery_packet(const dm_delivery *delivery);

#endif
