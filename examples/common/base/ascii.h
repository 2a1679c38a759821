/* Letters of ASCII, whatever the locale.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_ASCII_H
#define COMMON_BASE_ASCII_H

#include <stdbool.h>

#include "dm/types.h"

static inline char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether two texts are the same, letters in either case. */
static inline bool ascii_same(dm_span a, dm_span b) {
  bool same = a.len == b.len;
  for (size_t i = 0; same && i < a.len; i++)
    same = ascii_lower(a.ptr[i]) == ascii_lower(b.ptr[i]);
  return same;
}

#endif
