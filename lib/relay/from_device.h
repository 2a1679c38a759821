/* Packets that the device sends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_FROM_DEVICE_H
#define DM_RELAY_FROM_DEVICE_H

#include "relay/packet.h"

/* What becomes of a packet. */
dmi_relay_verdict dmi_relay_judge_device(dm_relay *relay, const dmi_relay_packet *packet);

/* One was passed on or taken out, and somebody is to be told. */
void dmi_relay_tell_device(dm_relay *relay, const dmi_relay_packet *packet);

#endif
