/* Letting the broker hear from a device whose PUBACKs were taken out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/keep_alive.h"

#include "base/deadlines.h"

/* Half of the keep-alive: the broker waits for three times as long [MQTT-3.1.2-22]. */
static dm_time keep_alive_due(const dm_relay *relay) {
  if (!relay->quiet || relay->keep_alive == 0 || !dmi_pings_room(&relay->pings))
    return DM_NEVER;
  return dmi_deadline_after(relay->sent_at, relay->keep_alive * DM_SECOND / 2);
}

dm_time dm_relay_next_deadline(const dm_relay *relay) {
  return keep_alive_due(relay);
}

/* While it is quiet, no packet to the broker is in progress. */
void dmi_relay_keep_alive(dm_relay *relay) {
  static const char pingreq[2] = {(char)(DM_MQTT_PINGREQ << 4), 0};
  if (relay->now < keep_alive_due(relay))
    return;
  dmi_pings_add(&relay->pings, true);
  relay->quiet = false;
  relay->sent_at = relay->now;
  relay->host->config.to_broker(relay->user, dm_bytes(pingreq, sizeof pingreq));
}

void dm_relay_tick(dm_relay *relay, dm_time now) {
  dmi_relay_enter(relay);
  dmi_relay_set_time(relay, now);
  dmi_relay_keep_alive(relay);
  dmi_relay_leave(relay);
}
