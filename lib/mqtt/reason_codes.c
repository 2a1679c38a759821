/* The reason codes of MQTT 5, section 2.4.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/reason_codes.h"

#define IN(type)    (1u << DM_MQTT_##type)
#define IN_RECEIPTS (IN(PUBACK) | IN(PUBREC))
#define IN_SUBACKS  (IN(SUBACK) | IN(UNSUBACK))
#define IN_ENDINGS  (IN(CONNACK) | IN(DISCONNECT))

typedef struct reason {
  uint8_t code;
  uint16_t packets; /* bit n: packet type n */
  const char *text;
} reason;

/* Table 2-6, in its order. */
static const reason reasons[] = {
    {0x00,
     IN(CONNACK) | IN_RECEIPTS | IN(PUBREL) | IN(PUBCOMP) | IN_SUBACKS | IN(DISCONNECT) | IN(AUTH),
     "Success"},
    {0x01, IN(SUBACK), "Granted QoS 1"},
    {0x02, IN(SUBACK), "Granted QoS 2"},
    {0x04, IN(DISCONNECT), "Disconnect with Will Message"},
    {0x10, IN_RECEIPTS, "No matching subscribers"},
    {0x11, IN(UNSUBACK), "No subscription existed"},
    {0x18, IN(AUTH), "Continue authentication"},
    {0x19, IN(AUTH), "Re-authenticate"},
    {0x80, IN_ENDINGS | IN_RECEIPTS | IN_SUBACKS, "Unspecified error"},
    {0x81, IN_ENDINGS, "Malformed Packet"},
    {0x82, IN_ENDINGS, "Protocol Error"},
    {0x83, IN_ENDINGS | IN_RECEIPTS | IN_SUBACKS, "Implementation specific error"},
    {0x84, IN(CONNACK), "Unsupported Protocol Version"},
    {0x85, IN(CONNACK), "Client Identifier not valid"},
    {0x86, IN(CONNACK), "Bad User Name or Password"},
    {0x87, IN_ENDINGS | IN_RECEIPTS | IN_SUBACKS, "Not authorized"},
    {0x88, IN(CONNACK), "Server unavailable"},
    {0x89, IN_ENDINGS, "Server busy"},
    {0x8A, IN(CONNACK), "Banned"},
    {0x8B, IN(DISCONNECT), "Server shutting down"},
    {0x8C, IN_ENDINGS, "Bad authentication method"},
    {0x8D, IN(DISCONNECT), "Keep Alive timeout"},
    {0x8E, IN(DISCONNECT), "Session taken over"},
    {0x8F, IN_SUBACKS | IN(DISCONNECT), "Topic Filter invalid"},
    {0x90, IN_ENDINGS | IN_RECEIPTS, "Topic Name invalid"},
    {0x91, IN_RECEIPTS | IN_SUBACKS, "Packet Identifier in use"},
    {0x92, IN(PUBREL) | IN(PUBCOMP), "Packet Identifier not found"},
    {0x93, IN(DISCONNECT), "Receive Maximum exceeded"},
    {0x94, IN(DISCONNECT), "Topic Alias invalid"},
    {0x95, IN_ENDINGS, "Packet too large"},
    {0x96, IN(DISCONNECT), "Message rate too high"},
    {0x97, IN_ENDINGS | IN_RECEIPTS | IN(SUBACK), "Quota exceeded"},
    {0x98, IN(DISCONNECT), "Administrative action"},
    {0x99, IN_ENDINGS | IN_RECEIPTS, "Payload format invalid"},
    {0x9A, IN_ENDINGS, "Retain not supported"},
    {0x9B, IN_ENDINGS, "QoS not supported"},
    {0x9C, IN_ENDINGS, "Use another server"},
    {0x9D, IN_ENDINGS, "Server moved"},
    {0x9E, IN(SUBACK) | IN(DISCONNECT), "Shared Subscriptions not supported"},
    {0x9F, IN_ENDINGS, "Connection rate exceeded"},
    {0xA0, IN(DISCONNECT), "Maximum connect time"},
    {0xA1, IN(SUBACK) | IN(DISCONNECT), "Subscription Identifiers not supported"},
    {0xA2, IN(SUBACK) | IN(DISCONNECT), "Wildcard Subscriptions not supported"},
};

static const reason *find(uint8_t code) {
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    if (reasons[i].code == code)
      return &reasons[i];
  return NULL;
}

bool dmi_reason_code_allowed(uint8_t packet_type, uint8_t reason_code) {
  const reason *known = find(reason_code);
  return known != NULL && (known->packets >> packet_type & 1) != 0;
}

const char *dm_mqtt_reason_text(uint8_t reason_code) {
  const reason *known = find(reason_code);
  return known == NULL ? "Unknown reason code" : known->text;
}

/* MQTT 3.1.1 section 3.2.2.3. */
int dm_mqtt_connack_return_code(uint8_t reason_code) {
  switch (reason_code) {
  case DM_MQTT_SUCCESS:
    return 0;
  case DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION:
    return 1; /* unacceptable protocol version */
  case DM_MQTT_CLIENT_IDENTIFIER_NOT_VALID:
    return 2; /* identifier rejected */
  case DM_MQTT_UNSPECIFIED_ERROR:
  case DM_MQTT_IMPLEMENTATION_SPECIFIC_ERROR:
  case DM_MQTT_SERVER_UNAVAILABLE:
  case DM_MQTT_SERVER_BUSY:
  case DM_MQTT_QUOTA_EXCEEDED:
  case DM_MQTT_USE_ANOTHER_SERVER:
  case DM_MQTT_SERVER_MOVED:
  case DM_MQTT_CONNECTION_RATE_EXCEEDED:
    return 3; /* server unavailable */
  case DM_MQTT_BAD_USER_NAME_OR_PASSWORD:
    return 4; /* bad user name or password */
  case DM_MQTT_NOT_AUTHORIZED:
  case DM_MQTT_BANNED:
    return 5; /* not authorized */
  default:
    return -1;
  }
}
