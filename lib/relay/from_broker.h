/* Packets that the broker sends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_FROM_BROKER_H
#define DM_RELAY_FROM_BROKER_H

#include "relay/packet.h"

/* What becomes of a packet. */
dmi_relay_verdict dmi_relay_judge_broker(dm_relay *relay, const dmi_relay_packet *packet);

/* One was passed on or taken out, and somebody is to be told. */
void dmi_relay_tell_broker(dm_relay *relay, const dmi_relay_packet *packet);

#endif
