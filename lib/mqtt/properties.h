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
void dmi_properties_read(dmi_wire_reader *r, dm_mqtt_properties *properties);

/* Whether a packet of this type may carry these properties with these values; what is in
 * wire form has been read or passed dmi_properties_check_encoded(). */
dmi_verdict dmi_properties_check(uint8_t packet_type, const dm_mqtt_properties *properties);

/* Whether properties->encoded, given by a host, is a property section. */
dmi_verdict dmi_properties_check_encoded(const dm_mqtt_properties *properties);

/* The size of the section without its length. */
size_t dmi_properties_size(const dm_mqtt_properties *properties);

/* Writes a property section with its length. */
void dmi_properties_write(dmi_writer *w, const dm_mqtt_properties *properties);

#endif
