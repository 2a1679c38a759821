/* The policies that a configuration names, compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_POLICIES_H
#define COMMON_POLICIES_H

#include "common/base/json_file.h"
#include "common/access/known_keys.h"
#include "common/base/problem.h"
#include "common/config/settings.h"
#include "dm/policy.h"

/* Policy documents, each compiled once however often it is named. All zero holds nothing. */
typedef struct policy_shelf {
  struct shelved_policy *first;
} policy_shelf;

/* Some of them: those of one side, or of one principal. All zero holds none. */
typedef struct policy_set {
  const dm_policy **policies; /* the shelf's */
  size_t count;
} policy_set;

/* Fills a set with the policy files that a list of a configuration file names; their names
 * are relative to that file. A policy that counts in vain on something
 * (known_keys.h) is refused. On failure *p holds FILE:LINE:COLUMN: what is wrong. */
bool policy_set_load(policy_set *set, policy_shelf *shelf, const json_file *config,
                     const settings_files *files, known_side side, problem *p);

/* A set with one policy that allows everything. */
bool policy_set_allow_all(policy_set *set, policy_shelf *shelf, problem *p);

void policy_set_free(policy_set *set);

/* Releases all policies; no dm_ call may be in progress. */
void policy_shelf_free(policy_shelf *shelf);

/* The form that dm_config.policies wants; borrowed. */
dm_policy_list policy_set_list(const policy_set *set);

/* Where in a document a statement begins. */
void policy_statement_position(dm_span json, size_t statement, unsigned *line, unsigned *column);

#endif
