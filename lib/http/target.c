/* Request targets: taking them apart and percent-decoding the parts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/target.h"

#include "base/span.h"

bool target_valid(dm_span target) {
  for (size_t i = 0; i < target.len; i++)
    if (target.ptr[i] <= 0x20 || target.ptr[i] > 0x7E || target.ptr[i] == '#')
      return false;
  return true;
}

static bool skip_scheme(dm_span *target, dm_span scheme) {
  if (target->len < scheme.len || !span_equal_ignoring_case(span_head(*target, scheme.len), scheme))
    return false;
  *target = span_tail(*target, scheme.len);
  return true;
}

/* What follows the authority of a target in absolute-form; one in origin-form as it is. */
static dm_span without_authority(dm_span target) {
  if (!skip_scheme(&target, SPAN("http://")) && !skip_scheme(&target, SPAN("https://")))
    return target;
  size_t slash = span_find(target, '/');
  size_t question = span_find(target, '?');
  return span_tail(target, slash < question ? slash : question);
}

/* The part before the first `separator`; *rest is what follows it, or empty. */
static dm_span cut(dm_span text, char separator, dm_span *rest) {
  size_t at = span_find(text, separator);
  *rest = span_tail(text, at < text.len ? at + 1 : at);
  return span_head(text, at);
}

void target_split(dm_span target, dm_span *path, dm_span *query) {
  *path = cut(without_authority(target), '?', query);
}

bool path_is_messages(dm_span path, dm_span *client_id) {
  const dm_span connections = SPAN("/connections/");
  if (!span_starts_with(path, connections))
    return false;
  dm_span rest = span_tail(path, connections.len);
  size_t slash = span_find(rest, '/');
  if (!span_equal(span_tail(rest, slash), SPAN("/messages")))
    return false;
  *client_id = span_head(rest, slash);
  return true;
}

bool query_next(dm_span *query, dm_span *name, dm_span *value) {
  if (query->len == 0)
    return false;
  *name = cut(cut(*query, '&', query), '=', value);
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool percent_decode(dm_span text, char *out, dm_span *decoded) {
  size_t written = 0;
  for (size_t i = 0; i < text.len; i++) {
    char byte = text.ptr[i];
    if (byte == '%') {
      if (text.len - i < 3)
        return false;
      int high = hex_digit(text.ptr[i + 1]), low = hex_digit(text.ptr[i + 2]);
      if (high < 0 || low < 0)
        return false;
      byte = (char)(unsigned char)(high << 4 | low);
      i += 2;
    }
    out[written++] = byte;
  }
  *decoded = dm_bytes(out, written);
  return true;
}
