/* Who may do what: the policies and the principals of a configuration, read and replaced all
 * together.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_ACCESS_H
#define COMMON_ACCESS_ACCESS_H

#include "common/access/principals.h"
#include "common/config/settings.h"

/* All zero owns nothing. */
typedef struct access_rules {
  policy_store policies;
  policy_set senders; /* of principals without policies of their own */
  policy_set receivers;
  principals principals;
  settings_access rules;
  char region[65]; /* the rules', whose own pointer does not last */
} access_rules;

/* Reads every file that the settings name; without a configuration file everybody may do
 * everything. On failure *p holds FILE:LINE:COLUMN: what is wrong, and *out owns nothing. */
bool access_load(access_rules *out, const settings *s, problem *p);

/* Releases all; no dm_ call may be in progress. */
void access_free(access_rules *a);

/* The policies that a principal has now, as caller or as receiver: none where there is no such
 * principal any more, or nobody may be anonymous any more. */
dm_policy_list access_policies(const access_rules *a, dm_span name, bool receiver);

/* What policies know a principal as, aws:username: absent for who is anonymous. */
dm_span access_user_name(const access_rules *a, dm_span name);

/* What policies may ask about the thing of a device. */
const dm_policy_value *access_thing(const access_rules *a, dm_span name, size_t *count);

#endif
