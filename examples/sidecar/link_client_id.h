/* The client identifier by which a link is addressed, and what its session leaves to the next
 * link with the same one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_CLIENT_ID_H
#define SIDECAR_LINK_CLIENT_ID_H

#include "link.h"

/* Addresses a link by this client identifier from now on: the newest one is the one that counts.
 * With `session_present` it goes on with what the one before knew. False where no message can
 * name it, or when out of memory. */
bool link_take_client_id(struct link *link, dm_span client_id, bool session_present);

/* Its connection is over: remembers the session, where that may live on. */
void link_give_up_client_id(struct link *link);

#endif
