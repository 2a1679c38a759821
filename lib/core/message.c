/* Whether a message is well formed, and how large a packet it makes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/message.h"

#include "base/span.h"
#include "base/structure.h"
#include "base/utf8.h"

#define MESSAGE_FIRST_SIZE sizeof(dm_message)

enum {
  SLASHES_MAX = 7
};

/* ---- Well formed? ------------------------------------------------------- */

bool dmi_client_id_valid(dm_span client_id) {
  return client_id.len >= 1 && client_id.len <= DM_CLIENT_ID_MAX && client_id.ptr[0] != '$' &&
         dmi_utf8_valid_mqtt(client_id);
}

static bool topic_valid(dm_span topic) {
  unsigned slashes = 0;
  if (topic.len < 1 || topic.len > DM_TOPIC_MAX || topic.ptr[0] == '$')
    return false;
  for (size_t i = 0; i < topic.len; i++) {
    if (topic.ptr[i] == '+' || topic.ptr[i] == '#')
      return false;
    slashes += topic.ptr[i] == '/';
  }
  return slashes <= SLASHES_MAX && dmi_utf8_valid_text(topic);
}

static bool user_properties_valid(const dm_message *message, uint32_t limit) {
  uint64_t total = 0;
  for (size_t i = 0; i < message->user_property_count; i++) {
    const dm_property *property = &message->user_properties[i];
    total += (uint64_t)property->key.len + property->value.len;
    if (total > limit || property->key.len > UINT16_MAX || property->value.len > UINT16_MAX ||
        !dmi_utf8_valid_text(property->key) || !dmi_utf8_valid_text(property->value))
      return false;
  }
  return true;
}

static int check_properties(const dm_limits *limits, const dm_message *message) {
  dm_span content_type = message->content_type;
  if (content_type.len > limits->max_content_type || content_type.len > UINT16_MAX ||
      !dmi_utf8_valid_text(content_type))
    return DM_INVALID_CONTENT_TYPE;
  if (dmi_span_present(message->response_topic) && !topic_valid(message->response_topic))
    return DM_INVALID_RESPONSE_TOPIC;
  if (!user_properties_valid(message, limits->max_user_properties))
    return DM_INVALID_USER_PROPERTIES;
  if (message->correlation_data.len > limits->max_correlation_data)
    return DM_INVALID_CORRELATION_DATA;
  return DM_OK;
}

/* A payload over the limit is refused later, for its size. */
static int check_payload_format(const dm_limits *limits, const dm_message *message) {
  switch (message->payload_format) {
  case DM_PAYLOAD_FORMAT_ABSENT:
  case DM_PAYLOAD_FORMAT_BYTES:
    return DM_OK;
  case DM_PAYLOAD_FORMAT_UTF8:
    if (message->payload.len > limits->max_payload || dmi_utf8_valid(message->payload))
      return DM_OK;
    return DM_INVALID_PAYLOAD_FORMAT;
  default:
    return DM_INVALID_PAYLOAD_FORMAT;
  }
}

int dmi_message_check(const dm_limits *limits, const dm_message *message) {
  if (!dmi_client_id_valid(message->client_id))
    return DM_MALFORMED_CLIENTID;
  if (!topic_valid(message->topic))
    return DM_INVALID_TOPIC;
  if (message->mode != DM_MODE_SENT && message->mode != DM_MODE_ACKNOWLEDGED)
    return DM_INVALID_CONFIRMATION_PARAMETER;
  if (message->mode != DM_MODE_SENT && message->timeout > limits->max_timeout)
    return DM_INVALID_TIMEOUT_PARAMETER;
  int outcome = check_properties(limits, message);
  if (outcome == DM_OK)
    outcome = check_payload_format(limits, message);
  return outcome;
}

static bool sound(const dm_message *message) {
  if (message->user_properties == NULL && message->user_property_count > 0)
    return false;
  for (size_t i = 0; i < message->user_property_count; i++)
    if (!dmi_span_sound(message->user_properties[i].key) ||
        !dmi_span_sound(message->user_properties[i].value))
      return false;
  return dmi_span_sound(message->client_id) && dmi_span_sound(message->topic) &&
         dmi_span_sound(message->payload) && dmi_span_sound(message->content_type) &&
         dmi_span_sound(message->response_topic) && dmi_span_sound(message->correlation_data);
}

const dm_message *dmi_message_read(const dm_message *given, dm_message *room) {
  const dm_message *message = dmi_structure_read(given, MESSAGE_FIRST_SIZE, room, sizeof *room);
  return message != NULL && sound(message) ? message : NULL;
}

/* ---- Packet size -------------------------------------------------------- */

/* The bytes of a Variable Byte Integer; 0 for what none can hold (MQTT 5 section 1.5.5). */
static uint64_t variable_byte_length(uint64_t value) {
  return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : value < 268435456 ? 4 : 0;
}

/* One identifier byte and a two-byte length before the content (MQTT 5 section 2.2.2). */
static uint64_t optional_size(dm_span property) {
  return dmi_span_present(property) ? 3 + (uint64_t)property.len : 0;
}

static uint64_t properties_size(const dm_message *message) {
  uint64_t size = message->payload_format == DM_PAYLOAD_FORMAT_ABSENT ? 0 : 2;
  size += optional_size(message->content_type) + optional_size(message->response_topic) +
          optional_size(message->correlation_data);
  for (size_t i = 0; i < message->user_property_count; i++)
    size +=
        5 + (uint64_t)message->user_properties[i].key.len + message->user_properties[i].value.len;
  return size;
}

uint64_t dmi_message_packet_size(const dm_message *message, uint8_t protocol_level) {
  uint64_t remaining = 2 + (uint64_t)message->topic.len + message->payload.len;
  if (message->mode != DM_MODE_SENT)
    remaining += 2;
  if (protocol_level >= 5) {
    uint64_t properties = properties_size(message);
    remaining += variable_byte_length(properties) + properties;
  }
  uint64_t length = variable_byte_length(remaining);
  return length == 0 ? UINT64_MAX : 1 + length + remaining;
}
