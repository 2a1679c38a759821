/* Matching a policy's strings with the strings of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/match.h"

#include "base/span.h"

/* ---- Variables ---- */

/* "You cannot use a multivalued context key as a policy variable": several values are as
 * good as none, and a default does not stand in for them. An empty one before a wildcard is
 * none: what was to be one name's own would be everybody's. */
static dm_span value_of(const dmi_variable *v, const dm_policy_request *request) {
  size_t at = dmi_match_find(request, v->key, 0);
  if (at == request->value_count)
    return v->fallback;
  if (dmi_match_find(request, v->key, at + 1) < request->value_count)
    return dm_text(NULL);
  dm_span value = request->values[at].value;
  return value.len == 0 && v->before_wildcard ? v->fallback : value;
}

dmi_truth dmi_match_with_variables(const dmi_pattern *p, const dm_policy_request *request,
                                   dm_span text, bool ignoring_case, dm_span *lacking) {
  dm_span values[PATTERN_VARIABLES_MAX];
  for (size_t i = 0; i < p->variable_count; i++) {
    values[i] = value_of(&p->variables[i], request);
    if (!dmi_span_present(values[i])) {
      if (lacking != NULL)
        *lacking = p->variables[i].key;
      return VERDICT_NO_VALUE;
    }
  }
  bool matches = ignoring_case ? dmi_glob_match_ignoring_case(&p->glob, values, text)
                               : dmi_glob_match(&p->glob, values, text);
  return matches ? VERDICT_YES : VERDICT_NO;
}

/* ---- ARNs ---- */

/* "Each of the six colon-delimited components of the ARN is checked separately": the last
 * one is all the rest, with its colons. */
static bool split_arn(dm_span text, dm_span parts[ARN_PARTS]) {
  for (size_t i = 0; i + 1 < ARN_PARTS; i++) {
    parts[i] = dmi_span_head(text, dmi_span_find(text, ':'));
    if (parts[i].len == text.len)
      return false;
    text = dmi_span_tail(text, parts[i].len + 1);
  }
  parts[ARN_PARTS - 1] = text;
  return true;
}

dmi_truth dmi_match_arn(const dmi_pattern *parts, const dm_policy_request *request, dm_span text,
                        dm_span *lacking) {
  dm_span texts[ARN_PARTS];
  if (!split_arn(text, texts))
    return VERDICT_UNREADABLE;
  dmi_truth all = VERDICT_YES;
  for (size_t i = 0; i < ARN_PARTS; i++) {
    dmi_truth one = dmi_match_pattern(&parts[i], request, texts[i], false, lacking);
    if (one == VERDICT_NO)
      return one;
    if (one != VERDICT_YES)
      all = one;
  }
  return all;
}
