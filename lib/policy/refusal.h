/* Saying why a document is refused, and where.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_REFUSAL_H
#define DM_POLICY_REFUSAL_H

#include "dm/policy.h"
#include "policy/position.h"

/* The document being read and the error to fill. */
typedef struct dmi_refusal {
  dm_span json;
  dm_policy_error *error;
} dmi_refusal;

/* Fills the error for the byte at `offset`: what is wrong, then the part of the document
 * that is meant, quoted, unless absent. Returns DM_ERROR_NOT_UNDERSTOOD. */
int dmi_refuse_at(const dmi_refusal *r, size_t offset, const char *what, dm_span quoted);

/* The same for the value that `path` names. */
int dmi_refuse(const dmi_refusal *r, const dmi_position_path *path, const char *what,
               dm_span quoted);

#endif
