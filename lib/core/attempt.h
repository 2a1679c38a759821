/* One call on its way to its outcome: what sends and queries have in common.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_ATTEMPT_H
#define DM_CORE_ATTEMPT_H

#include "core/context.h"

typedef struct dmi_attempt {
  dm_context *context;
  const dm_caller *caller;
  dm_result result; /* once there is one */
} dmi_attempt;

/* Each of these sets the result and returns its outcome; where a text is NULL it is the
 * outcome's own. */

/* The end of a call that does not wait, with all that follows from its outcome. */
int dmi_attempt_conclude(dmi_attempt *attempt, int outcome);
int dmi_attempt_refuse(dmi_attempt *attempt, int outcome, const char *text);

/* Refused, and trying again within `wait` is in vain. */
int dmi_attempt_throttle(dmi_attempt *attempt, int outcome, const char *text, dm_duration wait);

/* DM_OK, or the outcome for a context that has stopped: callbacks may have done so. */
static inline int dmi_attempt_check_open(dmi_attempt *attempt) {
  return attempt->context->stopped ? dmi_attempt_conclude(attempt, DM_SHUTTING_DOWN) : DM_OK;
}

/* Takes one out of a bucket: DM_OK, or throttled. */
static inline int dmi_attempt_take(dmi_attempt *attempt, dmi_bucket *bucket, uint32_t rate,
                                   int outcome, const char *text) {
  if (rate == DM_UNLIMITED || dmi_bucket_take(bucket, rate, attempt->context->now))
    return DM_OK;
  return dmi_attempt_throttle(attempt, outcome, text, dmi_bucket_wait(bucket, rate));
}

#endif
