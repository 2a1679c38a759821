/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_GLOB_H
#define DM_BASE_GLOB_H

#include <stdbool.h>

#include "dm/types.h"

/* The bytes that stand for wildcards in a pattern: any run of characters, also none;
 * exactly one UTF-8 character. UTF-8 has no such bytes, so every other byte of a
 * pattern, an asterisk too, stands for itself. */
#define GLOB_RUN '\xFF'
#define GLOB_ONE '\xFE'

/* A pattern cut into the bytes before its first wildcard, those from the first to the
 * last, and those after the last: most texts are decided by head and tail alone. */
typedef struct glob {
  dm_span head;
  dm_span body; /* empty: no wildcard, and the tail is empty too */
  dm_span tail;
} glob;

/* Cuts a pattern, which is borrowed. */
glob glob_of(dm_span pattern);

/* Whether all of `text` matches; takes at most body.len * text.len steps. */
bool glob_match(const glob *g, dm_span text);

/* The same, without regard to the case of ASCII letters. */
bool glob_match_ignoring_case(const glob *g, dm_span text);

#endif
