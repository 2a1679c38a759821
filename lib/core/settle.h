/* Settling: a message that was handed over gets its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_SETTLE_H
#define DM_CORE_SETTLE_H

#include "core/context.h"

/* Settles everything that waits with this outcome. Calls out. */
void dmi_settle_all(dm_context *context, int outcome);

/* Settles whatever waits for a hidden connection that is over. Releases it first, so that
 * its handle is stale before anybody is called. Calls out. */
void dmi_settle_connection(dm_context *context, dmi_connection *over);

/* Whether an outcome came with a PUBACK, so that the packet identifier is free again. */
static inline bool dmi_outcome_acknowledged(int outcome) {
  return outcome == DM_CONFIRMED || outcome == DM_RECEIVER_REJECTED;
}

/* The answer to a message that was handed over. */
dm_result dmi_settle_result(const dmi_pending *entry, int outcome);

/* Keeps the place of an answered message until its PUBACK or the end of its connection:
 * its packet identifier is still taken. */
void dmi_settle_keep_place(dm_context *context, dmi_pending *entry, int outcome);

/* Gives the place of a message back. */
void dmi_settle_release(dm_context *context, dmi_pending *entry);

#endif
