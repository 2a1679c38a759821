/* Moments in time, read from text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_MOMENT_H
#define DM_BASE_MOMENT_H

#include <stdbool.h>

#include "dm/types.h"

typedef struct dmi_moment {
  int64_t second; /* since 1970-01-01T00:00:00Z */
  uint32_t nanosecond;
} dmi_moment;

/* Reads a date as the W3C's profile of ISO 8601 has it (NOTE-datetime), from "2026" to
 * "2026-05-28T10:00:00.25+02:00", or seconds since 1970 in decimal digits. Four digits are
 * a year. What a date leaves out is its first: month, day, midnight, in UTC. */
bool dmi_moment_read(dm_span text, dmi_moment *out);

/* Below zero, zero or above zero, as `a` is before, at or after `b`. */
int dmi_moment_compare(const dmi_moment *a, const dmi_moment *b);

#endif
