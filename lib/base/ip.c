/* IP addresses and ranges of them, read from text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/ip.h"

#include "base/span.h"

#define V4_PREFIX 96 /* what an IPv4 address has in front of it */

static const uint8_t v4_in_front[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_v4(const dmi_ip_address *address) {
  return memcmp(address->bytes, v4_in_front, sizeof v4_in_front) == 0;
}

/* A number without a zero in front: to some readers 010 is eight. */
static bool read_number(dm_span text, uint64_t max, uint64_t *value) {
  return (text.len == 1 || (text.len > 1 && text.ptr[0] != '0')) &&
         dmi_span_decimal(text, max, value);
}

/* Four bytes from "203.0.113.7". */
static bool read_v4(dm_span text, uint8_t *out) {
  for (size_t i = 0; i < 4; i++) {
    dm_span part = dmi_span_head(text, i < 3 ? dmi_span_find(text, '.') : text.len);
    uint64_t value;
    if (!read_number(part, 255, &value) || (i < 3 && part.len == text.len))
      return false;
    out[i] = (uint8_t)value;
    text = dmi_span_tail(text, i < 3 ? part.len + 1 : part.len);
  }
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Two bytes from one to four hexadecimal digits. */
static bool read_group(dm_span text, uint8_t *out) {
  unsigned value = 0;
  for (size_t i = 0; i < text.len; i++) {
    int digit = hex_digit(text.ptr[i]);
    if (digit < 0 || i == 4)
      return false;
    value = value << 4 | (unsigned)digit;
  }
  out[0] = (uint8_t)(value >> 8);
  out[1] = (uint8_t)(value & 0xFF);
  return text.len > 0;
}

/* Groups with one colon between them, the last two perhaps as an IPv4 address; how many
 * bytes they make is in *len. No text makes none. */
static bool read_groups(dm_span text, uint8_t out[16], size_t *len) {
  *len = 0;
  while (text.len > 0) {
    dm_span group = dmi_span_head(text, dmi_span_find(text, ':'));
    bool last = group.len == text.len;
    bool v4 = last && dmi_span_find(group, '.') < group.len;
    size_t made = v4 ? 4 : 2;
    if (*len + made > 16 || !(v4 ? read_v4(group, out + *len) : read_group(group, out + *len)))
      return false;
    *len += made;
    if (last)
      return true;
    text = dmi_span_tail(text, group.len + 1);
    if (text.len == 0)
      return false;
  }
  return true;
}

/* Where "::" begins, or text.len. */
static size_t find_gap(dm_span text) {
  for (size_t i = 0; i + 1 < text.len; i++)
    if (text.ptr[i] == ':' && text.ptr[i + 1] == ':')
      return i;
  return text.len;
}

/* "::" stands for one group of zeroes or more (RFC 5952 section 4.2.2 advises against one,
 * RFC 4291 section 2.2 lets it be). */
static bool read_v6(dm_span text, uint8_t out[16]) {
  uint8_t behind[16];
  size_t front_len, behind_len;
  size_t gap = find_gap(text);
  if (gap == text.len)
    return read_groups(text, out, &front_len) && front_len == 16;
  dm_span front = dmi_span_head(text, gap);
  if (!read_groups(front, out, &front_len) || dmi_span_find(front, '.') < front.len ||
      !read_groups(dmi_span_tail(text, gap + 2), behind, &behind_len) ||
      front_len + behind_len > 14)
    return false;
  memset(out + front_len, 0, 16 - front_len);
  memcpy(out + 16 - behind_len, behind, behind_len);
  return true;
}

bool dmi_ip_read_address(dm_span text, dmi_ip_address *out) {
  if (dmi_span_find(text, ':') < text.len)
    return read_v6(text, out->bytes);
  memcpy(out->bytes, v4_in_front, sizeof v4_in_front);
  return read_v4(text, out->bytes + sizeof v4_in_front);
}

bool dmi_ip_read_range(dm_span text, dmi_ip_range *out) {
  dm_span address = dmi_span_head(text, dmi_span_find(text, '/'));
  if (!dmi_ip_read_address(address, &out->first))
    return false;
  out->prefix = 128;
  if (address.len == text.len)
    return true;
  uint64_t prefix, before = dmi_span_find(address, ':') < address.len ? 0 : V4_PREFIX;
  if (!read_number(dmi_span_tail(text, address.len + 1), 128 - before, &prefix))
    return false;
  out->prefix = (unsigned)(before + prefix);
  return true;
}

bool dmi_ip_in_range(const dmi_ip_address *address, const dmi_ip_range *range) {
  if (range->prefix < V4_PREFIX && is_v4(address))
    return false;
  size_t whole = range->prefix / 8;
  unsigned rest = range->prefix % 8;
  if (memcmp(address->bytes, range->first.bytes, whole) != 0)
    return false;
  unsigned differing =
      rest == 0 ? 0 : (unsigned)(address->bytes[whole] ^ range->first.bytes[whole]);
  return differing >> (8 - rest) == 0;
}
