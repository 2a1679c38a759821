/* Packets on their way to one client.
 *
 * Up to max_output_bytes everything is taken. Above that PUBLISH is not: QoS 0 is
 * dropped, QoS 1 stays in its session, a direct message is refused. Above twice that, a
 * client that asks but does not read its answers is disconnected.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_OUTPUT_H
#define BROKER_OUTPUT_H

#include <stdbool.h>

#include "dm/mqtt.h"

struct client;

/* Whether the client may be sent another PUBLISH. */
bool output_takes_publish(const struct client *client);

/* Sends a packet other than PUBLISH. A packet larger than the client takes ends the
 * connection: there is nothing else to say. */
void output_send(struct client *client, const dm_mqtt_packet *packet);

/* The same for CONNACK and DISCONNECT, with a Reason String where the client wants such and
 * takes a packet of that size; `why` may be NULL. */
void output_send_reason(struct client *client, dm_mqtt_packet *packet, const char *why);

/* Sends a PUBLISH. Returns DM_OK or, with nothing sent, DM_RECEIVER_PACKET_TOO_LARGE,
 * DM_CLIENT_ENDPOINT_NOT_WRITABLE, DM_RECEIVER_DISCONNECTED or DM_INTERNAL_SERVER_ERROR. */
int output_publish(struct client *client, const dm_mqtt_packet *publish);

/* Writes what waits; true when nothing is left. Otherwise client.task runs once the rest
 * is written. */
bool output_flush(struct client *client);

/* stream_events.written of a client. */
void output_written(void *client, int status);

#endif
