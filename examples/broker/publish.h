/* Publishing: from one client to all whose subscriptions match.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_PUBLISH_H
#define BROKER_PUBLISH_H

#include "session.h"

/* Gives a PUBLISH to everybody who has subscribed to its topic; `publisher` is the
 * session that sent it, NULL for a will. Returns whether anybody has. */
bool publish_route(struct broker *broker, const dm_mqtt_packet *publish,
                   const struct session *publisher);

/* One copy of a PUBLISH for one client. */
struct publish_copy {
  const dm_mqtt_packet *publish;
  uint64_t expires_at;
  const uint32_t *identifiers; /* Subscription Identifiers */
  size_t identifier_count;
  uint16_t packet_id; /* 0: QoS 0 */
  bool dup;
};

/* Sends it; returns what output_publish() returns. */
int publish_send(struct client *client, const struct publish_copy *copy);

#endif
