/* The values of conditions that are no strings: numbers, dates, truths, bytes, addresses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_OPERAND_H
#define DM_POLICY_OPERAND_H

#include "base/decimal.h"
#include "base/ip.h"
#include "base/moment.h"
#include "policy/operator.h"
#include "policy/truth.h"

/* What a value was read as; which of them, the operator's type says. */
typedef union dmi_operand {
  dmi_decimal number;
  dmi_moment date;
  bool truth;
  dm_span bytes;
  dmi_ip_range range;
} dmi_operand;

/* Returns NULL for a policy's value that dmi_operand_of_policy() understands, else what it must
 * be. */
const char *dmi_operand_problem(dmi_operand_type type, dm_span text);

/* Reads a policy's value, which is borrowed unless it is binary: that is decoded into `out`,
 * which has room for text.len bytes. Returns how many bytes it wrote. */
size_t dmi_operand_of_policy(dmi_operand_type type, dm_span text, char *out, dmi_operand *value);

/* Compares a request's value with several of a policy's, of which one has to match; negation
 * apart. */
dmi_truth dmi_operand_compare(const dmi_condition_operator *with, const dmi_operand *wanted,
                              size_t count, dm_span text);

#endif
