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
typedef struct dmi_pattern {
  dmi_glob glob;
  const dmi_variable *variables;
  size_t variable_count;
} dmi_pattern;

/* Patterns of which one has to match, or, negated, none may: Not... */
typedef struct dmi_pattern_list {
  const dmi_pattern *patterns;
  size_t count;
  bool negated;
} dmi_pattern_list;

/* How many patterns a value of an ARN operator is: one for each part. */
#define ARN_PARTS 6

/* One key under one operator. */
typedef struct dmi_condition {
  dmi_condition_operator test;
  dm_span name; /* the operator's, as it is written */
  dm_span key;
  const dmi_pattern *patterns; /* of the values that are strings, ARN_PARTS each of an ARN */
  const dmi_operand *operands; /* of all others */
  size_t count;                /* of the values */
} dmi_condition;

/* Applies when action, resource and all conditions match. */
typedef struct dmi_statement {
  dmi_pattern_list actions;
  dmi_pattern_list resources;
  const dmi_condition *conditions;
  size_t condition_count;
  dm_span sid;
  bool deny;
} dmi_statement;

struct dm_policy {
  dm_memory memory;
  const dmi_statement *statements;
  size_t statement_count;
};

#endif
