/* Deciding a request against policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "policy/compiled.h"

static bool action_matches(const pattern_list *actions, dm_span action) {
  for (size_t i = 0; i < actions->count; i++)
    if (glob_match_ignoring_case(&actions->patterns[i], action))
      return true;
  return false;
}

static bool any_matches(const pattern_list *list, dm_span text) {
  for (size_t i = 0; i < list->count; i++)
    if (glob_match(&list->patterns[i], text))
      return true;
  return false;
}

static bool same_key(dm_span a, dm_span b) {
  return span_equal(a, b) || span_equal_ignoring_case(a, b);
}

/* A key without a value in the request meets no condition. */
static bool condition_met(const condition *c, const dm_policy_request *request) {
  for (size_t i = 0; i < request->value_count; i++) {
    const dm_policy_value *known = &request->values[i];
    if (span_present(known->value) && same_key(c->key, known->key) &&
        any_matches(&c->values, known->value))
      return true;
  }
  return false;
}

static bool applies(const statement *s, const dm_policy_request *request) {
  if (!action_matches(&s->actions, request->action) ||
      !any_matches(&s->resources, request->resource))
    return false;
  for (size_t i = 0; i < s->condition_count; i++)
    if (!condition_met(&s->conditions[i], request))
      return false;
  return true;
}

/* Takes the decision so far, implicit deny or allowed, one policy further. */
static int decide(const dm_policy *policy, const dm_policy_request *request, int decision) {
  for (size_t i = 0; i < policy->statement_count; i++) {
    const statement *s = &policy->statements[i];
    if ((decision == DM_POLICY_ALLOWED && !s->deny) || !applies(s, request))
      continue;
    if (s->deny)
      return DM_POLICY_EXPLICIT_DENY;
    decision = DM_POLICY_ALLOWED;
  }
  return decision;
}

static bool request_sound(const dm_policy_request *request) {
  if (request == NULL || !span_sound(request->action) || !span_sound(request->resource) ||
      (request->values == NULL && request->value_count > 0))
    return false;
  for (size_t i = 0; i < request->value_count; i++)
    if (!span_sound(request->values[i].key) || !span_sound(request->values[i].value))
      return false;
  return true;
}

int dm_policy_evaluate(const dm_policy_list *policies, const dm_policy_request *request) {
  if (policies == NULL || (policies->policies == NULL && policies->count > 0) ||
      !request_sound(request))
    return DM_POLICY_IMPLICIT_DENY;
  int decision = DM_POLICY_IMPLICIT_DENY;
  for (size_t i = 0; i < policies->count && decision != DM_POLICY_EXPLICIT_DENY; i++) {
    /* A policy that is missing might have denied. */
    if (policies->policies[i] == NULL)
      return DM_POLICY_EXPLICIT_DENY;
    decision = decide(policies->policies[i], request, decision);
  }
  return decision;
}
