/* Who calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/caller.h"

#include "base/span.h"
#include "base/structure.h"
#include "dm/outcome.h"

#define CALLER_FIRST_SIZE sizeof(dm_caller)

/* ---- Reading ------------------------------------------------------------ */

static bool spans_sound(const dm_caller *caller) {
  return dmi_span_sound(caller->principal) && dmi_span_sound(caller->source_ip) &&
         dmi_span_sound(caller->invocation_id) && dmi_span_sound(caller->trace_parent);
}

/* `count` hexadecimal digits, not capital ones; they must not all be zero. */
static bool hex_field(const char *digits, size_t count) {
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    char c = digits[i];
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
      return false;
    any = any || c != '0';
  }
  return any;
}

/* Version 00 of W3C Trace Context, section 3.2.2: trace-id, parent-id and flags, of which only
 * the first two must not be zero. */
static bool trace_parent_valid(dm_span text) {
  const char *at = text.ptr;
  return text.len == TRACE_PARENT_LEN && memcmp(at, "00-", 3) == 0 && hex_field(at + 3, 32) &&
         at[35] == '-' && hex_field(at + 36, 16) && at[52] == '-' &&
         (memcmp(at + 53, "00", 2) == 0 || hex_field(at + 53, 2));
}

static const dm_caller *without_trace_parent(const dm_caller *caller, dm_caller *room) {
  if (caller != room)
    *room = *caller;
  room->size = sizeof *room;
  room->trace_parent = dm_text(NULL);
  return room;
}

const dm_caller *dmi_caller_read(const dm_caller *given, dm_caller *room) {
  static const dm_caller nameless = {.size = sizeof nameless};
  if (given == NULL)
    return &nameless;
  const dm_caller *caller = dmi_structure_read(given, CALLER_FIRST_SIZE, room, sizeof *room);
  if (caller == NULL || !spans_sound(caller))
    return NULL;
  bool as_it_is =
      !dmi_span_present(caller->trace_parent) || trace_parent_valid(caller->trace_parent);
  return as_it_is ? caller : without_trace_parent(caller, room);
}

int dmi_caller_check(const dm_caller *caller, const char **text) {
  if (caller->principal.len > DM_PRINCIPAL_MAX)
    *text = "The principal is longer than 256 bytes.";
  else if (caller->source_ip.len > IP_MAX)
    *text = "The source IP is longer than 45 bytes.";
  else if (caller->invocation_id.len > INVOCATION_ID_MAX)
    *text = "The invocation id is longer than 64 bytes.";
  else
    return DM_OK;
  return DM_INVALID_REQUEST;
}

/* ---- Remembering -------------------------------------------------------- */

void dmi_caller_keep(dm_caller *kept, const dm_caller *caller, char *room) {
  kept->size = sizeof *kept;
  kept->user = NULL;
  kept->attempt = caller->attempt;
  kept->source_port = caller->source_port;
  kept->protocol = caller->protocol;
  kept->principal = dmi_span_keep(&room, caller->principal);
  kept->source_ip = dmi_span_keep(&room, caller->source_ip);
  kept->invocation_id = dmi_span_keep(&room, caller->invocation_id);
  kept->trace_parent = dmi_span_keep(&room, caller->trace_parent);
}
