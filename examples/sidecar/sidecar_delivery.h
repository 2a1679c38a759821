/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_DELIVERY_H
#define SIDECAR_SIDECAR_DELIVERY_H

#include "dm/dm.h"

/* dm_config.deliver and dm_config.has_session; `user` is the sidecar. */
int sidecar_deliver(void *user, const dm_delivery *delivery);
int sidecar_has_session(void *user, dm_span client_id);

#endif
