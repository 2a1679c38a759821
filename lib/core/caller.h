/* Who calls.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CALLER_H
#define DM_CORE_CALLER_H

#include "core/text_limits.h"
#include "dm/caller.h"

enum {
  CALLER_TEXT_MAX = DM_PRINCIPAL_MAX + IP_MAX + INVOCATION_ID_MAX + TRACE_PARENT_LEN
};

/* A host's caller as this library knows it, in its place or in *room; NULL for one that breaks
 * the API's contract. Where none is given it is somebody without a name. A trace parent that is
 * none is absent. */
const dm_caller *dmi_caller_read(const dm_caller *given, dm_caller *room);

/* Whether a caller is described within the limits: DM_OK, or DM_INVALID_REQUEST and in *text
 * what is too long. */
int dmi_caller_check(const dm_caller *caller, const char **text);

/* Keeps a caller that is within the limits while its message waits, the host's pointer apart; its
 * text goes to `room`, CALLER_TEXT_MAX bytes. */
void dmi_caller_keep(dm_caller *kept, const dm_caller *caller, char *room);

#endif
