/* The packet identifiers that the broker has in flight to the device: from PUBLISH to PUBACK
 * (QoS 1) or PUBCOMP (QoS 2), MQTT 5 section 4.3.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_IN_FLIGHT_H
#define DM_RELAY_IN_FLIGHT_H

#include <stdbool.h>

#include "dm/types.h"

/* Brokers have 10 or 20 messages in flight unless told otherwise. */
#define IN_FLIGHT_MAX 100

/* All zero is empty. */
typedef struct dmi_in_flight {
  uint16_t ids[IN_FLIGHT_MAX];
  uint8_t states[IN_FLIGHT_MAX];
  uint8_t count;
  uint8_t sent;       /* how many of them were sent on this connection */
  uint16_t last;      /* the identifier that the broker used last; 0: none yet */
  uint32_t untracked; /* sent when the table was full */
} dmi_in_flight;

/* Whether the broker holds this identifier, as far as is known. */
bool dmi_in_flight_has(const dmi_in_flight *set, uint16_t id);

/* How many PUBLISH count against the device's Receive Maximum (MQTT 5 section 4.9). */
static inline uint32_t dmi_in_flight_sent(const dmi_in_flight *set) {
  return set->sent + set->untracked;
}

/* Whether a PUBLISH with this identifier, if sent now, would count as one more. */
bool dmi_in_flight_is_new(const dmi_in_flight *set, uint16_t id);

/* A PUBLISH of QoS 1 or 2 went to the device. */
void dmi_in_flight_publish(dmi_in_flight *set, uint16_t id, unsigned qos);

/* The broker may send this identifier again: it did not end on an earlier connection. */
void dmi_in_flight_remember(dmi_in_flight *set, uint16_t id);

/* A PUBREL went to the device. */
void dmi_in_flight_release(dmi_in_flight *set, uint16_t id);

/* The device ended the exchange of a PUBLISH of this QoS. */
void dmi_in_flight_end(dmi_in_flight *set, uint16_t id, unsigned qos);

#endif
