/* GetConnection, ListSubscriptions and DeleteConnection: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_QUERIES_H
#define SIDECAR_SIDECAR_QUERIES_H

#include "sidecar.h"

/* How a connected device is connected. */
access_peer sidecar_peer(void *connection_user);

/* For dm_config.subscriptions and dm_config.end_connection. */
int sidecar_subscriptions(struct sidecar *sidecar, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor);
int sidecar_end_connection(struct sidecar *sidecar, const dm_target *target, bool clean_session,
                           bool prevent_will);

#endif
