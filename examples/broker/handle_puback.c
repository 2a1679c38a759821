/* What clients answer to PUBLISH.
 *
 * SPDX-License-Identifier: MIT
 */
#include "handle_puback.h"

#include "client.h"
#include "output.h"
#include "sending.h"
#include "session.h"

/* Settles what the packet identifier stands for. */
static void acknowledge(struct client *client, struct inflight_slot *slot, uint8_t reason_code) {
  struct session *session = client->session;
  struct inflight_slot was = *slot;
  /* First: libdm's answer to its caller may bring the next message. */
  inflight_give_back(&session->inflight, slot);
  if (was.queued != NULL) {
    if (was.queued->sent)
      client->own_unacknowledged--;
    queue_remove(&session->queue, was.queued);
  } else {
    client->direct_unacknowledged--;
    dm_puback(client->broker->service->context, client->connection, was.message_id, reason_code,
              broker_now(client->broker));
  }
}

int handle_puback(struct client *client, const dm_mqtt_packet *packet) {
  struct inflight_slot *slot = inflight_find(&client->session->inflight, packet->packet_id);
  /* One that nobody waits for is no error: its message's connection may have ended. */
  if (slot == NULL)
    return 0;
  acknowledge(client, slot, packet->reason_code);
  if (client->session != NULL)
    send_waiting(client->session);
  return 0;
}

/* Rest of a QoS 2 exchange with another server: answered, so that the client can end it. */
int handle_pubrel(struct client *client, const dm_mqtt_packet *packet) {
  dm_mqtt_packet pubcomp = {
      .type = DM_MQTT_PUBCOMP,
      .reason_code = DM_MQTT_PACKET_IDENTIFIER_NOT_FOUND,
      .packet_id = packet->packet_id,
  };
  output_send(client, &pubcomp);
  return 0;
}
