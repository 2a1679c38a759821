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
typedef struct decimal {
  dm_span whole;
  dm_span fraction;
  bool negative;
} decimal;

/* Reads "12", "-12" or "12.5": digits, and a point only between digits. */
bool decimal_read(dm_span text, decimal *out);

/* Below zero, zero or above zero, as `a` is less than, equal to or greater than `b`. */
int decimal_compare(const decimal *a, const decimal *b);

#endif
