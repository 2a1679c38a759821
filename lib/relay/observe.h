/* Packets that the host hears of when they have been passed on.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_OBSERVE_H
#define DM_RELAY_OBSERVE_H

#include "relay/packet.h"

/* The host's callback for such packets. NULL: it does not want to know. */
typedef void dmi_relay_observer(void *user, const dm_mqtt_packet *packet);

/* RELAY_PASS_AND_TELL, if the packet can be told of and there is somebody to tell. */
dmi_relay_verdict dmi_relay_judge_observed(const dm_relay *relay, const dmi_relay_packet *packet,
                                           dmi_relay_observer *observer);

/* Tells of it, if it is as the standard wants it. */
void dmi_relay_tell_observed(dm_relay *relay, const dmi_relay_packet *packet,
                             dmi_relay_observer *observer);

#endif
