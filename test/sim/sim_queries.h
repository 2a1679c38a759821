/* Queries about clients that are here, gone or unknown: dm_get_connection() and its siblings.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIM_QUERIES_H
#define TEST_SIM_SIM_QUERIES_H

#include "dm/dm.h"

void queries_query(void);

/* The host's subscriptions() and end_connection(). */
int queries_subscriptions(void *user, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor);
int queries_end_connection(void *user, const dm_target *target, int clean_session,
                           int prevent_will);

/* The event of a query. */
void queries_event(const dm_event *event);

#endif
