/* The condition operators and condition keys that policies may use.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_VOCABULARY_H
#define DM_POLICY_VOCABULARY_H

#include "policy/pattern.h"

/* A condition operator. */
typedef struct condition_operator {
  const char *name;
  pattern_kind values; /* how it reads the values it compares with */
} condition_operator;

/* Finds an operator by its exact name; NULL for one not understood. */
const condition_operator *vocabulary_operator(dm_span name);

/* Finds a condition key without regard to letter case and gives it in its usual
 * spelling, valid forever; absent for one not understood. */
dm_span vocabulary_key(dm_span name);

#endif
