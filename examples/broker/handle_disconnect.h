/* DISCONNECT from a client.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLE_DISCONNECT_H
#define BROKER_HANDLE_DISCONNECT_H

#include "dm/mqtt.h"

struct client;

/* Ends the connection, without a will where the client says so. Returns 0, or the reason code
 * with which the connection is to end instead. */
int handle_disconnect(struct client *client, const dm_mqtt_packet *packet);

#endif
