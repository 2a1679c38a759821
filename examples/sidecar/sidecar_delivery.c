/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sidecar_delivery.h"

#include "forwarding.h"

/* Encodes into the sidecar's buffer, which grows to what has been needed. */
static int inject(struct link *link, const dm_mqtt_packet *packet, dm_message_id id,
                  dm_span *head) {
  bytes *out = &link->sidecar->head;
  size_t len = 0;
  int result = dm_relay_inject(link->relay, packet, id, out->data, out->capacity, &len);
  if (result == DM_ERROR_BUFFER_TOO_SMALL) {
    if (!bytes_reserve(out, len))
      return DM_ERROR_NO_MEMORY;
    result = dm_relay_inject(link->relay, packet, id, out->data, out->capacity, &len);
  }
  *head = dm_bytes(out->data, len);
  return result;
}

/* A packet of the broker's comes first. */
static int put_off(struct link *link, dm_span head, dm_span payload) {
  if (bytes_append(&link->waiting, head) && bytes_append(&link->waiting, payload))
    return DM_OK;
  link_fail(link, "out of memory");
  return DM_INTERNAL_SERVER_ERROR;
}

/* What the relay does not take. */
static int refuse(const dm_delivery *delivery, int result) {
  switch (result) {
  case DM_RELAY_UNFOLLOWED:
    *delivery->text = "The target client is connected, but what it or its broker sends cannot be "
                      "followed, so that nothing can be put in between.";
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  case DM_RELAY_NOT_CONNECTED:
    return DM_RECEIVER_DISCONNECTED;
  case DM_RELAY_PACKET_TOO_LARGE:
    return DM_RECEIVER_PACKET_TOO_LARGE;
  case DM_RELAY_WINDOW_FULL:
    return DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED;
  default:
    return DM_INTERNAL_SERVER_ERROR;
  }
}

int sidecar_deliver(void *user, const dm_delivery *delivery) {
  const struct sidecar *sidecar = user;
  struct link *link = delivery->connection_user;
  service_note_message(sidecar->service);
  if (!link_alive(link) || !side_state_takes(link->device.state))
    return DM_RECEIVER_DISCONNECTED;
  if (!forwarding_takes_message(link))
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  dm_mqtt_packet packet;
  dm_span head;
  if (dm_mqtt_delivery(delivery, &packet) != DM_OK)
    return DM_INTERNAL_SERVER_ERROR;
  int result = inject(link, &packet, delivery->message_id, &head);
  if (result == DM_RELAY_WAIT)
    return put_off(link, head, packet.publish.payload);
  if (result != DM_OK)
    return refuse(delivery, result);
  forwarding_put(link, &link->device, head, packet.publish.payload);
  return DM_OK;
}

int sidecar_has_session(void *user, dm_span client_id) {
  struct sidecar *sidecar = user;
  return sessions_find(&sidecar->sessions, client_id, sidecar_now(sidecar)).ptr != NULL;
}
