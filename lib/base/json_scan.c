/* Finding one's way in JSON text without parsing it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/json_scan.h"

#include "base/span.h"

size_t dmi_scan_space(dm_span json, size_t at) {
  while (dmi_scan_is_space(dmi_scan_byte(json, at)))
    at++;
  return at;
}

size_t dmi_scan_string(dm_span json, size_t at) {
  for (at++; at < json.len && json.ptr[at] != '"'; at++)
    if (json.ptr[at] == '\\')
      at++;
  return at < json.len ? at + 1 : json.len;
}

static bool structural(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

size_t dmi_scan_token(dm_span json, size_t at) {
  if (dmi_scan_byte(json, at) == '"')
    return dmi_scan_string(json, at);
  if (at >= json.len || structural(json.ptr[at]))
    return at < json.len ? at + 1 : json.len;
  while (at < json.len && json.ptr[at] != '"' && !structural(json.ptr[at]) &&
         !dmi_scan_is_space(json.ptr[at]))
    at++;
  return at;
}

size_t dmi_scan_value(dm_span json, size_t at) {
  size_t depth = 0;
  do {
    char c = dmi_scan_byte(json, at);
    if (c == '{' || c == '[')
      depth++;
    else if ((c == '}' || c == ']') && depth > 0)
      depth--;
    at = dmi_scan_token(json, at);
    if (depth > 0)
      at = dmi_scan_space(json, at);
  } while (depth > 0 && at < json.len);
  return at;
}

/* The value of a hexadecimal digit, 0 for any other byte. */
static unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f')
    return (unsigned)(c - 'a' + 10);
  return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 0;
}

/* Reads the four digits of \uXXXX. */
static uint32_t code_unit(dm_span json, size_t *at) {
  uint32_t unit = 0;
  for (int i = 0; i < 4 && *at < json.len; i++)
    unit = unit << 4 | hex_digit(json.ptr[(*at)++]);
  return unit;
}

/* Reads the digits of \uXXXX and, where it is the first half of a surrogate pair, the
 * second half (RFC 8259 section 7). */
static uint32_t code_point(dm_span json, size_t *at) {
  uint32_t high = code_unit(json, at);
  if (high < 0xD800 || high > 0xDBFF || dmi_scan_byte(json, *at) != '\\' ||
      dmi_scan_byte(json, *at + 1) != 'u')
    return high;
  *at += 2;
  uint32_t low = code_unit(json, at);
  return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF);
}

static char byte(uint32_t bits) {
  return (char)(unsigned char)bits;
}

static size_t write_utf8(uint32_t code, char out[4]) {
  if (code < 0x80) {
    out[0] = byte(code);
    return 1;
  }
  size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = len - 1; i > 0; i--, code >>= 6)
    out[i] = byte(0x80 | (code & 0x3F));
  out[0] = byte((0xF00u >> len & 0xFF) | code);
  return len;
}

static char unescaped(char letter) {
  static const char letters[] = "bfnrt";
  static const char values[] = "\b\f\n\r\t";
  const char *found = letter == '\0' ? NULL : memchr(letters, letter, sizeof letters - 1);
  return found == NULL ? letter : values[found - letters];
}

size_t dmi_scan_character(dm_span json, size_t *at, char out[4]) {
  char c = dmi_scan_byte(json, *at);
  *at += *at < json.len;
  if (c == '\\') {
    c = dmi_scan_byte(json, *at);
    *at += *at < json.len;
    if (c == 'u')
      return write_utf8(code_point(json, at), out);
    c = unescaped(c);
  }
  out[0] = c;
  return 1;
}
