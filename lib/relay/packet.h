/* A packet on its way through the relay, and what can become of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_PACKET_H
#define DM_RELAY_PACKET_H

#include "mqtt/fixed_header.h"
#include "relay/relay.h"

/* A packet as far as it is there. */
typedef struct dmi_relay_packet {
  dm_mqtt_header header;
  dm_span bytes;
} dmi_relay_packet;

/* What becomes of it. Who judges may see a packet again, with more of it there, after
 * RELAY_STOP. */
typedef enum dmi_relay_verdict {
  RELAY_PASS,          /* it is passed on as it comes */
  RELAY_PASS_AND_TELL, /* all of it is there: it is passed on, then told of */
  RELAY_TAKE_OUT,      /* it is not passed on; it is told of when all before it was */
  RELAY_STOP,          /* for more of it, or because it is held back */
  RELAY_LOST,          /* it is not MQTT: from here on everything is passed on */

  /* Nothing more is taken, and the host is told why. */
  RELAY_NOT_A_CONNECT = DM_RELAY_NOT_A_CONNECT,
  RELAY_CONNECT_TOO_LARGE = DM_RELAY_CONNECT_TOO_LARGE,
  RELAY_PROTOCOL_ERROR = DM_RELAY_PROTOCOL_ERROR, /* after what is before it was passed on and it
                                                   * was told of */
  RELAY_NO_MEMORY = DM_ERROR_NO_MEMORY
} dmi_relay_verdict;

/* Whether all of the packet is there. */
static inline bool dmi_relay_packet_whole(const dmi_relay_packet *packet) {
  return packet->bytes.len >= dm_mqtt_packet_size(&packet->header);
}

/* What follows the fixed header of a packet that is whole. */
static inline dm_span dmi_relay_packet_body(const dmi_relay_packet *packet) {
  return dm_bytes(packet->bytes.ptr + packet->header.length, packet->header.remaining_length);
}

/* Decodes a packet that is whole and is no PUBLISH. Reserved flags, and a remaining length longer
 * than it need be, are the broker's to judge. */
static inline int dmi_relay_packet_decode(uint8_t level, const dmi_relay_packet *packet,
                                          dm_mqtt_packet *decoded) {
  dm_mqtt_header header = packet->header;
  header.flags = dmi_fixed_header_flags(header.type);
  header.length = 2;
  return dm_mqtt_decode(level, &header, dmi_relay_packet_body(packet), decoded);
}

/* Two bytes of a packet, big-endian. */
static inline uint16_t dmi_relay_packet_two(const dmi_relay_packet *packet, size_t at) {
  const uint8_t *bytes = (const uint8_t *)packet->bytes.ptr + at;
  return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

#endif
