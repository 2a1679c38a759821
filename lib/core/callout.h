/* The host's callbacks, one wrapper each: what is missing, and what their results mean.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CALLOUT_H
#define DM_CORE_CALLOUT_H

#include "core/context.h"

/* Hands a message to the receiver's connection. DM_OK, or the outcome of a refusal. */
int dmi_callout_deliver(dm_context *context, const dm_delivery *delivery);

/* The policies of a party. DM_OK or DM_INTERNAL_SERVER_ERROR. */
int dmi_callout_policies(dm_context *context, const dm_party *party, dm_policy_list *out);

/* What the host knows about a party, put to *out. The number of values, or
 * DM_INTERNAL_SERVER_ERROR. */
int dmi_callout_values(dm_context *context, const dm_party *party, const dm_policy_value **out);

/* Whether an offline client has a session. */
bool dmi_callout_has_session(dm_context *context, dm_span client_id);

/* Has the host tell the subscriptions of a client, or end its connection. DM_OK,
 * DM_TARGET_CLIENT_ID_NOT_FOUND or DM_INTERNAL_SERVER_ERROR. The host offers it. */
int dmi_callout_subscriptions(dm_context *context, const dm_target *target,
                              void (*visit)(void *visitor, dm_span topic_filter, int qos),
                              void *visitor);
int dmi_callout_end_connection(dm_context *context, const dm_target *target, bool clean_session,
                               bool prevent_will);

/* Tells an event, if anybody listens. */
void dmi_callout_event(dm_context *context, const dm_event *event);

#endif
