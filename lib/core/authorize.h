/* May the caller send this, may the target receive it?
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_AUTHORIZE_H
#define DM_CORE_AUTHORIZE_H

#include "core/context.h"

/* iot:SendDirectMessage on client/<client ID>, with iot:Topic known. DM_OK or the outcome
 * of the refusal. Calls out. */
int dmi_authorize_sender(dm_context *context, const dm_message *message, const dm_caller *caller);

/* A query's action on client/<client ID>, with one value known; NULL: none. DM_OK or the
 * outcome of the refusal. Calls out. */
int dmi_authorize_query(dm_context *context, dm_span client_id, const dm_caller *caller,
                        dm_span action, const dm_policy_value *value);

/* iot:Receive on topic/<topic>, by the policies of the target. DM_OK or the outcome of the
 * refusal. Calls out. */
int dmi_authorize_receiver(dm_context *context, const dm_message *message,
                           const dmi_connection *receiver);

#endif
