/* Settling: messages that were handed over get their one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_SETTLE_H
#define DM_CORE_SETTLE_H

#include "core/context.h"

/* Settles everything that waits: the context stops. Calls out. */
void dmi_settle_all(dm_context *context);

/* Settles whatever waits for a hidden connection that is over. Releases it first, so that
 * its handle is stale before anybody is called. Calls out. */
void dmi_settle_connection(dm_context *context, dmi_connection *over);

#endif
