/* Decimal numbers of any length, compared exactly.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_DECIMAL_H
#define DM_BASE_DECIMAL_H

#include <stdbool.h>

#include "dm/types.h"

/* A number as its digits, borrowed: no zeroes in front of the whole part, none behind the
 * fraction, and zero is not negative. */
typedef struct dmi_decimal {
  dm_span whole;
  dm_span fraction;
  bool negative;
} dmi_decimal;

/* Reads "12", "-12" or "12.5": digits, and a point only between digits. */
bool dmi_decimal_read(dm_span text, dmi_decimal *out);

/* Below zero, zero or above zero, as `a` is less than, equal to or greater than `b`. */
int dmi_decimal_compare(const dmi_decimal *a, const dmi_decimal *b);

#endif
