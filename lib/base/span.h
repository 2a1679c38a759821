/* Comparing and searching borrowed bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_SPAN_H
#define DM_BASE_SPAN_H

#include <stdbool.h>

#include "dm/types.h"

/* A span over a string literal, its length known at compile time. */
#define SPAN(literal) ((dm_span){(literal), sizeof(literal) - 1})

/* Whether a value was given at all; present and empty is present. */
static inline bool dmi_span_present(dm_span span) {
  return span.ptr != NULL;
}

/* Whether a span keeps the rule that NULL goes with length 0 only. */
static inline bool dmi_span_sound(dm_span span) {
  return span.ptr != NULL || span.len == 0;
}

/* Byte-wise equality. */
static inline bool dmi_span_equal(dm_span a, dm_span b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Equality without regard to the case of ASCII letters, whatever the locale. */
bool dmi_span_equal_ignoring_case(dm_span a, dm_span b);

/* Whether `span` begins with `prefix`. */
bool dmi_span_starts_with(dm_span span, dm_span prefix);

/* The position of the first `byte`, or span.len where there is none. */
size_t dmi_span_find(dm_span span, char byte);

/* The first `len` bytes; len is at most span.len. */
static inline dm_span dmi_span_head(dm_span span, size_t len) {
  span.len = len;
  return span;
}

/* What follows the first `len` bytes; len is at most span.len. */
static inline dm_span dmi_span_tail(dm_span span, size_t len) {
  if (len > 0) {
    span.ptr += len;
    span.len -= len;
  }
  return span;
}

/* What stands before the first `separator`; *rest is what follows it, or empty. */
dm_span dmi_span_cut(dm_span span, char separator, dm_span *rest);

/* Without the spaces and tabs around it: HTTP's optional white space (RFC 9110 section
 * 5.6.3). */
dm_span dmi_span_trim(dm_span span);

/* Copies the bytes to `at`, where there is room for them; returns the place behind them. */
static inline char *dmi_span_put(char *at, dm_span span) {
  if (span.len > 0)
    memcpy(at, span.ptr, span.len);
  return at + span.len;
}

/* A copy of the bytes at *at, where there is room for them, and which moves behind them; absent
 * where there are none. */
static inline dm_span dmi_span_keep(char **at, dm_span span) {
  if (span.len == 0)
    return dm_text(NULL);
  memcpy(*at, span.ptr, span.len);
  span.ptr = *at;
  *at += span.len;
  return span;
}

/* Reads plain decimal digits, nothing else; false when there are none, anything else
 * is among them, or the value is above `max`. */
bool dmi_span_decimal(dm_span span, uint64_t max, uint64_t *value);

#endif
