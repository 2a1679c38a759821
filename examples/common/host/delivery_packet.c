/* A direct message as an MQTT packet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/delivery_packet.h"

static void set_format(dm_mqtt_properties *properties, int format) {
  if (format == DM_PAYLOAD_FORMAT_ABSENT)
    return;
  properties->payload_format_indicator = format == DM_PAYLOAD_FORMAT_UTF8;
  dm_mqtt_set(properties, DM_MQTT_PAYLOAD_FORMAT_INDICATOR);
}

static void set_text(dm_mqtt_properties *properties, unsigned identifier, dm_span *field,
                     dm_span value) {
  if (value.ptr == NULL)
    return;
  *field = value;
  dm_mqtt_set(properties, identifier);
}

dm_mqtt_packet delivery_packet(const dm_delivery *delivery) {
  const dm_message *message = delivery->message;
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH};
  dm_mqtt_properties *properties = &packet.properties;
  packet.publish.qos = delivery->qos;
  packet.publish.topic = message->topic;
  packet.publish.payload = message->payload;
  set_format(properties, message->payload_format);
  set_text(properties, DM_MQTT_CONTENT_TYPE, &properties->content_type, message->content_type);
  set_text(properties, DM_MQTT_RESPONSE_TOPIC, &properties->response_topic,
           message->response_topic);
  set_text(properties, DM_MQTT_CORRELATION_DATA, &properties->correlation_data,
           message->correlation_data);
  properties->user_properties = message->user_properties;
  properties->user_property_count = message->user_property_count;
  if (message->user_property_count != 0)
    dm_mqtt_set(properties, DM_MQTT_USER_PROPERTY);
  return packet;
}
