/* Packets that the host hears of when they have been passed on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/byte_stream.h"

dmi_relay_verdict dmi_relay_pass_and_report(dmi_relay_run *run, const dmi_relay_packet *packet,
                                            void (*report)(void *user,
                                                           const dm_mqtt_packet *packet)) {
  dm_relay *relay = run->relay;
  dm_mqtt_packet decoded;
  size_t size = dm_mqtt_packet_size(&packet->header);
  if (report == NULL || relay->state == RELAY_OVER || size > relay->host->config.max_connect_size)
    return RELAY_PASS;
  if (!dmi_relay_packet_whole(packet))
    return RELAY_STOP;
  if (dm_mqtt_decode(relay->level, &packet->header, dmi_relay_packet_body(packet), &decoded) != 0)
    return RELAY_PASS;
  run->at += size;
  dmi_relay_write(run);
  if (relay->state != RELAY_OVER)
    report(relay->user, &decoded);
  return RELAY_PASSED;
}
