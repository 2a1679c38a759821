/* ListSubscriptions and DeleteConnection: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_QUERIES_H
#define BROKER_BROKER_QUERIES_H

#include <stdbool.h>

#include "dm/dm.h"

struct broker;

/* For dm_config.subscriptions and dm_config.end_connection. */
int broker_subscriptions(struct broker *broker, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor);
int broker_end_connection(struct broker *broker, const dm_target *target, bool clean_session,
                          bool prevent_will);

#endif
