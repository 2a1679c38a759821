/* Packets that the host hears of when they have been passed on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/observe.h"

dmi_relay_verdict dmi_relay_judge_observed(const dm_relay *relay, const dmi_relay_packet *packet,
                                           dmi_relay_observer *observer) {
  if (observer == NULL || relay->state == RELAY_OVER ||
      dm_mqtt_packet_size(&packet->header) > relay->host->config.max_connect_size)
    return RELAY_PASS;
  return dmi_relay_packet_whole(packet) ? RELAY_PASS_AND_TELL : RELAY_STOP;
}

void dmi_relay_tell_observed(dm_relay *relay, const dmi_relay_packet *packet,
                             dmi_relay_observer *observer) {
  dm_mqtt_packet decoded;
  if (relay->state != RELAY_OVER && dmi_relay_packet_decode(relay->level, packet, &decoded) == 0)
    observer(relay->user, &decoded);
}
