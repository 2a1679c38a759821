/* A context as the bindings see it: entered and left, and what it offers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_ENTRY_H
#define DM_CORE_ENTRY_H

#include <stdbool.h>

#include "dm/types.h"

/* Enters a public function: the clock goes on, and the context lives until the leave.
 * DM_NEVER leaves the clock alone: at that moment every later wait would be over at once. */
void dmi_context_enter(dm_context *context, dm_time now);

/* Leaves a public function; the outermost one carries out a dm_free() from a callback. */
void dmi_context_leave(dm_context *context);

/* The memory that the host gave. */
const dm_memory *dmi_context_memory(const dm_context *context);

/* Whether the host has the callback that an operation, a DM_OPERATION_..., needs. */
bool dmi_context_offers(const dm_context *context, int operation);

#endif
