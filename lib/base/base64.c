/* Base64 as RFC 4648 section 4 defines it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/base64.h"

static int sextet(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t padding(dm_span text) {
  if (text.len == 0 || text.ptr[text.len - 1] != '=')
    return 0;
  return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

/* Four characters into three bytes, of which the last `padded` do not count. */
static bool quantum(const char *in, size_t padded, char *out) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 4; i++) {
    int six = i < 4 - padded ? sextet(in[i]) : 0;
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

bool base64_decode(dm_span text, char *out, size_t *out_len) {
  if (text.len % 4 != 0)
    return false;
  size_t padded = padding(text);
  size_t written = 0;
  for (size_t i = 0; i < text.len; i += 4) {
    size_t here = i + 4 == text.len ? padded : 0;
    if (!quantum(text.ptr + i, here, out + written))
      return false;
    written += 3 - here;
  }
  *out_len = written;
  return true;
}

void base64_encode(dm_span bytes, char *out) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.len; i += 3) {
    size_t here = bytes.len - i < 3 ? bytes.len - i : 3;
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; k++)
      bits = bits << 8 | (k < here ? (unsigned char)bytes.ptr[i + k] : 0u);
    for (size_t k = 0; k < 4; k++)
      *out++ = k <= here ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
}
