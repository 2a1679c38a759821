/* A policy as it is evaluated: immutable, everything in one block of memory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_COMPILED_H
#define DM_POLICY_COMPILED_H

#include "base/glob.h"
#include "dm/policy.h"
#include "policy/operand.h"
#include "policy/pattern.h"

/* A string of the policy, and the variables whose values have to be put into it. */
typedef struct pattern {
  glob glob;
  const variable *variables;
  size_t variable_count;
} pattern;

/* Patterns of which one has to match, or, negated, none may: Not... */
typedef struct pattern_list {
  const pattern *patterns;
  size_t count;
  bool negated;
} pattern_list;

/* How many patterns a value of an ARN operator is: one for each part. */
#define ARN_PARTS 6

/* One key under one operator. */
typedef struct condition {
  condition_operator test;
  dm_span name; /* the operator's, as it is written */
  dm_span key;
  const pattern *patterns; /* of the values that are strings, ARN_PARTS each of an ARN */
  const operand *operands; /* of all others */
  size_t count;            /* of the values */
} condition;

/* Applies when action, resource and all conditions match. */
typedef struct statement {
  pattern_list actions;
  pattern_list resources;
  const condition *conditions;
  size_t condition_count;
  dm_span sid;
  bool deny;
} statement;

struct dm_policy {
  dm_memory memory;
  const statement *statements;
  size_t statement_count;
};

#endif
