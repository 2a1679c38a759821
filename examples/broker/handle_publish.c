/* PUBLISH from a client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "handle_publish.h"

#include <stdlib.h>

#include "client.h"
#include "output.h"
#include "routing.h"

/* Remembers or looks up a topic alias, MQTT 5 section 3.3.2.3.4. */
static int resolve_alias(struct client *client, const dm_mqtt_packet *packet, dm_span *topic) {
  if (!dm_mqtt_has(&packet->properties, DM_MQTT_TOPIC_ALIAS))
    return 0;
  uint16_t alias = packet->properties.topic_alias;
  if (alias > TOPIC_ALIAS_MAXIMUM)
    return DM_MQTT_TOPIC_ALIAS_INVALID;
  dm_span *known = &client->aliases[alias - 1];
  if (topic->len == 0) {
    *topic = *known;
    return known->ptr == NULL ? DM_MQTT_PROTOCOL_ERROR : 0;
  }
  char *copy = realloc((char *)known->ptr, topic->len);
  if (copy == NULL)
    return DM_MQTT_SERVER_BUSY;
  memcpy(copy, topic->ptr, topic->len);
  *known = dm_bytes(copy, topic->len);
  return 0;
}

static int find_refusal(const struct client *client, const dm_mqtt_packet *packet) {
  if (packet->publish.qos > 1)
    return DM_MQTT_QOS_NOT_SUPPORTED;
  /* An old client cannot know: its message goes to those who are here. */
  if (packet->publish.retain && client->level == DM_MQTT_LEVEL_5)
    return DM_MQTT_RETAIN_NOT_SUPPORTED;
  if (dm_mqtt_has(&packet->properties, DM_MQTT_SUBSCRIPTION_IDENTIFIER))
    return DM_MQTT_PROTOCOL_ERROR; /* [MQTT-3.3.4-6] */
  return 0;
}

int handle_publish(struct client *client, const dm_mqtt_packet *packet) {
  dm_mqtt_packet publish = *packet;
  int refusal = find_refusal(client, packet);
  if (refusal == 0)
    refusal = resolve_alias(client, packet, &publish.publish.topic);
  if (refusal != 0)
    return refusal;
  bool matched = route_publish(client->broker, &publish, client->session);
  if (publish.publish.qos == 1) {
    dm_mqtt_packet puback = {.type = DM_MQTT_PUBACK, .packet_id = packet->packet_id};
    puback.reason_code = matched ? DM_MQTT_SUCCESS : DM_MQTT_NO_MATCHING_SUBSCRIBERS;
    output_send(client, &puback);
  }
  return 0;
}
