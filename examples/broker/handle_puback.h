/* What clients answer to PUBLISH.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLE_PUBACK_H
#define BROKER_HANDLE_PUBACK_H

#include "dm/mqtt.h"

struct client;

/* PUBACK: settles what its packet identifier stands for. Returns 0. */
int handle_puback(struct client *client, const dm_mqtt_packet *packet);

/* PUBREL: the rest of a QoS 2 exchange with another server, answered so that the client can end
 * it. Returns 0. */
int handle_pubrel(struct client *client, const dm_mqtt_packet *packet);

#endif
