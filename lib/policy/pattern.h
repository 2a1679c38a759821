/* The strings of a policy: wildcards, and the escapes that make them literal.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_PATTERN_H
#define DM_POLICY_PATTERN_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether '*' and '?' in a string of a policy are wildcards or themselves. */
typedef enum pattern_kind {
  PATTERN_LITERAL,
  PATTERN_WILDCARDS
} pattern_kind;

/* What pattern_next() returns for a '$' sequence that is no escape. */
#define PATTERN_UNKNOWN '\0'

/* Takes the next element off the front of a string of a policy: a byte that stands for
 * itself, GLOB_RUN, GLOB_ONE or PATTERN_UNKNOWN. Understands ${*} ${?} ${$} and, as the
 * pages on IoT policies spell it, $(*) $(?) $($). */
char pattern_next(dm_span *text, pattern_kind kind);

/* Writes the whole string in the form that glob_of() takes; `out` has room for text.len
 * bytes. Returns how many it wrote. */
size_t pattern_compile(dm_span text, pattern_kind kind, char *out);

/* Whether a string holds "${" or "$(". */
bool pattern_has_escape(dm_span text);

/* Returns NULL for a string that pattern_compile() understands, else what is wrong. */
const char *pattern_problem(dm_span text);

/* The same for an element of Action: "*" or "service:Name", the name with wildcards. */
const char *pattern_action_problem(dm_span text);

/* The same for an element of Resource: "*" or a complete ARN with wildcards. */
const char *pattern_resource_problem(dm_span text);

#endif
