/* The policies of one side, or of one principal.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_POLICY_SET_H
#define COMMON_ACCESS_POLICY_SET_H

#include "common/access/policy_store.h"
#include "common/config/settings_field.h"

/* All zero holds none. */
typedef struct policy_set {
  const dm_policy **policies; /* the store's */
  size_t count;
} policy_set;

/* Fills a set with the policy files that a list of a configuration file names; their names
 * are relative to that file. On failure *p holds FILE:LINE:COLUMN: what is wrong. */
bool policy_set_load(policy_set *set, policy_store *store, const json_file *config,
                     const settings_files *files, known_side side, problem *p);

/* A set with one policy that allows everything. */
bool policy_set_allow_all(policy_set *set, policy_store *store, problem *p);

void policy_set_free(policy_set *set);

/* The form that dm_config.policies wants; borrowed. */
dm_policy_list policy_set_list(const policy_set *set);

#endif
