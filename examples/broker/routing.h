/* From one PUBLISH to all whose subscriptions match.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_ROUTING_H
#define BROKER_ROUTING_H

#include <stdbool.h>

#include "dm/mqtt.h"

struct broker;
struct session;

/* Gives a PUBLISH to everybody who has subscribed to its topic; `publisher` is the
 * session that sent it, NULL for a will. Returns whether anybody has. */
bool route_publish(struct broker *broker, const dm_mqtt_packet *publish,
                   const struct session *publisher);

#endif
