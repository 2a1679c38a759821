/* PUBLISH from a client.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLE_PUBLISH_H
#define BROKER_HANDLE_PUBLISH_H

#include "dm/mqtt.h"

struct client;

/* Routes it and answers it. Returns 0, or the reason code with which the connection is to end. */
int handle_publish(struct client *client, const dm_mqtt_packet *packet);

#endif
