/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/glob.h"

#include "base/utf8.h"

static bool same(char a, char b, bool ignoring_case) {
  if (a == b)
    return true;
  char upper = a < b ? a : b, lower = a < b ? b : a;
  return ignoring_case && upper >= 'A' && upper <= 'Z' && lower == upper - 'A' + 'a';
}

static size_t character(dm_span text, size_t at) {
  size_t len = utf8_length((unsigned char)text.ptr[at]);
  return len < text.len - at ? len : text.len - at;
}

/* Only the last '*' seen is ever tried again: whatever an earlier one could take, the
 * last one can take as well. That bounds the work. */
static bool match(dm_span pattern, dm_span text, bool ignoring_case) {
  size_t p = 0, t = 0, star = SIZE_MAX, star_text = 0;
  while (t < text.len) {
    if (p < pattern.len && pattern.ptr[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.len && pattern.ptr[p] == '?') {
      p++;
      t += character(text, t);
    } else if (p < pattern.len && same(pattern.ptr[p], text.ptr[t], ignoring_case)) {
      p++;
      t++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      t = star_text += character(text, star_text);
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.ptr[p] == '*')
    p++;
  return p == pattern.len;
}

bool glob_match(dm_span pattern, dm_span text) {
  return match(pattern, text, false);
}

bool glob_match_ignoring_case(dm_span pattern, dm_span text) {
  return match(pattern, text, true);
}
