/* Names that are almost right.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/spelling.h"

#include "base/span.h"

enum {
  EDITS_MAX = 2
};

static dm_span without_first(dm_span text) {
  return dmi_span_tail(text, 1);
}

static size_t common_prefix(dm_span a, dm_span b) {
  size_t len = 0;
  while (len < a.len && len < b.len &&
         dmi_span_equal_ignoring_case(dm_bytes(a.ptr + len, 1), dm_bytes(b.ptr + len, 1)))
    len++;
  return len;
}

/* Whether so many edits make one of the other. It calls itself as deep as there are edits. */
static bool within(dm_span a, dm_span b, unsigned edits) {
  size_t same = common_prefix(a, b);
  a = dmi_span_tail(a, same);
  b = dmi_span_tail(b, same);
  if (a.len == 0 || b.len == 0)
    return a.len + b.len <= edits;
  return edits > 0 &&
         (within(without_first(a), without_first(b), edits - 1) ||
          within(without_first(a), b, edits - 1) || within(a, without_first(b), edits - 1));
}

static bool is_beginning(dm_span written, dm_span meant) {
  return 2 * written.len >= meant.len && common_prefix(written, meant) == written.len;
}

bool dmi_spelling_near(dm_span written, dm_span meant) {
  return is_beginning(written, meant) || within(written, meant, EDITS_MAX);
}
