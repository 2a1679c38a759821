/* Matching a policy's strings with the strings of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_MATCH_H
#define DM_POLICY_MATCH_H

#include "base/span.h"
#include "policy/compiled.h"
#include "policy/truth.h"

/* The place of the next value that a request has under a key, from `from` on, or
 * value_count. Absent values do not count. */
static inline size_t dmi_match_find(const dm_policy_request *request, dm_span key, size_t from) {
  for (; from < request->value_count; from++) {
    const dm_policy_value *known = &request->values[from];
    if (dmi_span_present(known->value) &&
        (dmi_span_equal(key, known->key) || dmi_span_equal_ignoring_case(key, known->key)))
      break;
  }
  return from;
}

/* Matches a text with a pattern that has variables. Where one has no value *lacking names
 * it. */
dmi_truth dmi_match_with_variables(const dmi_pattern *p, const dm_policy_request *request,
                                   dm_span text, bool ignoring_case, dm_span *lacking);

/* The same with any pattern. */
static inline dmi_truth dmi_match_pattern(const dmi_pattern *p, const dm_policy_request *request,
                                          dm_span text, bool ignoring_case, dm_span *lacking) {
  if (p->variable_count > 0)
    return dmi_match_with_variables(p, request, text, ignoring_case, lacking);
  return (ignoring_case ? dmi_glob_match_ignoring_case(&p->glob, NULL, text)
                        : dmi_glob_match(&p->glob, NULL, text))
             ? VERDICT_YES
             : VERDICT_NO;
}

/* The same with the ARN_PARTS patterns of one ARN. */
dmi_truth dmi_match_arn(const dmi_pattern *parts, const dm_policy_request *request, dm_span text,
                        dm_span *lacking);

#endif
