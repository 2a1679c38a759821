/* A direct message as an MQTT packet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/structure.h"
#include "dm/dm.h"
#include "dm/mqtt.h"

#define DELIVERY_FIRST_SIZE sizeof(dm_delivery)
#define MESSAGE_FIRST_SIZE  sizeof(dm_message)

static void set_format(dm_mqtt_properties *properties, int format) {
  if (format == DM_PAYLOAD_FORMAT_ABSENT)
    return;
  properties->payload_format_indicator = format == DM_PAYLOAD_FORMAT_UTF8;
  dm_mqtt_set(properties, DM_MQTT_PAYLOAD_FORMAT_INDICATOR);
}

static void set_bytes(dm_mqtt_properties *properties, unsigned identifier, dm_span *field,
                      dm_span value) {
  if (value.ptr == NULL)
    return;
  *field = value;
  dm_mqtt_set(properties, identifier);
}

static void set_properties(dm_mqtt_properties *properties, const dm_message *message) {
  set_format(properties, message->payload_format);
  set_bytes(properties, DM_MQTT_CONTENT_TYPE, &properties->content_type, message->content_type);
  set_bytes(properties, DM_MQTT_RESPONSE_TOPIC, &properties->response_topic,
            message->response_topic);
  set_bytes(properties, DM_MQTT_CORRELATION_DATA, &properties->correlation_data,
            message->correlation_data);
  properties->user_properties = message->user_properties;
  properties->user_property_count = message->user_property_count;
  if (message->user_property_count != 0)
    dm_mqtt_set(properties, DM_MQTT_USER_PROPERTY);
}

int dm_mqtt_delivery(const dm_delivery *given, dm_mqtt_packet *out) {
  dm_delivery room;
  dm_message message_room;
  const dm_delivery *delivery = dmi_structure_read(given, DELIVERY_FIRST_SIZE, &room, sizeof room);
  const dm_message *message = delivery == NULL
                                  ? NULL
                                  : dmi_structure_read(delivery->message, MESSAGE_FIRST_SIZE,
                                                       &message_room, sizeof message_room);
  if (message == NULL || out == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  *out = (dm_mqtt_packet){.type = DM_MQTT_PUBLISH};
  out->publish.qos = delivery->qos;
  out->publish.topic = message->topic;
  out->publish.payload = message->payload;
  set_properties(&out->properties, message);
  return DM_OK;
}
