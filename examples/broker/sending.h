/* PUBLISH to one client: one copy, and what waits in a session.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_SENDING_H
#define BROKER_SENDING_H

#include <stdbool.h>

#include "dm/mqtt.h"

struct client;
struct session;

/* One copy of a PUBLISH for one client. */
struct publish_copy {
  const dm_mqtt_packet *publish;
  dm_time expires_at;
  const uint32_t *identifiers; /* Subscription Identifiers */
  size_t identifier_count;
  uint16_t packet_id; /* 0: QoS 0 */
  bool dup;
};

/* Sends a copy; returns what output_publish() returns. */
int send_copy(struct client *client, const struct publish_copy *copy);

/* Sends as many of a connected session's waiting messages as the client takes now. */
void send_waiting(struct session *session);

#endif
