/* SUBSCRIBE and UNSUBSCRIBE.
 *
 * SPDX-License-Identifier: MIT
 */
#include "handle_subscribe.h"

#include <stdlib.h>

#include "client.h"
#include "output.h"
#include "session.h"

static uint8_t subscribe_one(struct client *client, const dm_mqtt_subscription *wanted,
                             uint32_t identifier) {
  struct broker *broker = client->broker;
  struct session *session = client->session;
  if (dm_mqtt_split_shared(wanted->topic_filter, NULL, NULL))
    return DM_MQTT_SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
  if (!subscription_levels_allowed(wanted->topic_filter))
    return DM_MQTT_QUOTA_EXCEEDED;
  if (session->subscription_count >= broker->settings->max_subscriptions &&
      subscription_find(&broker->topics, &session->subscriptions, wanted->topic_filter) == NULL)
    return DM_MQTT_QUOTA_EXCEEDED;

  struct subscription *subscription =
      session_subscribe(session, &broker->topics, wanted->topic_filter);
  if (subscription == NULL)
    return DM_MQTT_UNSPECIFIED_ERROR;
  subscription->identifier = identifier;
  subscription->qos = wanted->qos == 0 ? 0 : 1;
  subscription->no_local = wanted->no_local != 0 || client->bridge;
  return subscription->qos;
}

static uint8_t unsubscribe_one(struct client *client, dm_span filter) {
  bool existed = session_unsubscribe(client->session, &client->broker->topics, filter);
  return existed ? DM_MQTT_SUCCESS : DM_MQTT_NO_SUBSCRIPTION_EXISTED;
}

static void answer(struct client *client, uint8_t type, uint16_t packet_id, dm_span codes) {
  dm_mqtt_packet packet = {.type = type, .packet_id = packet_id};
  packet.suback.reason_codes = codes;
  output_send(client, &packet);
}

/* Retain As Published and Retain Handling say nothing where nothing is retained. */
int handle_subscribe(struct client *client, const dm_mqtt_packet *packet) {
  char *codes = malloc(packet->subscribe.count);
  if (codes == NULL)
    return DM_MQTT_SERVER_BUSY;
  uint32_t identifier = 0;
  size_t position = 0;
  dm_mqtt_next_subscription_identifier(&packet->properties, &position, &identifier);

  dm_mqtt_subscription wanted;
  size_t count = 0;
  position = 0;
  while (dm_mqtt_next_subscription(&packet->subscribe, &position, &wanted)) {
    uint8_t code = subscribe_one(client, &wanted, identifier);
    /* Before MQTT 5 there is one code for every failure. */
    if (code >= DM_MQTT_UNSPECIFIED_ERROR && client->level != DM_MQTT_LEVEL_5)
      code = DM_MQTT_UNSPECIFIED_ERROR;
    codes[count++] = (char)code;
  }
  answer(client, DM_MQTT_SUBACK, packet->packet_id, dm_bytes(codes, count));
  free(codes);
  return 0;
}

int handle_unsubscribe(struct client *client, const dm_mqtt_packet *packet) {
  char *codes = malloc(packet->unsubscribe.count);
  if (codes == NULL)
    return DM_MQTT_SERVER_BUSY;
  dm_span filter;
  size_t count = 0;
  size_t position = 0;
  while (dm_mqtt_next_topic_filter(&packet->unsubscribe, &position, &filter))
    codes[count++] = (char)unsubscribe_one(client, filter);
  bool told = client->level == DM_MQTT_LEVEL_5;
  answer(client, DM_MQTT_UNSUBACK, packet->packet_id, dm_bytes(codes, told ? count : 0));
  free(codes);
  return 0;
}
