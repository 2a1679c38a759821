/* Connections that are passed on although they cannot be followed, or not any more.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_UNFOLLOWED_H
#define DM_RELAY_UNFOLLOWED_H

#include "relay/packet.h"

/* The CONNECT whose copy was made cannot be read: keeps its client identifier alone, as far as
 * there is one. */
void dmi_relay_keep_unread(dm_relay *relay, const dmi_relay_packet *packet);

/* The broker has accepted a device whose CONNECT, or CONNACK, cannot be read. */
void dmi_relay_accept_unread(dm_relay *relay, dm_span client_id, const char *why);

/* Nobody knows where packets begin any more. */
void dmi_relay_lose_track(dm_relay *relay, const char *why);

#endif
