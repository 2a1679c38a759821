/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_DELIVERY_H
#define BROKER_BROKER_DELIVERY_H

#include "dm/dm.h"

/* dm_config.deliver and dm_config.has_session; `user` is the broker. */
int broker_deliver(void *user, const dm_delivery *delivery);
int broker_has_session(void *user, dm_span client_id);

#endif
