/* Other people's text for a person's terminal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

#include <stdbool.h>

/* What a character needs to be, by the number of its bytes. */
static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};

/* Reads the character in front; 0 octets where none is well formed. */
static size_t character(dm_span text, unsigned long *value) {
  const unsigned char *octets = (const unsigned char *)text.ptr;
  size_t len = octets[0] < 0x80 ? 1 : octets[0] < 0xE0 ? 2 : octets[0] < 0xF0 ? 3 : 4;
  if ((octets[0] >= 0x80 && octets[0] < 0xC0) || octets[0] >= 0xF8 || len > text.len)
    return 0;
  *value = len == 1 ? octets[0] : octets[0] & (0x7Fu >> len);
  for (size_t i = 1; i < len; i++) {
    if ((octets[i] & 0xC0) != 0x80)
      return 0;
    *value = *value << 6 | (octets[i] & 0x3Fu);
  }
  bool surrogate = *value >= 0xD800 && *value <= 0xDFFF;
  return *value < smallest[len] || *value > 0x10FFFF || surrogate ? 0 : len;
}

static bool plain(unsigned long c) {
  bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  bool invisible = (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                   (c >= 0x2060 && c <= 0x206F) || c == 0x061C || c == 0xFEFF;
  return !control && !invisible && c != '\\';
}

void text_print(FILE *out, dm_span text) {
  while (text.len > 0) {
    unsigned long c = 0;
    size_t len = character(text, &c);
    if (len > 0 && plain(c)) {
      fwrite(text.ptr, 1, len, out);
    } else {
      len = len == 0 ? 1 : len;
      for (size_t i = 0; i < len; i++)
        fprintf(out, "\\x%02x", (unsigned)(unsigned char)text.ptr[i]);
    }
    text.ptr += len;
    text.len -= len;
  }
}

void text_quote(FILE *out, dm_span text) {
  fputc('"', out);
  text_print(out, text);
  fputc('"', out);
}
