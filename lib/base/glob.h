/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_GLOB_H
#define DM_BASE_GLOB_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether `text` matches `pattern`: '*' any run of bytes, also none, also '/'; '?'
 * exactly one UTF-8 character; every other byte itself. Takes at most
 * pattern.len * text.len steps. */
bool glob_match(dm_span pattern, dm_span text);

/* The same, without regard to the case of ASCII letters. */
bool glob_match_ignoring_case(dm_span pattern, dm_span text);

#endif
