/* DISCONNECT from a client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "handle_disconnect.h"

#include "client.h"
#include "client_close.h"
#include "session.h"

int handle_disconnect(struct client *client, const dm_mqtt_packet *packet) {
  struct session *session = client->session;
  if (dm_mqtt_has(&packet->properties, DM_MQTT_SESSION_EXPIRY_INTERVAL)) {
    uint32_t wanted = packet->properties.session_expiry_interval;
    /* MQTT 5 section 3.14.2.2.2 */
    if (session->expiry_interval == 0 && wanted != 0)
      return DM_MQTT_PROTOCOL_ERROR;
    session->expiry_interval = session_granted_expiry(client->broker->settings, wanted);
  }
  /* [MQTT-3.14.4-3]; any other reason code means that the will is wanted. */
  if (packet->reason_code == DM_MQTT_NORMAL_DISCONNECTION)
    will_discard(&session->will);
  client_goodbye(client);
  return 0;
}
