/* Direct messages: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_DELIVERY_H
#define BROKER_BROKER_DELIVERY_H

#include "dm/dm.h"

struct broker;

/* dm_config.deliver; `user` is not looked at, the connection knows its broker. */
int broker_deliver(void *user, const dm_delivery *delivery);

/* For dm_config.has_session. */
int broker_has_session(const struct broker *broker, dm_span client_id);

#endif
