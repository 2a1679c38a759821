/* The policies of one side, or of one principal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/policy_set.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"

static bool reserve(policy_set *set, size_t count, problem *p) {
  set->policies = count == 0 ? NULL : calloc(count, sizeof *set->policies);
  return count == 0 || set->policies != NULL || problem_set(p, "out of memory");
}

static bool add(policy_set *set, const dm_policy *policy) {
  if (policy != NULL)
    set->policies[set->count++] = policy;
  return policy != NULL;
}

bool policy_set_load(policy_set *set, policy_store *store, const json_file *config,
                     const settings_files *files, known_side side, problem *p) {
  size_t count = json_array_size(files->names);
  bool good = reserve(set, count, p);
  for (size_t i = 0; good && i < count; i++) {
    char pointer[128];
    char *path = file_beside(config->path, json_string_value(json_array_get(files->names, i)));
    snprintf(pointer, sizeof pointer, "%s/%zu", files->pointer, i);
    good = path == NULL ? problem_set(p, "out of memory")
                        : add(set, policy_store_load(store, config, pointer, path, side, p));
    free(path);
  }
  return good;
}

bool policy_set_allow_all(policy_set *set, policy_store *store, problem *p) {
  return reserve(set, 1, p) && add(set, policy_store_allow_all(store, p));
}

void policy_set_free(policy_set *set) {
  free(set->policies);
  *set = (policy_set){0};
}

dm_policy_list policy_set_list(const policy_set *set) {
  return (dm_policy_list){.policies = set->policies, .count = set->count};
}
