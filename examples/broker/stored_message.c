/* A PUBLISH that outlives its packet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stored_message.h"

#include <stdlib.h>

/* All that a PUBLISH borrows; the rest of its properties are numbers. */
#define BORROWED 6

static void borrowed(dm_mqtt_packet *packet, dm_span *spans[BORROWED]) {
  spans[0] = &packet->publish.topic;
  spans[1] = &packet->publish.payload;
  spans[2] = &packet->properties.content_type;
  spans[3] = &packet->properties.response_topic;
  spans[4] = &packet->properties.correlation_data;
  spans[5] = &packet->properties.encoded;
}

struct message *message_copy(const dm_mqtt_packet *publish, dm_time expires_at) {
  dm_mqtt_packet packet = *publish;
  dm_span *spans[BORROWED];
  borrowed(&packet, spans);
  size_t size = sizeof(struct message);
  for (size_t i = 0; i < BORROWED; i++)
    size += spans[i]->len;

  struct message *message = malloc(size);
  if (message == NULL)
    return NULL;
  char *end = message->bytes;
  for (size_t i = 0; i < BORROWED; i++) {
    if (spans[i]->len != 0)
      memcpy(end, spans[i]->ptr, spans[i]->len);
    spans[i]->ptr = end;
    end += spans[i]->len;
  }
  message->packet = packet;
  message->expires_at = expires_at;
  message->size = size;
  message->references = 1;
  return message;
}

struct message *message_hold(struct message *message) {
  message->references++;
  return message;
}

void message_release(struct message *message) {
  if (message != NULL && --message->references == 0)
    free(message);
}

dm_time message_expiry(const dm_mqtt_packet *publish, dm_time now) {
  if (!dm_mqtt_has(&publish->properties, DM_MQTT_MESSAGE_EXPIRY_INTERVAL))
    return DM_NEVER;
  return now + publish->properties.message_expiry_interval * DM_SECOND;
}

void message_set_remaining(dm_mqtt_properties *properties, dm_time expires_at, dm_time now) {
  if (expires_at == DM_NEVER)
    return;
  dm_time left = expires_at > now ? (expires_at - now + DM_SECOND - 1) / DM_SECOND : 0;
  properties->message_expiry_interval = (uint32_t)left;
}
