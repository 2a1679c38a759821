/* A warning of what may happen very often, and is not said as often.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_REPEATED_WARNING_H
#define SIDECAR_REPEATED_WARNING_H

#include <stdbool.h>

#include "common/base/problem.h"
#include "dm/types.h"

/* How long the same warning is not said again. */
#define REPEATED_WARNING_INTERVAL (10 * DM_SECOND)

/* All zero: it has not happened yet. */
struct repeated_warning {
  dm_time next; /* not said before then */
  uint64_t count;
};

/* It has happened now. True where that is to be said: "WHAT: WHY (7 times so far)". */
bool repeated_warning_due(struct repeated_warning *warning, const char *what, const char *why,
                          dm_time now, problem *line);

#endif
