/* CONNECT and CONNACK: what they say of the connection.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_CONNECTION_H
#define DM_RELAY_CONNECTION_H

#include "relay/packet.h"

/* Judges the device's first packet. */
dmi_relay_verdict dmi_relay_judge_connect(dm_relay *relay, const dmi_relay_packet *packet);

/* Judges a CONNACK of the broker. */
dmi_relay_verdict dmi_relay_judge_connack(dm_relay *relay, const dmi_relay_packet *packet);

/* CONNACK was passed on: the connection is open, or it never was one. */
void dmi_relay_tell_connack(dm_relay *relay, const dmi_relay_packet *packet);

#endif
