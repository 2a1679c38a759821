/* Deciding whether a condition holds.
 *
 * The words in quotation marks are those of "IAM JSON policy elements: Condition operators"
 * and "Conditions with multiple context keys or values" in the IAM User Guide.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/condition.h"

#include "base/span.h"
#include "policy/match.h"

/* ---- One value of the request ---- */

/* "If a single condition operator includes multiple values for a context key, those values
 * are evaluated using a logical OR." */
static dmi_truth compare_texts(const dmi_condition *c, const dm_policy_request *request,
                               dm_span value, dm_span *lacking) {
  dmi_truth all = VERDICT_NO;
  bool arn = c->test.type == OPERAND_ARN;
  bool ignoring_case = c->test.type == OPERAND_TEXT_IGNORING_CASE;
  for (size_t i = 0; i < c->count; i++) {
    dmi_truth one =
        arn ? dmi_match_arn(&c->patterns[i * ARN_PARTS], request, value, lacking)
            : dmi_match_pattern(&c->patterns[i], request, value, ignoring_case, lacking);
    if (one == VERDICT_YES)
      return one;
    if (one != VERDICT_NO)
      all = one;
  }
  return all;
}

/* "If a single negated matching condition operator includes multiple values for a context
 * key, those values are evaluated using a logical NOR." */
static bool value_holds(const dmi_condition *c, const dm_policy_request *request, dm_span value,
                        bool deny, dm_span *lacking) {
  dmi_truth v = dmi_operand_is_text(c->test.type)
                    ? compare_texts(c, request, value, lacking)
                    : dmi_operand_compare(&c->test, c->operands, c->count, value);
  if (v != VERDICT_NO_VALUE && lacking != NULL)
    *lacking = dm_text(NULL);
  return dmi_truth_satisfies(v, c->test.negated, deny);
}

/* ---- All of them ---- */

/* What "resolves to a null dataset, such as an empty string" is no value to the operators
 * that ask for sets and for absence. */
static bool has_value(const dmi_condition *c, const dm_policy_request *request) {
  size_t at = dmi_match_find(request, c->key, 0);
  while (at < request->value_count && request->values[at].value.len == 0)
    at = dmi_match_find(request, c->key, at + 1);
  return at < request->value_count;
}

/* Null: "either true (the key doesn't exist - it is null) or false (the key exists and its
 * value is not null)". */
static bool absence_holds(const dmi_condition *c, const dm_policy_request *request) {
  bool absent = !has_value(c, request);
  for (size_t i = 0; i < c->count; i++)
    if (c->operands[i].truth == absent)
      return true;
  return false;
}

/* Whether an operator would rather be true than false where there is nothing to compare. */
static bool holds_of_nothing(const dmi_condition_operator *o) {
  return o->quantifier == QUANTIFIER_ALL || (o->quantifier == QUANTIFIER_NONE && o->negated);
}

/* "If the key that you specify in a policy condition is not present in the request context,
 * the values do not match and the condition is false. If the policy condition requires that
 * the key is not matched, such as StringNotLike or ArnNotLike, and the right key is not
 * present, the condition is true." ForAllValues "also returns true if there are no context
 * keys in the request", ForAnyValue false. With IfExists: "if the key is not present,
 * evaluate the condition element as true". */
static bool holds_without_value(const dmi_condition_operator *o) {
  return o->if_exists || holds_of_nothing(o);
}

/* With a set operator: whether each of the request's values holds, or one of them. */
static bool values_hold(const dmi_condition *c, const dm_policy_request *request, size_t at,
                        bool deny, dm_span *lacking) {
  bool all = c->test.quantifier == QUANTIFIER_ALL;
  for (; at < request->value_count; at = dmi_match_find(request, c->key, at + 1))
    if (value_holds(c, request, request->values[at].value, deny, lacking) != all)
      return !all;
  return all;
}

/* Without one: a key with several values asks for a set operator, whether the operator is
 * negated or not. What it does not say counts against the request: a Deny applies, an Allow does
 * not. */
static bool single_value_holds(const dmi_condition *c, const dm_policy_request *request, size_t at,
                               bool deny, dm_span *lacking) {
  if (dmi_match_find(request, c->key, at + 1) < request->value_count)
    return deny;
  return value_holds(c, request, request->values[at].value, deny, lacking);
}

bool dmi_condition_holds(const dmi_condition *c, const dm_policy_request *request, bool deny,
                         dm_span *lacking) {
  if (c->test.type == OPERAND_ABSENCE)
    return absence_holds(c, request);
  bool set = c->test.quantifier != QUANTIFIER_NONE;
  size_t at = dmi_match_find(request, c->key, 0);
  if (at == request->value_count || (set && !has_value(c, request)))
    return holds_without_value(&c->test);
  return set ? values_hold(c, request, at, deny, lacking)
             : single_value_holds(c, request, at, deny, lacking);
}
