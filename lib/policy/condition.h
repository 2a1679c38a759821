/* Deciding whether a condition holds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_CONDITION_H
#define DM_POLICY_CONDITION_H

#include "policy/compiled.h"

/* Whether a condition of a statement that denies, or allows, holds. *lacking names a policy
 * variable without a value that had a part in the answer, or is left as it is. */
bool dmi_condition_holds(const dmi_condition *c, const dm_policy_request *request, bool deny,
                         dm_span *lacking);

#endif
