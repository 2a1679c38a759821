/* Why a link ended, in the words that GetConnection has for it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_DEPARTURE_H
#define SIDECAR_DEPARTURE_H

#include "dm/relay.h"

struct link;

/* A DM_DISCONNECT_...: `disconnect` is the device's, NULL where it sent none. */
int departure_reason(const struct link *link, const dm_mqtt_packet *disconnect);

/* Callback of the relay: the broker says why it will end the connection. */
void departure_dismissed(void *user, const dm_mqtt_packet *disconnect);

#endif
