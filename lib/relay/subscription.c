/* What devices subscribe to, for hosts that want to know.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/stream.h"

relay_verdict relay_take_subscription(relay_run *run, const relay_packet *packet) {
  dm_relay *relay = run->relay;
  dm_mqtt_packet decoded;
  size_t size = dm_mqtt_packet_size(&packet->header);
  if (relay->config->subscription == NULL || relay->state == RELAY_OVER ||
      size > relay->max_connect_size)
    return RELAY_PASS;
  if (!relay_packet_whole(packet))
    return RELAY_STOP;
  if (dm_mqtt_decode(relay->level, &packet->header, relay_packet_body(packet), &decoded) != 0)
    return RELAY_PASS;
  run->at += size;
  relay_write(run);
  if (!relay->ended)
    relay->config->subscription(relay->user, &decoded);
  return RELAY_PASSED;
}
