/* Why a link ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include "departure.h"

#include "link.h"

/* What a broker says in its DISCONNECT (MQTT 5 section 3.14.2.1). */
static int reason_of_broker(uint8_t reason_code) {
  switch (reason_code) {
  case DM_MQTT_KEEP_ALIVE_TIMEOUT:
    return DM_DISCONNECT_MQTT_KEEP_ALIVE_TIMEOUT;
  case DM_MQTT_SESSION_TAKEN_OVER:
    return DM_DISCONNECT_DUPLICATE_CLIENTID;
  case DM_MQTT_NOT_AUTHORIZED:
    return DM_DISCONNECT_FORBIDDEN_ACCESS;
  case DM_MQTT_MALFORMED_PACKET:
  case DM_MQTT_PROTOCOL_ERROR:
  case DM_MQTT_TOPIC_FILTER_INVALID:
  case DM_MQTT_TOPIC_NAME_INVALID:
  case DM_MQTT_RECEIVE_MAXIMUM_EXCEEDED:
  case DM_MQTT_TOPIC_ALIAS_INVALID:
  case DM_MQTT_PACKET_TOO_LARGE:
  case DM_MQTT_PAYLOAD_FORMAT_INVALID:
    return DM_DISCONNECT_CLIENT_ERROR;
  case DM_MQTT_MESSAGE_RATE_TOO_HIGH:
  case DM_MQTT_QUOTA_EXCEEDED:
  case DM_MQTT_CONNECTION_RATE_EXCEEDED:
    return DM_DISCONNECT_THROTTLED;
  case DM_MQTT_UNSPECIFIED_ERROR:
  case DM_MQTT_IMPLEMENTATION_SPECIFIC_ERROR:
  case DM_MQTT_SERVER_BUSY:
    return DM_DISCONNECT_SERVER_ERROR;
  default:
    return DM_DISCONNECT_SERVER_INITIATED;
  }
}

void departure_dismissed(void *user, const dm_mqtt_packet *disconnect) {
  struct link *link = user;
  link->departure = reason_of_broker(disconnect->reason_code);
}

int departure_reason(const struct link *link, const dm_mqtt_packet *disconnect) {
  if (link->departure != DM_DISCONNECT_CONNECTION_LOST)
    return link->departure;
  if (disconnect != NULL)
    return DM_DISCONNECT_CLIENT_INITIATED;
  if (link->broker.ended)
    return DM_DISCONNECT_SERVER_INITIATED;
  return link->broker.deaf ? DM_DISCONNECT_SERVER_ERROR : DM_DISCONNECT_CONNECTION_LOST;
}
