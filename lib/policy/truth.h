/* What comparing a request's value with a policy's shows, and what that means.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_TRUTH_H
#define DM_POLICY_TRUTH_H

#include <stdbool.h>

typedef enum dmi_truth {
  VERDICT_NO,
  VERDICT_YES,
  VERDICT_NO_VALUE,  /* a policy variable has no value: it can match nothing */
  VERDICT_UNREADABLE /* the request's value is not of the kind that is compared */
} dmi_truth;

/* Whether a verdict makes an element of a statement match.
 *
 * A variable without a value is "effectively null" to IAM: "there is no equal or like
 * value", so that a Resource or StringEquals with it does not match, while NotResource and
 * StringNotEquals do, and a Deny with these denies. An Allow with these would by that rule
 * allow what the variable was to exclude: here it does not. What cannot be read counts
 * against the request in the same way: a Deny matches, an Allow does not. */
static inline bool dmi_truth_satisfies(dmi_truth v, bool negated, bool deny) {
  if (v == VERDICT_NO_VALUE)
    return negated && deny;
  return v == VERDICT_UNREADABLE ? deny : (v == VERDICT_YES) != negated;
}

#endif
