/* A PUBLISH that outlives its packet: one copy, shared by every queue that holds it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_STORED_MESSAGE_H
#define BROKER_STORED_MESSAGE_H

#include "dm/mqtt.h"

struct message {
  dm_mqtt_packet packet; /* its spans point into `bytes` */
  uint64_t expires_at;   /* by the loop's clock; UINT64_MAX: never */
  size_t size;           /* of all it holds in memory */
  size_t references;
  char bytes[];
};

/* Copies a PUBLISH; one reference is the caller's. NULL when out of memory. */
struct message *message_copy(const dm_mqtt_packet *publish, uint64_t expires_at);

/* One more reference. */
struct message *message_hold(struct message *message);

/* One reference less; NULL is fine. */
void message_release(struct message *message);

/* When a PUBLISH that arrived at `now` expires; UINT64_MAX: never. */
uint64_t message_expiry(const dm_mqtt_packet *publish, uint64_t now);

/* Writes the time that is left into the properties, [MQTT-3.3.2-6]. */
void message_set_remaining(dm_mqtt_properties *properties, uint64_t expires_at, uint64_t now);

#endif
