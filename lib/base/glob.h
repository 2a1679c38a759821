/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_GLOB_H
#define DM_BASE_GLOB_H

#include <stdbool.h>

#include "dm/types.h"

/* The bytes of a pattern that do not stand for themselves: any run of characters, also
 * none; exactly one UTF-8 character; a value that is known only when a text is matched.
 * UTF-8 has no such bytes, so every other byte, an asterisk too, stands for itself. */
#define GLOB_RUN   '\xFF'
#define GLOB_ONE   '\xFE'
#define GLOB_VALUE '\xFD'

/* A pattern cut into the bytes before the first of those, what reaches from the first to the
 * last, and the bytes after the last: most texts are decided by head and tail alone. */
typedef struct dmi_glob {
  dm_span head;
  dm_span body; /* empty: all bytes stand for themselves, and the tail is empty too */
  dm_span tail;
} dmi_glob;

/* Cuts a pattern, which is borrowed. */
dmi_glob dmi_glob_of(dm_span pattern);

/* Whether all of `text` matches. `values` has one entry for each GLOB_VALUE, whose bytes all
 * stand for themselves. Takes at most as many steps as the body, the values put in, has
 * bytes, times text.len. */
bool dmi_glob_match(const dmi_glob *g, const dm_span *values, dm_span text);

/* The same, without regard to the case of ASCII letters. */
bool dmi_glob_match_ignoring_case(const dmi_glob *g, const dm_span *values, dm_span text);

#endif
