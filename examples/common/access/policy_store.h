/* Policy documents, each compiled once however often it is named.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_POLICY_STORE_H
#define COMMON_ACCESS_POLICY_STORE_H

#include "common/access/known_keys.h"
#include "common/base/json_file.h"
#include "dm/policy.h"

/* All zero holds nothing. */
typedef struct policy_store {
  struct stored_policy *first;
} policy_store;

/* The policy of the file at `path`, for use on one side; the store's. A policy that counts in
 * vain on something (known_keys.h) is refused. On failure NULL, and *p holds FILE:LINE:COLUMN:
 * what is wrong; a file that cannot be read is reported where the configuration names it, at
 * the JSON Pointer. */
const dm_policy *policy_store_load(policy_store *store, const json_file *config,
                                   const char *pointer, const char *path, known_side side,
                                   problem *p);

/* A policy that allows everything; NULL with *p filled when out of memory. */
const dm_policy *policy_store_allow_all(policy_store *store, problem *p);

/* Releases all policies; no dm_ call may be in progress. */
void policy_store_free(policy_store *store);

#endif
