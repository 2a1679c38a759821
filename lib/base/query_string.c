/* Queries of URIs: their names and values, percent-encoded.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/query_string.h"

#include "base/span.h"

bool dmi_query_next(dm_span *query, dm_span *name, dm_span *value) {
  if (query->len == 0)
    return false;
  *name = dmi_span_cut(dmi_span_cut(*query, '&', query), '=', value);
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool dmi_percent_take(dm_span *text, char *byte) {
  size_t taken = 1;
  *byte = text->ptr[0];
  if (*byte == '%') {
    if (text->len < 3)
      return false;
    int high = hex_digit(text->ptr[1]), low = hex_digit(text->ptr[2]);
    if (high < 0 || low < 0)
      return false;
    *byte = (char)(unsigned char)(high << 4 | low);
    taken = 3;
  }
  *text = dmi_span_tail(*text, taken);
  return true;
}

bool dmi_percent_decode(dm_span text, char *out, dm_span *decoded) {
  size_t written = 0;
  while (text.len > 0)
    if (!dmi_percent_take(&text, &out[written++]))
      return false;
  *decoded = dm_bytes(out, written);
  return true;
}
