/* A PUBLISH that outlives its packet: one copy, shared by every queue that holds it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_STORED_MESSAGE_H
#define BROKER_STORED_MESSAGE_H

#include "dm/mqtt.h"

struct message {
  dm_mqtt_packet packet; /* its spans point into `bytes` */
  dm_time expires_at;    /* by the loop's clock; DM_NEVER: never */
  size_t size;           /* of all it holds in memory */
  size_t references;
  char bytes[];
};

/* Copies a PUBLISH; one reference is the caller's. NULL when out of memory. */
struct message *message_copy(const dm_mqtt_packet *publish, dm_time expires_at);

/* One more reference. */
struct message *message_hold(struct message *message);

/* One reference less; NULL is fine. */
void message_release(struct message *message);

/* When a PUBLISH that arrived at `now` expires; DM_NEVER: never. */
dm_time message_expiry(const dm_mqtt_packet *publish, dm_time now);

/* Writes the time that is left into the properties, [MQTT-3.3.2-6]. */
void message_set_remaining(dm_mqtt_properties *properties, dm_time expires_at, dm_time now);

#endif
