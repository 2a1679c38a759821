/* The table of outcomes and the counters that go with it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_OUTCOME_H
#define DM_CORE_OUTCOME_H

#include <stdbool.h>

#include "dm/dm.h"

enum {
  OUTCOME_FAILURES = DM_OUTCOME_FIRST - DM_OUTCOME_LAST + 1,
  OUTCOME_COUNT = OUTCOME_FAILURES + 3
};

/* Where an outcome stands in the table; -1 for a code that is none. */
int dmi_outcome_index(int code);

/* Whether a code is one of the failures a call can meet. */
static inline bool dmi_outcome_is_failure(int code) {
  return code <= DM_OUTCOME_FIRST && code >= DM_OUTCOME_LAST;
}

#endif
