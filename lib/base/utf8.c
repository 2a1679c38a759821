/* UTF-8 as RFC 3629 defines it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/utf8.h"

#include "base/span.h"

size_t dmi_utf8_length(unsigned char first) {
  return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
}

static bool continuation(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

/* The second byte alone tells overlong forms, surrogates and what lies above U+10FFFF
 * from the rest (RFC 3629 section 4). */
static bool second_byte_fits(unsigned char first, unsigned char second) {
  switch (first) {
  case 0xE0:
    return second >= 0xA0 && second <= 0xBF;
  case 0xED:
    return second >= 0x80 && second <= 0x9F;
  case 0xF0:
    return second >= 0x90 && second <= 0xBF;
  case 0xF4:
    return second >= 0x80 && second <= 0x8F;
  default:
    return continuation(second);
  }
}

/* The length of the well-formed character at `at`, 0 where there is none. */
static size_t character(const unsigned char *at, size_t left) {
  if (at[0] < 0x80)
    return 1;
  if (at[0] < 0xC2 || at[0] > 0xF4)
    return 0;
  size_t len = dmi_utf8_length(at[0]);
  if (len > left || !second_byte_fits(at[0], at[1]))
    return 0;
  for (size_t i = 2; i < len; i++)
    if (!continuation(at[i]))
      return 0;
  return len;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* What is asked of each character, and, for speed, of eight characters of ASCII at once. */
typedef bool character_rule(const unsigned char *at, size_t len);
typedef bool word_rule(uint64_t word);

static inline size_t run_of_words(const unsigned char *at, size_t left, word_rule *fits) {
  size_t run = 0;
  for (uint64_t word; left - run >= sizeof word; run += sizeof word) {
    memcpy(&word, at + run, sizeof word);
    if (!fits(word))
      break;
  }
  return run;
}

static inline bool valid(dm_span bytes, word_rule *fits, character_rule *allows) {
  const unsigned char *at = (const unsigned char *)bytes.ptr;
  for (size_t i = 0; i < bytes.len;) {
    i += run_of_words(at + i, bytes.len - i, fits);
    if (i == bytes.len)
      break;
    size_t len = character(at + i, bytes.len - i);
    if (len == 0 || !allows(at + i, len))
      return false;
    i += len;
  }
  return true;
}

/* ---- Any text ----------------------------------------------------------- */

static bool ascii(uint64_t word) {
  return (word & EACH(0x80)) == 0;
}

static bool any(const unsigned char *at, size_t len) {
  (void)at;
  (void)len;
  return true;
}

bool dmi_utf8_valid(dm_span bytes) {
  return valid(bytes, ascii, any);
}

bool dmi_utf8_valid_mqtt(dm_span bytes) {
  return dmi_span_find(bytes, '\0') == bytes.len && dmi_utf8_valid(bytes);
}

/* ---- Text without what throws devices off ------------------------------- */

/* Eight characters of ASCII, none of them a control character. Subtracting sets the high bit of
 * a byte that is below; a borrow from the byte before can only make it look lower. */
static bool plain(uint64_t word) {
  uint64_t high = word & EACH(0x80);
  uint64_t below_space = (word - EACH(0x20)) & EACH(0x80);
  uint64_t del = ((word ^ EACH(0x7F)) - EACH(0x01)) & EACH(0x80);
  return (high | below_space | del) == 0;
}

/* U+FDD0 to U+FDEF, and the last two of each plane. */
static bool noncharacter(const unsigned char *at, size_t len) {
  if (len == 3 && at[0] == 0xEF && at[1] == 0xB7)
    return at[2] >= 0x90 && at[2] <= 0xAF;
  if (len == 3)
    return at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE;
  return len == 4 && (at[1] & 0x0F) == 0x0F && at[2] == 0xBF && at[3] >= 0xBE;
}

static bool control(const unsigned char *at, size_t len) {
  if (len == 1)
    return at[0] < 0x20 || at[0] == 0x7F;
  return len == 2 && at[0] == 0xC2 && at[1] < 0xA0;
}

static bool printable(const unsigned char *at, size_t len) {
  return !control(at, len) && !noncharacter(at, len);
}

bool dmi_utf8_valid_text(dm_span bytes) {
  return valid(bytes, plain, printable);
}
