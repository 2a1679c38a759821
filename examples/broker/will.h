/* The message that is published when a connection is lost.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_WILL_H
#define BROKER_WILL_H

#include <stdbool.h>

#include "stored_message.h"

/* All zero is no will. */
struct will {
  struct message *message; /* as the PUBLISH that it becomes */
  uint32_t delay;          /* seconds, MQTT 5 Will Delay Interval */
};

/* Takes the will out of a CONNECT; false when out of memory. */
bool will_take(struct will *will, const dm_mqtt_connect *connect);

/* It will not be published. */
void will_discard(struct will *will);

#endif
