/* Writing text and JSON into a buffer of fixed size, without stdio.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/writer.h"

#include "base/span.h"
#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

void dmi_writer_bytes(dmi_writer *w, dm_span bytes) {
  if (w->needed < w->capacity && bytes.len > 0) {
    size_t room = w->capacity - w->needed;
    memcpy(w->out + w->needed, bytes.ptr, bytes.len < room ? bytes.len : room);
  }
  w->needed += bytes.len;
}

void dmi_writer_decimal(dmi_writer *w, uint64_t value, unsigned width) {
  char digits[20];
  size_t first = sizeof digits;
  do {
    digits[--first] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (sizeof digits - first < width && first > 0)
    digits[--first] = '0';
  dmi_writer_bytes(w, (dm_span){digits + first, sizeof digits - first});
}

void dmi_writer_milliseconds(dmi_writer *w, dm_duration duration) {
  dmi_writer_decimal(w, duration / DM_MILLISECOND, 1);
  dmi_writer_byte(w, '.');
  dmi_writer_decimal(w, duration % DM_MILLISECOND, 3);
}

void dmi_writer_whole_seconds(dmi_writer *w, dm_duration duration) {
  dmi_writer_decimal(w, duration / DM_SECOND + (duration % DM_SECOND != 0), 1);
}

void dmi_writer_hex(dmi_writer *w, const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    dmi_writer_byte(w, hex_digits[bytes[i] >> 4]);
    dmi_writer_byte(w, hex_digits[bytes[i] & 15]);
  }
}

static void json_control(dmi_writer *w, unsigned char c) {
  static const char named[] = "\b\t\n\f\r";
  static const char letter[] = "btnfr";
  const char *found = c == 0 ? NULL : memchr(named, c, sizeof named - 1);
  if (found != NULL) {
    dmi_writer_byte(w, '\\');
    dmi_writer_byte(w, letter[found - named]);
    return;
  }
  dmi_writer_bytes(w, SPAN("\\u00"));
  dmi_writer_hex(w, &c, 1);
}

/* U+2028 and U+2029 end a line for JavaScript and for some log viewers. */
static bool line_separator(dm_span character) {
  return dmi_span_equal(character, SPAN("\xE2\x80\xA8")) ||
         dmi_span_equal(character, SPAN("\xE2\x80\xA9"));
}

/* The controls that terminals obey: C0, DEL, and C1, which is C2 80 to C2 9F in UTF-8. */
static bool control(dm_span character) {
  unsigned char first = (unsigned char)character.ptr[0];
  return first < 0x20 || first == 0x7F || (first == 0xC2 && (unsigned char)character.ptr[1] < 0xA0);
}

/* Appends the character that begins `text`; returns how many bytes it took. */
static size_t json_character(dmi_writer *w, dm_span text) {
  unsigned char c = (unsigned char)text.ptr[0];
  size_t len = dmi_utf8_length(c);
  if (len > text.len || !dmi_utf8_valid(dmi_span_head(text, len))) {
    dmi_writer_bytes(w, SPAN("\\ufffd"));
    return 1;
  }
  if (control(dmi_span_head(text, len))) {
    json_control(w, (unsigned char)text.ptr[len - 1]);
  } else if (c == '"' || c == '\\') {
    dmi_writer_byte(w, '\\');
    dmi_writer_byte(w, (char)c);
  } else if (line_separator(dmi_span_head(text, len))) {
    dmi_writer_bytes(w, (unsigned char)text.ptr[2] == 0xA8 ? SPAN("\\u2028") : SPAN("\\u2029"));
  } else {
    dmi_writer_bytes(w, dmi_span_head(text, len));
  }
  return len;
}

/* How many bytes at the beginning stand for themselves. */
static size_t plain_run(dm_span text) {
  size_t len = 0;
  while (len < text.len && text.ptr[len] >= 0x20 && text.ptr[len] < 0x7F && text.ptr[len] != '"' &&
         text.ptr[len] != '\\')
    len++;
  return len;
}

void dmi_writer_json_string(dmi_writer *w, dm_span text) {
  dmi_writer_byte(w, '"');
  while (text.len > 0) {
    size_t run = plain_run(text);
    dmi_writer_bytes(w, dmi_span_head(text, run));
    text = dmi_span_tail(text, run);
    if (text.len > 0)
      text = dmi_span_tail(text, json_character(w, text));
  }
  dmi_writer_byte(w, '"');
}
