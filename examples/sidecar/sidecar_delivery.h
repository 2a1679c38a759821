/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_DELIVERY_H
#define SIDECAR_SIDECAR_DELIVERY_H

#include "sidecar.h"

/* dm_config.deliver; `user` is not looked at, the connection knows its sidecar. */
int sidecar_deliver(void *user, const dm_delivery *delivery);

/* For dm_config.has_session. */
int sidecar_has_session(struct sidecar *sidecar, dm_span client_id);

#endif
