/* One call on its way to its outcome.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/attempt.h"

#include "core/report.h"

/* The sentence for an outcome of which the context knows more than the table. */
static const char *text_of(const dm_context *context, int outcome) {
  bool told = outcome == DM_INVALID_TIMEOUT_PARAMETER && context->limits.max_timeout >= DM_SECOND;
  return told ? context->timeout_text : NULL;
}

int dmi_attempt_conclude(dmi_attempt *attempt, int outcome) {
  dmi_result_fill(&attempt->result, outcome, dmi_context_trace_id(attempt->context));
  return outcome;
}

int dmi_attempt_refuse(dmi_attempt *attempt, int outcome, const char *text) {
  dmi_attempt_conclude(attempt, outcome);
  if (text == NULL)
    text = text_of(attempt->context, outcome);
  if (text != NULL)
    attempt->result.text = text;
  return outcome;
}

int dmi_attempt_throttle(dmi_attempt *attempt, int outcome, const char *text, dm_duration wait) {
  dmi_attempt_refuse(attempt, outcome, text);
  attempt->result.retry_after = wait;
  return outcome;
}
