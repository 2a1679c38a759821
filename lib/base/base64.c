/* Base64 as RFC 4648 sections 4 and 5 define it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/base64.h"

#include "base/span.h"

/* The last two digits of each alphabet. */
static const char standard[] = "+/", url_safe[] = "-_";

static int sextet(char c, const char last[2]) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

static size_t padding(dm_span text) {
  if (text.len == 0 || text.ptr[text.len - 1] != '=')
    return 0;
  return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

/* Four characters into three bytes, of which the last `padded` do not count. */
static bool quantum(const char *in, size_t padded, const char last[2], char *out) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 4; i++) {
    int six = i < 4 - padded ? sextet(in[i], last) : 0;
    if (six < 0)
      return false;
    bits = bits << 6 | (uint32_t)six;
  }
  /* Unused bits must be zero, or one value would have two spellings (section 3.5). */
  if ((bits & ((1u << (8 * padded)) - 1)) != 0)
    return false;
  for (size_t i = 0; i < 3 - padded; i++)
    out[i] = (char)(unsigned char)(bits >> (16 - 8 * i));
  return true;
}

bool dmi_base64_decode(dm_span text, char *out, size_t *out_len) {
  if (text.len % 4 != 0)
    return false;
  size_t padded = padding(text);
  size_t written = 0;
  for (size_t i = 0; i < text.len; i += 4) {
    size_t here = i + 4 == text.len ? padded : 0;
    if (!quantum(text.ptr + i, here, standard, out + written))
      return false;
    written += 3 - here;
  }
  *out_len = written;
  return true;
}

bool dmi_base64url_decode(dm_span text, char *out, size_t *out_len) {
  size_t rest = text.len % 4, whole = text.len - rest, written = 0;
  char end[4];
  for (size_t i = 0; i < whole; i += 4, written += 3)
    if (!quantum(text.ptr + i, 0, url_safe, out + written))
      return false;
  if (rest > 0) {
    memcpy(end, text.ptr + whole, rest);
    if (rest == 1 || !quantum(end, 4 - rest, url_safe, out + written))
      return false;
    written += rest - 1;
  }
  *out_len = written;
  return true;
}

static char digit(uint32_t six, const char last[2]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return six < 62 ? letters[six] : last[six - 62];
}

/* The first bytes, three at most, into one character more; returns the place behind them. */
static char *put_quantum(dm_span bytes, const char last[2], char *out) {
  size_t here = bytes.len < 3 ? bytes.len : 3;
  uint32_t bits = 0;
  for (size_t k = 0; k < 3; k++)
    bits = bits << 8 | (k < here ? (unsigned char)bytes.ptr[k] : 0u);
  for (size_t k = 0; k <= here; k++)
    *out++ = digit(bits >> (18 - 6 * k) & 63, last);
  return out;
}

void dmi_base64_encode(dm_span bytes, char *out) {
  for (size_t i = 0; i < bytes.len; i += 3) {
    char *end = put_quantum(dmi_span_tail(bytes, i), standard, out);
    for (out += 4; end < out;)
      *end++ = '=';
  }
}

void dmi_base64url_encode(dm_span bytes, char *out) {
  for (size_t i = 0; i < bytes.len; i += 3)
    out = put_quantum(dmi_span_tail(bytes, i), url_safe, out);
}
