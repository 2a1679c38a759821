/* The message that is published when a connection is lost.
 *
 * SPDX-License-Identifier: MIT
 */
#include "will.h"

bool will_take(struct will *will, const dm_mqtt_connect *connect) {
  *will = (struct will){0};
  if (!connect->has_will)
    return true;
  dm_mqtt_packet publish = {.type = DM_MQTT_PUBLISH, .properties = connect->will.properties};
  /* QoS 2 is here only from an old client, which was promised nothing; its subscribers
   * have QoS 1 at most. */
  publish.publish.qos = connect->will.qos == 0 ? 0 : 1;
  publish.publish.topic = connect->will.topic;
  publish.publish.payload = connect->will.payload;
  will->delay = publish.properties.will_delay_interval;
  publish.properties.present &= ~((uint64_t)1 << DM_MQTT_WILL_DELAY_INTERVAL);
  publish.properties.will_delay_interval = 0;
  will->message = message_copy(&publish, DM_NEVER);
  return will->message != NULL;
}

void will_discard(struct will *will) {
  message_release(will->message);
  *will = (struct will){0};
}
