/* Connections that are passed on although they cannot be followed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/unfollowed.h"

#include "mqtt/wire.h"

/* Set by brokers that connect to others, in the levels of MQTT 3. */
#define LEVEL_MASK 0x7F

/* The client identifier of a CONNECT of which no more may be understood; empty where it is not
 * found. */
static dm_span find_client_id(dm_span body) {
  dmi_wire_reader r = dmi_wire_reader_over(body);
  dmi_wire_string(&r);
  uint8_t level = dmi_wire_byte(&r) & LEVEL_MASK;
  dmi_wire_take(&r, 3); /* flags and keep-alive */
  if (level < DM_MQTT_LEVEL_3_1 || level > DM_MQTT_LEVEL_5)
    return dm_text("");
  if (level == DM_MQTT_LEVEL_5)
    dmi_wire_take(&r, dmi_wire_long_varint(&r));
  return dmi_wire_string(&r);
}

/* The rest of it may hold a password. */
void dmi_relay_keep_unread(dm_relay *relay, const dmi_relay_packet *packet) {
  dm_span client_id = find_client_id(dmi_relay_packet_body(packet));
  memset(relay->connect, 0, relay->connect_size);
  if (client_id.len > 0)
    memcpy(relay->connect, client_id.ptr, client_id.len);
  relay->connect_size = client_id.len;
}

static void tell(dm_relay *relay, dm_span client_id, const char *why) {
  relay->state = RELAY_UNFOLLOWED;
  relay->quiet = false;
  relay->resume_due = relay->resume_due || relay->held;
  relay->held = false;
  if (relay->host->config.unfollowed != NULL)
    relay->host->config.unfollowed(relay->user, client_id, why);
}

void dmi_relay_accept_unread(dm_relay *relay, dm_span client_id, const char *why) {
  if (relay->host->config.unfollowed == NULL) {
    dmi_relay_over(relay, NULL);
    return;
  }
  tell(relay, client_id, why);
  dmi_relay_forget_connect(relay);
}

void dmi_relay_lose_track(dm_relay *relay, const char *why) {
  if (relay->state == RELAY_CONNECTING && (relay->level != 0 || relay->from_broker.raw))
    dmi_relay_over(relay, NULL);
  else if (dmi_relay_follows(relay))
    tell(relay, dm_text(""), why);
}
