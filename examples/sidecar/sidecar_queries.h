/* ListSubscriptions and DeleteConnection: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_QUERIES_H
#define SIDECAR_SIDECAR_QUERIES_H

#include "dm/dm.h"

/* dm_config.subscriptions and dm_config.end_connection; `user` is the sidecar. */
int sidecar_subscriptions(void *user, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor);
int sidecar_end_connection(void *user, const dm_target *target, int clean_session,
                           int prevent_will);

#endif
