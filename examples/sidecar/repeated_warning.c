/* A warning of what may happen very often, and is not said as often.
 *
 * SPDX-License-Identifier: MIT
 */
#include "repeated_warning.h"

bool repeated_warning_due(struct repeated_warning *warning, const char *what, const char *why,
                          dm_time now, problem *line) {
  warning->count++;
  if (now < warning->next)
    return false;
  warning->next = now + REPEATED_WARNING_INTERVAL;
  problem_set(line, "%s: %s (%llu times so far)", what, why, (unsigned long long)warning->count);
  return true;
}
