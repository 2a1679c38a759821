/* The properties of MQTT 5, section 2.2.2.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_PROPERTIES_H
#define DM_MQTT_PROPERTIES_H

#include "mqtt/wire.h"

/* Stands for a CONNECT's will where a packet type is asked for. */
#define PROPERTIES_OF_WILL 0

/* Reads a property section with its length. */
void properties_read(wire_reader *r, dm_mqtt_properties *properties);

/* Whether a packet of this type may carry these properties with these values; what is in
 * wire form has been read or passed properties_check_encoded(). */
verdict properties_check(uint8_t packet_type, const dm_mqtt_properties *properties);

/* Whether properties->encoded, given by a host, is a property section. */
verdict properties_check_encoded(const dm_mqtt_properties *properties);

/* The size of the section without its length. */
size_t properties_size(const dm_mqtt_properties *properties);

/* Writes a property section with its length. */
void properties_write(writer *w, const dm_mqtt_properties *properties);

#endif
