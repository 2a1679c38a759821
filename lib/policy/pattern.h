/* The strings of a policy: wildcards, the escapes that make them literal, and policy
 * variables.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_PATTERN_H
#define DM_POLICY_PATTERN_H

#include <stdbool.h>

#include "dm/types.h"

/* The most policy variables that one string may hold. */
#define PATTERN_VARIABLES_MAX 32

/* Whether '*' and '?' in a string of a policy are wildcards or themselves. */
typedef enum dmi_pattern_kind {
  PATTERN_LITERAL,
  PATTERN_WILDCARDS
} dmi_pattern_kind;

/* A policy variable: what stands for the value of a key. */
typedef struct dmi_variable {
  dm_span key;
  dm_span fallback;     /* what stands for it where there is none; absent: nothing does */
  bool before_wildcard; /* an empty value would leave the wildcard alone, and match anything */
} dmi_variable;

/* What a string of a policy is made of. */
typedef enum dmi_element_kind {
  ELEMENT_BYTE, /* one that stands for itself */
  ELEMENT_RUN,
  ELEMENT_ONE,
  ELEMENT_VARIABLE,
  ELEMENT_UNKNOWN /* a '$' sequence that is none of those */
} dmi_element_kind;

typedef struct dmi_element {
  dmi_element_kind kind;
  char byte;
  dmi_variable variable; /* borrowed from the string */
} dmi_element;

/* Takes the next element off the front of a string. Understands ${key} and ${key, 'default'},
 * ${*} ${?} ${$} and, as the pages on IoT policies spell it, $(*) $(?) $($). Takes nothing
 * off where it is not understood. */
dmi_element dmi_pattern_next(dm_span *text, dmi_pattern_kind kind);

/* Whether a string begins with a wildcard. */
bool dmi_pattern_begins_wild(dm_span text, dmi_pattern_kind kind);

/* The part of a string before the first colon that is an element of its own; all of it where
 * there is none. */
dm_span dmi_pattern_before_colon(dm_span text);

/* Writes a string in the form that dmi_glob_of() takes; `out` has room for text.len bytes.
 * Returns how many it wrote. */
size_t dmi_pattern_compile(dm_span text, dmi_pattern_kind kind, char *out);

/* How many policy variables a string that is understood holds. */
size_t dmi_pattern_variables(dm_span text);

/* Whether a string holds "${" or "$(". */
bool dmi_pattern_has_escape(dm_span text);

/* Returns NULL for a string that dmi_pattern_compile() understands, else what is wrong. */
const char *dmi_pattern_problem(dm_span text);

/* The same for an element of Action: "*" or "service:Name", the name with wildcards. */
const char *dmi_pattern_action_problem(dm_span text);

/* The same for an element of Resource: "*" or a complete ARN with wildcards, variables only
 * behind its fifth colon. */
const char *dmi_pattern_resource_problem(dm_span text);

/* The same for a value of an ARN operator: six parts with wildcards. */
const char *dmi_pattern_arn_problem(dm_span text);

#endif
