/* From a checked document to the form that is evaluated.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_COMPILE_H
#define DM_POLICY_COMPILE_H

#include "policy/check.h"

/* Compiles what dmi_check_document() accepted and counted; `json` is its text. Returns NULL when
 * out of memory. */
dm_policy *dmi_compile_document(dm_span json, const json_t *root, const dmi_check_counts *counts,
                                const dm_memory *memory);

#endif
