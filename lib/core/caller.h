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

/* What is remembered of a caller whose message waits, but for the text. */
typedef struct dmi_kept_caller {
  uint32_t attempt;
  int protocol;
  uint16_t source_port;
  uint16_t principal_len;
  uint8_t source_ip_len, invocation_id_len, trace_parent_len;
} dmi_kept_caller;

/* Keeps a caller that is within the limits; its text goes to `room`, CALLER_TEXT_MAX bytes. */
void dmi_caller_keep(dmi_kept_caller *kept, const dm_caller *caller, char *room);

/* Fills in all of the caller again; its spans lead into that text. */
void dmi_caller_recall(const dmi_kept_caller *kept, const char *text, dm_caller *out);

#endif
