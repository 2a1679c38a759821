/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/glob.h"

#include "base/span.h"
#include "base/utf8.h"

static bool wildcard(char c) {
  return c == GLOB_RUN || c == GLOB_ONE;
}

glob glob_of(dm_span pattern) {
  size_t first = 0, end = pattern.len;
  while (first < pattern.len && !wildcard(pattern.ptr[first]))
    first++;
  while (end > first && !wildcard(pattern.ptr[end - 1]))
    end--;
  dm_span body = span_tail(span_head(pattern, end), first);
  return (glob){span_head(pattern, first), body, span_tail(pattern, end)};
}

/* Patterns of one policy tend to begin alike: the last byte tells most of them apart. */
static inline bool equal(dm_span a, const char *b, bool ignoring_case) {
  if (a.len == 0 || (a.ptr[a.len - 1] == b[a.len - 1] && memcmp(a.ptr, b, a.len) == 0))
    return true;
  return ignoring_case && span_equal_ignoring_case(a, (dm_span){b, a.len});
}

/* The length of the character at `at`, cut at the end of text that is not UTF-8. */
static size_t character(dm_span text, size_t at) {
  size_t len = utf8_length((unsigned char)text.ptr[at]);
  return len < text.len - at ? len : text.len - at;
}

/* Only the last run seen is ever tried again: whatever an earlier one could take, the
 * last one can take as well. That bounds the work. */
static bool match_body(dm_span body, dm_span text, bool ignoring_case) {
  size_t b = 0, t = 0, after_run = 0, run_end = 0;
  while (t < text.len) {
    if (b < body.len && body.ptr[b] == GLOB_RUN) {
      after_run = ++b;
      run_end = t;
      if (b == body.len)
        return true;
    } else if (b < body.len && body.ptr[b] == GLOB_ONE) {
      b++;
      t += character(text, t);
    } else if (b < body.len && equal((dm_span){body.ptr + b, 1}, text.ptr + t, ignoring_case)) {
      b++;
      t++;
    } else if (after_run > 0) {
      b = after_run;
      t = run_end += character(text, run_end);
    } else {
      return false;
    }
  }
  while (b < body.len && body.ptr[b] == GLOB_RUN)
    b++;
  return b == body.len;
}

static inline bool match(const glob *g, dm_span text, bool ignoring_case) {
  if (text.len < g->head.len + g->tail.len || (g->body.len == 0 && text.len > g->head.len))
    return false;
  dm_span without_tail = span_head(text, text.len - g->tail.len);
  if (!equal(g->head, text.ptr, ignoring_case) ||
      !equal(g->tail, span_tail(text, without_tail.len).ptr, ignoring_case))
    return false;
  if (g->body.len <= 1 && (g->body.len == 0 || *g->body.ptr == GLOB_RUN))
    return true;
  return match_body(g->body, span_tail(without_tail, g->head.len), ignoring_case);
}

bool glob_match(const glob *g, dm_span text) {
  return match(g, text, false);
}

bool glob_match_ignoring_case(const glob *g, dm_span text) {
  return match(g, text, true);
}
