/* Bytes on their way through the relay.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_BYTE_STREAM_H
#define DM_RELAY_BYTE_STREAM_H

#include "relay/relay.h"

typedef struct dmi_relay_direction dmi_relay_direction;

/* What was given at once. */
typedef struct dmi_relay_run {
  dm_relay *relay;
  dmi_relay_stream *stream;
  const dmi_relay_direction *direction;
  dm_span bytes;
  size_t begin; /* everything before was passed on or taken out */
  size_t at;    /* everything from `begin` to here is to be passed on */
  int result;
} dmi_relay_run;

/* A packet that begins at run->at, as far as it is there. */
typedef struct dmi_relay_packet {
  dm_mqtt_header header;
  dm_span bytes;
} dmi_relay_packet;

/* What becomes of it. */
typedef enum dmi_relay_verdict {
  RELAY_PASS,
  RELAY_PASSED,   /* the run is behind it already */
  RELAY_TAKE_OUT, /* nothing before it waits to be passed on */
  RELAY_STOP,     /* for more of it, or because it is held back */
  RELAY_LOST,     /* it is not MQTT: from here on everything is passed on */
  RELAY_REFUSE    /* run->result says why */
} dmi_relay_verdict;

/* Whether all of the packet is there. */
static inline bool dmi_relay_packet_whole(const dmi_relay_packet *packet) {
  return packet->bytes.len >= dm_mqtt_packet_size(&packet->header);
}

/* What follows the fixed header of a packet that is whole. */
static inline dm_span dmi_relay_packet_body(const dmi_relay_packet *packet) {
  return dm_bytes(packet->bytes.ptr + packet->header.length, packet->header.remaining_length);
}

/* Two bytes of a packet, big-endian. */
static inline uint16_t dmi_relay_packet_two(const dmi_relay_packet *packet, size_t at) {
  const uint8_t *bytes = (const uint8_t *)packet->bytes.ptr + at;
  return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Gives what the run has gathered to the other side. */
void dmi_relay_write_to_device(dmi_relay_run *run);
void dmi_relay_write_to_broker(dmi_relay_run *run);
void dmi_relay_write(dmi_relay_run *run); /* whichever it is */

/* The verdict RELAY_REFUSE with its reason. */
dmi_relay_verdict dmi_relay_refuse(dmi_relay_run *run, int why);

/* Judge one packet. */
dmi_relay_verdict dmi_relay_judge_device(dmi_relay_run *run, const dmi_relay_packet *packet);
dmi_relay_verdict dmi_relay_judge_broker(dmi_relay_run *run, const dmi_relay_packet *packet);

/* Passes on a packet and reports it, where there is somebody to report it to. */
dmi_relay_verdict dmi_relay_pass_and_report(dmi_relay_run *run, const dmi_relay_packet *packet,
                                            void (*report)(void *user,
                                                           const dm_mqtt_packet *packet));

/* CONNECT and CONNACK. */
dmi_relay_verdict dmi_relay_take_connect(dmi_relay_run *run, const dmi_relay_packet *packet);
dmi_relay_verdict dmi_relay_take_connack(dmi_relay_run *run, const dmi_relay_packet *packet);

/* Lets the broker hear from the device, if it is time. */
void dmi_relay_keep_alive(dm_relay *relay);

#endif
