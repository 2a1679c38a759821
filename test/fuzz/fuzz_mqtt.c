/* Fuzzing the MQTT codec. The first byte picks the level, the rest is a stream of packets.
 *
 * What is accepted must encode; what was encoded must decode and encode to the same bytes,
 * at every level that has a form for it; nothing is read or written outside of its bytes,
 * which AddressSanitizer sees because all lie in memory of exactly their size.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dm/mqtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition) {
  if (!condition)
    abort();
}

static char *room(size_t size) {
  char *bytes = malloc(size == 0 ? 1 : size);
  require(bytes != NULL);
  return bytes;
}

static int decode(uint8_t level, dm_span bytes, dm_mqtt_packet *packet) {
  dm_mqtt_header header;
  require(dm_mqtt_read_header(0, bytes, &header) == 0);
  require(dm_mqtt_packet_size(&header) == bytes.len);
  return dm_mqtt_decode(level, &header,
                        dm_bytes(bytes.ptr + header.length, header.remaining_length), packet);
}

static size_t count_subscriptions(const dm_mqtt_packet *packet) {
  size_t count = 0;
  size_t position = 0;
  dm_mqtt_subscription subscription;
  while (dm_mqtt_next_subscription(&packet->subscribe, &position, &subscription)) {
    require(dm_mqtt_topic_filter_valid(subscription.topic_filter));
    count++;
  }
  return count;
}

static size_t count_topic_filters(const dm_mqtt_packet *packet) {
  size_t count = 0;
  size_t position = 0;
  dm_span filter;
  while (dm_mqtt_next_topic_filter(&packet->unsubscribe, &position, &filter)) {
    require(dm_mqtt_topic_filter_valid(filter));
    count++;
  }
  return count;
}

static void walk(const dm_mqtt_packet *packet) {
  if (packet->type == DM_MQTT_SUBSCRIBE)
    require(count_subscriptions(packet) == packet->subscribe.count);
  if (packet->type == DM_MQTT_UNSUBSCRIBE)
    require(count_topic_filters(packet) == packet->unsubscribe.count);
  size_t position = 0;
  dm_property pair;
  while (dm_mqtt_next_user_property(&packet->properties, &position, &pair))
    require(dm_mqtt_has(&packet->properties, DM_MQTT_USER_PROPERTY));
}

/* Encodes into memory of exactly the size; NULL where the packet must not be sent. */
static char *encode(uint8_t level, const dm_mqtt_packet *packet, size_t *len) {
  size_t size;
  if (dm_mqtt_encoded_size(level, packet, &size) != DM_OK)
    return NULL;
  char *out = room(size);
  require(dm_mqtt_encode(level, packet, out, size - 1, len) == DM_ERROR_BUFFER_TOO_SMALL);
  require(*len == size);
  require(dm_mqtt_encode(level, packet, out, size, len) == DM_OK && *len == size);
  return out;
}

static int encodes_stably(uint8_t level, const dm_mqtt_packet *packet) {
  size_t len;
  char *once = encode(level, packet, &len);
  if (once == NULL)
    return 0;
  dm_mqtt_packet again;
  require(decode(level, dm_bytes(once, len), &again) == 0);
  walk(&again);
  size_t len_again;
  char *twice = encode(level, &again, &len_again);
  require(twice != NULL && len == len_again && memcmp(once, twice, len) == 0);
  free(twice);
  free(once);
  return 1;
}

/* As a host that forwards whatever it has as properties or as a payload in wire form. */
static void forward(dm_span bytes) {
  dm_mqtt_packet packet;
  memset(&packet, 0, sizeof packet);
  packet.packet_id = 1;
  packet.type = DM_MQTT_SUBSCRIBE;
  packet.subscribe.encoded = bytes;
  encodes_stably(DM_MQTT_LEVEL_3_1_1, &packet);
  packet.type = DM_MQTT_UNSUBSCRIBE;
  packet.unsubscribe.encoded = bytes;
  encodes_stably(DM_MQTT_LEVEL_5, &packet);
  memset(&packet, 0, sizeof packet);
  packet.type = DM_MQTT_PUBLISH;
  packet.publish.topic = dm_text("t");
  packet.properties.encoded = bytes;
  dm_mqtt_set(&packet.properties, DM_MQTT_USER_PROPERTY);
  dm_mqtt_set(&packet.properties, DM_MQTT_SUBSCRIPTION_IDENTIFIER);
  encodes_stably(DM_MQTT_LEVEL_5, &packet);
}

static void one_packet(uint8_t level, const dm_mqtt_header *header, dm_span body) {
  char *copy = room(body.len);
  if (body.len > 0)
    memcpy(copy, body.ptr, body.len);
  dm_mqtt_packet packet;
  int result = dm_mqtt_decode(level, header, dm_bytes(copy, body.len), &packet);
  require((result == 0) == (packet.problem == NULL));
  require(result == 0 || result == DM_MQTT_MALFORMED_PACKET || result == DM_MQTT_PROTOCOL_ERROR ||
          result == DM_MQTT_TOPIC_ALIAS_INVALID || result == DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION);
  if (result == 0) {
    walk(&packet);
    require(encodes_stably(level, &packet));
    for (uint8_t other = DM_MQTT_LEVEL_3_1; other <= DM_MQTT_LEVEL_5; other++)
      encodes_stably(other, &packet);
  }
  forward(dm_bytes(copy, body.len));
  free(copy);
}

static void topics(dm_span bytes) {
  const char *half = bytes.len == 0 ? NULL : memchr(bytes.ptr, ' ', bytes.len);
  if (half == NULL)
    return;
  dm_span filter = dm_bytes(bytes.ptr, (size_t)(half - bytes.ptr));
  dm_span topic = dm_bytes(half + 1, bytes.len - filter.len - 1);
  int matches = dm_mqtt_topic_matches(filter, topic);
  if (dm_mqtt_topic_name_valid(filter)) {
    require(dm_mqtt_topic_filter_valid(filter));
    require(matches == (filter.len == topic.len && memcmp(filter.ptr, topic.ptr, topic.len) == 0));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  uint8_t level = (uint8_t)(DM_MQTT_LEVEL_3_1 + data[0] % 3);
  dm_span left = dm_bytes(data + 1, size - 1);
  topics(left);
  for (;;) {
    dm_mqtt_header header;
    if (dm_mqtt_read_header(0, left, &header) != 0 || left.len < dm_mqtt_packet_size(&header))
      return 0;
    one_packet(level, &header, dm_bytes(left.ptr + header.length, header.remaining_length));
    left =
        dm_bytes(left.ptr + dm_mqtt_packet_size(&header), left.len - dm_mqtt_packet_size(&header));
  }
}
