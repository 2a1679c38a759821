/* The policies that a configuration names, compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_POLICIES_H
#define COMMON_POLICIES_H

#include "common/problem.h"
#include "common/settings.h"
#include "dm/policy.h"

/* The policies of one side. Every principal of that side has all of them. */
typedef struct policy_set {
  dm_policy **policies;
  size_t count;
} policy_set;

/* The policies of both sides. All zero owns nothing. */
typedef struct policies {
  policy_set senders;   /* callers of the HTTP API */
  policy_set receivers; /* connected clients */
} policies;

/* Reads and compiles every policy file that the settings name; without a configuration
 * file, one policy for each side that allows everything. On failure *p holds
 * FILE:LINE:COLUMN: what is wrong, and *out owns nothing. */
bool policies_load(policies *out, const settings *s, problem *p);

/* Releases them; no dm_ call may be in progress. */
void policies_free(policies *p);

/* The form that dm_config.policies wants; borrowed. */
dm_policy_list policy_set_list(const policy_set *set);

/* A file name as seen from the folder of the file that it stands in; free() it. NULL when out
 * of memory. */
char *path_beside(const char *config, const char *name);

#endif
