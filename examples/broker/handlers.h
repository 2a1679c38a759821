/* What each packet from a client does.
 *
 * A handler returns 0, or the reason code with which this connection is to end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_HANDLERS_H
#define BROKER_HANDLERS_H

#include "client.h"

/* receive.c: begins to read, does not read for a while, and reads again after a pause. What
 * was being handled when the pause began is handled again then. */
void receive_start(struct client *client);
void receive_pause(struct client *client);
void receive_resume(struct client *client);

/* connect.c. `packet` may be one that dm_mqtt_decode() refused with `refusal`. */
void handle_connect(struct client *client, const dm_mqtt_packet *packet, int refusal);
int handle_disconnect(struct client *client, const dm_mqtt_packet *packet);

/* publish.c */
int handle_publish(struct client *client, const dm_mqtt_packet *packet);
int handle_puback(struct client *client, const dm_mqtt_packet *packet);
int handle_pubrel(struct client *client, const dm_mqtt_packet *packet);

/* subscribe.c */
int handle_subscribe(struct client *client, const dm_mqtt_packet *packet);
int handle_unsubscribe(struct client *client, const dm_mqtt_packet *packet);

#endif
