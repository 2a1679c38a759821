/* Joins a link's relay to libdm's core: who is connected, with
 * what subscriptions, and why no longer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_REGISTRATION_H
#define SIDECAR_REGISTRATION_H

#include "dm/relay.h"

/* Callbacks of the relay. */
void registration_connected(void *user, const dm_relay_connection *connection);
void registration_acknowledged(void *user, uint64_t message, uint8_t reason_code);
void registration_follow_subscriptions(void *user, const dm_mqtt_packet *packet);
void registration_dismissed(void *user, const dm_mqtt_packet *disconnect);
void registration_unfollowed(void *user, dm_span client_id, const char *why);
void registration_disconnected(void *user, const dm_mqtt_packet *disconnect);

#endif
