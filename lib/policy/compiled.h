/* A policy as it is evaluated: immutable, everything in one block of memory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_COMPILED_H
#define DM_POLICY_COMPILED_H

#include <stdbool.h>

#include "base/glob.h"
#include "dm/policy.h"

/* Patterns of which one has to match. */
typedef struct pattern_list {
  const glob *patterns;
  size_t count;
} pattern_list;

/* One key under one operator: a value of the request's has to match a pattern. */
typedef struct condition {
  dm_span key;
  pattern_list values;
} condition;

/* Applies when action, resource and all conditions match. */
typedef struct statement {
  pattern_list actions;
  pattern_list resources;
  const condition *conditions;
  size_t condition_count;
  bool deny;
} statement;

struct dm_policy {
  dm_memory memory;
  const statement *statements;
  size_t statement_count;
};

#endif
