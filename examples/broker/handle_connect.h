/* CONNECT.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLE_CONNECT_H
#define BROKER_HANDLE_CONNECT_H

#include "dm/mqtt.h"

struct client;

/* Gives the client its session or refuses it; `packet` may be one that dm_mqtt_decode() refused
 * with `refusal`. */
void handle_connect(struct client *client, const dm_mqtt_packet *packet, int refusal);

#endif
