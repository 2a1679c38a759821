/* Matching with the wildcards of policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/glob.h"

#include "base/span.h"
#include "base/utf8.h"

static bool special(char c) {
  return c == GLOB_RUN || c == GLOB_ONE || c == GLOB_VALUE;
}

dmi_glob dmi_glob_of(dm_span pattern) {
  size_t first = 0, end = pattern.len;
  while (first < pattern.len && !special(pattern.ptr[first]))
    first++;
  while (end > first && !special(pattern.ptr[end - 1]))
    end--;
  dm_span body = dmi_span_tail(dmi_span_head(pattern, end), first);
  return (dmi_glob){dmi_span_head(pattern, first), body, dmi_span_tail(pattern, end)};
}

static inline bool same_byte(char a, char b, bool ignoring_case) {
  if (a == b)
    return true;
  /* The cases of an ASCII letter differ in one bit. */
  char letter = (char)(a | 0x20);
  return ignoring_case && (a ^ b) == 0x20 && letter >= 'a' && letter <= 'z';
}

/* Patterns of one policy tend to begin alike: the last byte tells most of them apart. */
static inline bool equal(dm_span a, const char *b, bool ignoring_case) {
  if (a.len == 0)
    return true;
  if (!same_byte(a.ptr[a.len - 1], b[a.len - 1], ignoring_case))
    return false;
  return memcmp(a.ptr, b, a.len) == 0 ||
         (ignoring_case && dmi_span_equal_ignoring_case(a, (dm_span){b, a.len}));
}

/* The length of the character at `at`, cut at the end of text that is not UTF-8. */
static size_t character(dm_span text, size_t at) {
  size_t len = dmi_utf8_length((unsigned char)text.ptr[at]);
  return len < text.len - at ? len : text.len - at;
}

/* A place in a body, and inside a value where it stands on one. */
typedef struct cursor {
  size_t at;
  size_t value;  /* how many values are behind it */
  size_t offset; /* in the one it stands on */
} cursor;

/* What stands at a cursor, moving it over values that have come to their end: a byte that
 * stands for itself, or one of these. */
enum {
  RUN = 0x100,
  ONE,
  END
};

static inline int element(dm_span body, const dm_span *values, cursor *c) {
  while (c->at < body.len && body.ptr[c->at] == GLOB_VALUE) {
    dm_span value = values[c->value];
    if (c->offset < value.len)
      return (unsigned char)value.ptr[c->offset];
    *c = (cursor){c->at + 1, c->value + 1, 0};
  }
  if (c->at == body.len)
    return END;
  char byte = body.ptr[c->at];
  return byte == GLOB_RUN ? RUN : byte == GLOB_ONE ? ONE : (unsigned char)byte;
}

static inline void step(dm_span body, cursor *c) {
  if (body.ptr[c->at] == GLOB_VALUE)
    c->offset++;
  else
    c->at++;
}

/* Only the last run seen is ever tried again: whatever an earlier one could take, the
 * last one can take as well. That bounds the work. */
static bool match_body(dm_span body, const dm_span *values, dm_span text, bool ignoring_case) {
  cursor c = {0, 0, 0}, after_run = c;
  size_t t = 0, run_end = SIZE_MAX;
  while (t < text.len) {
    int wanted = element(body, values, &c);
    if (wanted == RUN) {
      step(body, &c);
      after_run = c;
      run_end = t;
      if (c.at == body.len)
        return true;
    } else if (wanted == ONE) {
      step(body, &c);
      t += character(text, t);
    } else if (wanted != END &&
               same_byte((char)(unsigned char)wanted, text.ptr[t], ignoring_case)) {
      step(body, &c);
      t++;
    } else if (run_end != SIZE_MAX) {
      c = after_run;
      t = run_end += character(text, run_end);
    } else {
      return false;
    }
  }
  while (element(body, values, &c) == RUN)
    step(body, &c);
  return element(body, values, &c) == END;
}

static inline bool match(const dmi_glob *g, const dm_span *values, dm_span text,
                         bool ignoring_case) {
  if (text.len < g->head.len + g->tail.len || (g->body.len == 0 && text.len > g->head.len))
    return false;
  dm_span without_tail = dmi_span_head(text, text.len - g->tail.len);
  if (!equal(g->head, text.ptr, ignoring_case) ||
      !equal(g->tail, dmi_span_tail(text, without_tail.len).ptr, ignoring_case))
    return false;
  if (g->body.len <= 1 && (g->body.len == 0 || *g->body.ptr == GLOB_RUN))
    return true;
  return match_body(g->body, values, dmi_span_tail(without_tail, g->head.len), ignoring_case);
}

bool dmi_glob_match(const dmi_glob *g, const dm_span *values, dm_span text) {
  return match(g, values, text, false);
}

bool dmi_glob_match_ignoring_case(const dmi_glob *g, const dm_span *values, dm_span text) {
  return match(g, values, text, true);
}
