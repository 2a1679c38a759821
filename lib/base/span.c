/* Comparing and searching borrowed bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool dmi_span_equal_ignoring_case(dm_span a, dm_span b) {
  if (a.len != b.len)
    return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower(a.ptr[i]) != lower(b.ptr[i]))
      return false;
  return true;
}

bool dmi_span_starts_with(dm_span span, dm_span prefix) {
  return span.len >= prefix.len && dmi_span_equal(dmi_span_head(span, prefix.len), prefix);
}

size_t dmi_span_find(dm_span span, char byte) {
  const char *found = span.len == 0 ? NULL : memchr(span.ptr, byte, span.len);
  return found == NULL ? span.len : (size_t)(found - span.ptr);
}

dm_span dmi_span_cut(dm_span span, char separator, dm_span *rest) {
  size_t at = dmi_span_find(span, separator);
  *rest = dmi_span_tail(span, at < span.len ? at + 1 : at);
  return dmi_span_head(span, at);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

dm_span dmi_span_trim(dm_span span) {
  while (span.len > 0 && is_blank(span.ptr[0]))
    span = dmi_span_tail(span, 1);
  while (span.len > 0 && is_blank(span.ptr[span.len - 1]))
    span.len--;
  return span;
}

bool dmi_span_decimal(dm_span span, uint64_t max, uint64_t *value) {
  uint64_t sum = 0;
  if (span.len == 0)
    return false;
  for (size_t i = 0; i < span.len; i++) {
    if (span.ptr[i] < '0' || span.ptr[i] > '9')
      return false;
    uint64_t digit = (uint64_t)(span.ptr[i] - '0');
    if (digit > max || sum > (max - digit) / 10)
      return false;
    sum = sum * 10 + digit;
  }
  *value = sum;
  return true;
}
