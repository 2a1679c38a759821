/* The condition operators.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/operator.h"

#include "base/span.h"

typedef struct named_operator {
  const char *name;
  dmi_operand_type type;
  unsigned relation;
  bool negated;
} named_operator;

/* As "IAM JSON policy elements: Condition operators" lists them; of the ARN operators it
 * says that ...Equals and ...Like behave identically. */
static const named_operator operators[] = {
    {"StringEquals", OPERAND_TEXT, RELATION_EQUAL, false},
    {"StringNotEquals", OPERAND_TEXT, RELATION_EQUAL, true},
    {"StringEqualsIgnoreCase", OPERAND_TEXT_IGNORING_CASE, RELATION_EQUAL, false},
    {"StringNotEqualsIgnoreCase", OPERAND_TEXT_IGNORING_CASE, RELATION_EQUAL, true},
    {"StringLike", OPERAND_TEXT_PATTERN, RELATION_EQUAL, false},
    {"StringNotLike", OPERAND_TEXT_PATTERN, RELATION_EQUAL, true},
    {"NumericEquals", OPERAND_NUMBER, RELATION_EQUAL, false},
    {"NumericNotEquals", OPERAND_NUMBER, RELATION_EQUAL, true},
    {"NumericLessThan", OPERAND_NUMBER, RELATION_LESS, false},
    {"NumericLessThanEquals", OPERAND_NUMBER, RELATION_LESS | RELATION_EQUAL, false},
    {"NumericGreaterThan", OPERAND_NUMBER, RELATION_GREATER, false},
    {"NumericGreaterThanEquals", OPERAND_NUMBER, RELATION_GREATER | RELATION_EQUAL, false},
    {"DateEquals", OPERAND_DATE, RELATION_EQUAL, false},
    {"DateNotEquals", OPERAND_DATE, RELATION_EQUAL, true},
    {"DateLessThan", OPERAND_DATE, RELATION_LESS, false},
    {"DateLessThanEquals", OPERAND_DATE, RELATION_LESS | RELATION_EQUAL, false},
    {"DateGreaterThan", OPERAND_DATE, RELATION_GREATER, false},
    {"DateGreaterThanEquals", OPERAND_DATE, RELATION_GREATER | RELATION_EQUAL, false},
    {"Bool", OPERAND_TRUTH, RELATION_EQUAL, false},
    {"BinaryEquals", OPERAND_BINARY, RELATION_EQUAL, false},
    {"IpAddress", OPERAND_ADDRESS, RELATION_EQUAL, false},
    {"NotIpAddress", OPERAND_ADDRESS, RELATION_EQUAL, true},
    {"ArnEquals", OPERAND_ARN, RELATION_EQUAL, false},
    {"ArnLike", OPERAND_ARN, RELATION_EQUAL, false},
    {"ArnNotEquals", OPERAND_ARN, RELATION_EQUAL, true},
    {"ArnNotLike", OPERAND_ARN, RELATION_EQUAL, true},
    {"Null", OPERAND_ABSENCE, RELATION_EQUAL, false},
};

static const named_operator *find_operator(dm_span name) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (dmi_span_equal(dm_text(operators[i].name), name))
      return &operators[i];
  return NULL;
}

static bool take_prefix(dm_span *name, dm_span prefix) {
  if (!dmi_span_starts_with(*name, prefix))
    return false;
  *name = dmi_span_tail(*name, prefix.len);
  return true;
}

static bool take_suffix(dm_span *name, dm_span suffix) {
  if (name->len < suffix.len ||
      !dmi_span_equal(dmi_span_tail(*name, name->len - suffix.len), suffix))
    return false;
  name->len -= suffix.len;
  return true;
}

static dmi_quantifier take_quantifier(dm_span *name) {
  if (take_prefix(name, SPAN("ForAnyValue:")))
    return QUANTIFIER_ANY;
  return take_prefix(name, SPAN("ForAllValues:")) ? QUANTIFIER_ALL : QUANTIFIER_NONE;
}

bool dmi_operator_read(dm_span name, dmi_condition_operator *out) {
  out->quantifier = take_quantifier(&name);
  out->if_exists = take_suffix(&name, SPAN("IfExists"));
  const named_operator *known = find_operator(name);
  if (known == NULL)
    return false;
  out->type = known->type;
  out->relation = known->relation;
  out->negated = known->negated;
  /* "any condition operator name except the Null condition": that one asks for the key and
   * not for its values. */
  return known->type != OPERAND_ABSENCE || (!out->if_exists && out->quantifier == QUANTIFIER_NONE);
}
