/* SUBSCRIBE and UNSUBSCRIBE.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLE_SUBSCRIBE_H
#define BROKER_HANDLE_SUBSCRIBE_H

#include "dm/mqtt.h"

struct client;

/* Each returns 0, or the reason code with which the connection is to end. */
int handle_subscribe(struct client *client, const dm_mqtt_packet *packet);
int handle_unsubscribe(struct client *client, const dm_mqtt_packet *packet);

#endif
