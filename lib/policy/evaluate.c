/* Deciding a request against policies, and saying why.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "base/structure.h"
#include "policy/condition.h"
#include "policy/match.h"

#define POLICY_REQUEST_FIRST_SIZE  sizeof(dm_policy_request)
#define POLICY_DECISION_FIRST_SIZE sizeof(dm_policy_decision)
#define POLICY_MATCH_FIRST_SIZE    sizeof(dm_policy_match)

/* ---- One statement ---- */

/* What stood in the way of a statement. */
typedef struct obstacle {
  const dmi_condition *failed; /* with DM_POLICY_MATCH_NOT_CONDITION */
  dm_span lacking;             /* a variable without a value that had a part in it, or absent */
} obstacle;

static inline bool action_matches(const dmi_pattern_list *actions, dm_span action) {
  for (size_t i = 0; i < actions->count; i++)
    if (dmi_glob_match_ignoring_case(&actions->patterns[i].glob, NULL, action))
      return !actions->negated;
  return actions->negated;
}

static inline bool resource_matches(const dmi_statement *s, const dm_policy_request *request,
                                    dm_span *lacking) {
  dmi_truth all = VERDICT_NO;
  for (size_t i = 0; i < s->resources.count && all != VERDICT_YES; i++) {
    const dmi_pattern *p = &s->resources.patterns[i];
    dmi_truth one = dmi_match_pattern(p, request, request->resource, false, lacking);
    if (one != VERDICT_NO)
      all = one;
  }
  if (all != VERDICT_NO_VALUE && lacking != NULL)
    *lacking = dm_text(NULL);
  return dmi_truth_satisfies(all, s->resources.negated, s->deny);
}

/* Whether a condition holds; `found` as in match_of(). */
static inline bool passes(const dmi_condition *c, const dm_policy_request *request, bool deny,
                          obstacle *found) {
  if (found == NULL)
    return dmi_condition_holds(c, request, deny, NULL);
  dm_span lacking = dm_text(NULL);
  bool holds = dmi_condition_holds(c, request, deny, &lacking);
  if (!holds || dmi_span_present(lacking))
    found->lacking = lacking;
  if (!holds)
    found->failed = c;
  return holds;
}

/* How far the match goes, one of DM_POLICY_MATCH_...; *found, all absent so far, is filled
 * with what is in the way, unless NULL. */
static inline int match_of(const dmi_statement *s, const dm_policy_request *request,
                           obstacle *found) {
  if (!action_matches(&s->actions, request->action))
    return DM_POLICY_MATCH_NOT_ACTION;
  if (!resource_matches(s, request, found == NULL ? NULL : &found->lacking))
    return DM_POLICY_MATCH_NOT_RESOURCE;
  for (size_t i = 0; i < s->condition_count; i++)
    if (!passes(&s->conditions[i], request, s->deny, found))
      return DM_POLICY_MATCH_NOT_CONDITION;
  return DM_POLICY_MATCH_FULL;
}

/* ---- All of them ---- */

static void decided_by(dm_policy_decision *out, bool deny, size_t policy, size_t statement) {
  out->decision = deny ? DM_POLICY_EXPLICIT_DENY : DM_POLICY_ALLOWED;
  out->policy = policy;
  out->statement = statement;
}

/* Takes the decision so far, implicit deny or allowed, one policy further. */
static void decide(const dm_policy *policy, size_t index, const dm_policy_request *request,
                   dm_policy_decision *so_far) {
  for (size_t i = 0; i < policy->statement_count; i++) {
    const dmi_statement *s = &policy->statements[i];
    if ((so_far->decision == DM_POLICY_ALLOWED && !s->deny) ||
        match_of(s, request, NULL) != DM_POLICY_MATCH_FULL)
      continue;
    decided_by(so_far, s->deny, index, i);
    if (s->deny)
      return;
  }
}

static bool request_sound(const dm_policy_request *request) {
  if (request == NULL || !dmi_span_sound(request->action) || !dmi_span_sound(request->resource) ||
      (request->values == NULL && request->value_count > 0))
    return false;
  for (size_t i = 0; i < request->value_count; i++)
    if (!dmi_span_sound(request->values[i].key) || !dmi_span_sound(request->values[i].value))
      return false;
  return true;
}

static bool list_sound(const dm_policy_list *policies) {
  return policies != NULL && (policies->policies != NULL || policies->count == 0);
}

/* What the policies of a list say together. One that is missing might have denied. */
static void decide_all(const dm_policy_list *policies, const dm_policy_request *request,
                       dm_policy_decision *out) {
  *out = (dm_policy_decision){
      .size = sizeof *out, .policy = DM_POLICY_NOWHERE, .statement = DM_POLICY_NOWHERE};
  for (size_t i = 0; i < policies->count && out->decision != DM_POLICY_EXPLICIT_DENY; i++) {
    if (policies->policies[i] != NULL)
      decide(policies->policies[i], i, request, out);
    else
      decided_by(out, true, i, DM_POLICY_NOWHERE);
  }
}

int dm_policy_evaluate(const dm_policy_list *policies, const dm_policy_request *given) {
  dm_policy_request room;
  const dm_policy_request *request =
      dmi_structure_read(given, POLICY_REQUEST_FIRST_SIZE, &room, sizeof room);
  if (!list_sound(policies) || !request_sound(request))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_policy_decision decided;
  decide_all(policies, request, &decided);
  return decided.decision;
}

int dm_policy_decide(const dm_policy_list *policies, const dm_policy_request *given,
                     dm_policy_decision *out) {
  dm_policy_request room;
  const dm_policy_request *request =
      dmi_structure_read(given, POLICY_REQUEST_FIRST_SIZE, &room, sizeof room);
  if (!list_sound(policies) || !request_sound(request) ||
      (out != NULL && !dmi_structure_sound(out, POLICY_DECISION_FIRST_SIZE, sizeof *out)))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_policy_decision decided;
  decide_all(policies, request, &decided);
  if (out != NULL)
    dmi_structure_write(out, &decided, sizeof decided);
  return decided.decision;
}

/* ---- Explaining ---- */

size_t dm_policy_statement_count(const dm_policy *policy) {
  return policy == NULL ? 0 : policy->statement_count;
}

static dm_policy_match explain(const dmi_statement *s, const dm_policy_request *request) {
  obstacle found = {0};
  dm_policy_match m = {
      .size = sizeof m,
      .match = match_of(s, request, &found),
      .effect = s->deny ? DM_POLICY_EXPLICIT_DENY : DM_POLICY_ALLOWED,
      .sid = s->sid,
  };
  m.variable = found.lacking;
  if (found.failed != NULL) {
    m.condition = found.failed->name;
    m.key = found.failed->key;
  }
  return m;
}

int dm_policy_explain(const dm_policy *policy, size_t statement, const dm_policy_request *given,
                      dm_policy_match *out) {
  dm_policy_request room;
  const dm_policy_request *request =
      dmi_structure_read(given, POLICY_REQUEST_FIRST_SIZE, &room, sizeof room);
  if (statement >= dm_policy_statement_count(policy) || !request_sound(request) ||
      !dmi_structure_sound(out, POLICY_MATCH_FIRST_SIZE, sizeof *out))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_policy_match m = explain(&policy->statements[statement], request);
  dmi_structure_write(out, &m, sizeof m);
  return DM_OK;
}
