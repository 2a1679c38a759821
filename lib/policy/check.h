/* The rules a document has to keep: what is not understood here is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_CHECK_H
#define DM_POLICY_CHECK_H

#include <jansson.h>

#include "policy/refusal.h"

/* How much a document holds. */
typedef struct dmi_check_counts {
  size_t statements;
  size_t conditions;
  size_t patterns;
  size_t variables;
  size_t operands;
  size_t text; /* the bytes of everything that is kept as text */
} dmi_check_counts;

/* Checks a whole document and adds up what policy_compile() has to make room for.
 * Returns DM_OK or DM_ERROR_NOT_UNDERSTOOD. */
int dmi_check_document(json_t *root, const dmi_refusal *r, dmi_check_counts *counts);

#endif
