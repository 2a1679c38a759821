/* Decimal numbers of any length, compared exactly.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/decimal.h"

#include "base/span.h"

static bool all_digits(dm_span text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len > 0;
}

static dm_span without_leading_zeroes(dm_span digits) {
  while (digits.len > 0 && digits.ptr[0] == '0')
    digits = dmi_span_tail(digits, 1);
  return digits;
}

static dm_span without_trailing_zeroes(dm_span digits) {
  while (digits.len > 0 && digits.ptr[digits.len - 1] == '0')
    digits.len--;
  return digits;
}

bool dmi_decimal_read(dm_span text, dmi_decimal *out) {
  bool negative = text.len > 0 && text.ptr[0] == '-';
  text = dmi_span_tail(text, negative ? 1 : 0);
  dm_span whole = dmi_span_head(text, dmi_span_find(text, '.'));
  dm_span fraction = dmi_span_tail(text, whole.len);
  if (fraction.len > 0) {
    fraction = dmi_span_tail(fraction, 1);
    if (!all_digits(fraction))
      return false;
  }
  if (!all_digits(whole))
    return false;
  out->whole = without_leading_zeroes(whole);
  out->fraction = without_trailing_zeroes(fraction);
  out->negative = negative && out->whole.len + out->fraction.len > 0;
  return true;
}

/* As numbers where they are of one length, else as a fraction's digits are. */
static int compare_digits(dm_span a, dm_span b) {
  size_t shared = a.len < b.len ? a.len : b.len;
  int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int dmi_decimal_compare(const dmi_decimal *a, const dmi_decimal *b) {
  if (a->negative != b->negative)
    return a->negative ? -1 : 1;
  int order = (a->whole.len > b->whole.len) - (a->whole.len < b->whole.len);
  if (order == 0)
    order = compare_digits(a->whole, b->whole);
  if (order == 0)
    order = compare_digits(a->fraction, b->fraction);
  return a->negative ? -order : order;
}
