/* How a link begins: a device is accepted, and when it has said enough, the broker is connected
 * to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_BEGIN_H
#define SIDECAR_LINK_BEGIN_H

#include "common/net/listener.h"
#include "dm/types.h"

/* Takes in a connection that waits: listener.take of the sidecar's. */
bool link_accept(listener *l);

/* Callback of the relay: these bytes are the broker's, to whom the first ones connect. */
void link_begin_to_broker(void *user, dm_span run);

#endif
