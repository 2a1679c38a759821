/* The condition operators.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_OPERATOR_H
#define DM_POLICY_OPERATOR_H

#include <stdbool.h>

#include "dm/types.h"

/* What an operator compares. */
typedef enum dmi_operand_type {
  OPERAND_TEXT,
  OPERAND_TEXT_IGNORING_CASE,
  OPERAND_TEXT_PATTERN, /* with wildcards */
  OPERAND_ARN,          /* with wildcards, each of the six parts for itself */
  OPERAND_NUMBER,
  OPERAND_DATE,
  OPERAND_TRUTH,
  OPERAND_BINARY,
  OPERAND_ADDRESS,
  OPERAND_ABSENCE /* whether there is a value at all: Null */
} dmi_operand_type;

/* How the request's value may lie to the policy's; sums of these. */
enum {
  RELATION_LESS = 1,
  RELATION_EQUAL = 2,
  RELATION_GREATER = 4
};

/* How the values that the request has count together. */
typedef enum dmi_quantifier {
  QUANTIFIER_NONE,
  QUANTIFIER_ANY, /* ForAnyValue: */
  QUANTIFIER_ALL  /* ForAllValues: */
} dmi_quantifier;

/* An operator with its prefix and its suffix. */
typedef struct dmi_condition_operator {
  dmi_operand_type type;
  unsigned relation;
  bool negated;
  bool if_exists;
  dmi_quantifier quantifier;
} dmi_condition_operator;

/* Reads an operator's name, letter case and all; false for one not understood. */
bool dmi_operator_read(dm_span name, dmi_condition_operator *out);

/* Whether the values of a type are strings that may hold policy variables. */
static inline bool dmi_operand_is_text(dmi_operand_type type) {
  return type <= OPERAND_ARN;
}

#endif
