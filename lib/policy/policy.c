/* Policies from their text to their end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/policy.h"

#include "base/memory.h"
#include "base/span.h"
#include "policy/check.h"
#include "policy/compile.h"
#include "policy/compiled.h"
#include "policy/document.h"

int dm_policy_parse(dm_policy **out, dm_span json, size_t size_limit, const dm_memory *memory,
                    dm_policy_error *error) {
  dm_policy_error ignored;
  if (out == NULL || !dmi_span_sound(json))
    return DM_ERROR_INVALID_ARGUMENT;
  const dmi_refusal r = {json, error == NULL ? &ignored : error};
  json_t *root = NULL;
  int status = dmi_document_read(&r, size_limit == 0 ? DM_POLICY_SIZE_LIMIT : size_limit, &root);
  if (status != DM_OK)
    return status;
  dmi_check_counts counts = {0};
  status = dmi_check_document(root, &r, &counts);
  if (status == DM_OK) {
    const dm_memory own = dmi_memory_or_default(memory);
    dm_policy *policy = dmi_compile_document(json, root, &counts, &own);
    if (policy == NULL)
      status = DM_ERROR_NO_MEMORY;
    else
      *out = policy;
  }
  json_decref(root);
  return status;
}

void dm_policy_free(dm_policy *policy) {
  if (policy == NULL)
    return;
  const dm_memory memory = policy->memory;
  dmi_memory_release(&memory, policy);
}
