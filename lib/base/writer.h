/* Writing text and JSON into a buffer of fixed size, without stdio.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_WRITER_H
#define DM_BASE_WRITER_H

#include <stdbool.h>

#include "dm/types.h"

/* Writes as much as fits and counts all of it, so that the caller learns the size it needs. */
typedef struct writer {
  char *out;
  size_t capacity;
  size_t needed;
} writer;

/* Whether everything written so far fitted. */
static inline bool writer_fits(const writer *w) {
  return w->needed <= w->capacity;
}

/* Appends bytes as they are. */
void writer_bytes(writer *w, dm_span bytes);

/* Appends one byte. */
void writer_byte(writer *w, char byte);

/* Appends a number in decimal, with zeroes in front up to `width` digits. */
void writer_decimal(writer *w, uint64_t value, unsigned width);

/* Appends bytes as two lower-case hexadecimal digits each. */
void writer_hex(writer *w, const uint8_t *bytes, size_t len);

/* Appends a JSON string with its quotes. Control characters (C0, DEL, C1), U+2028 and U+2029
 * are escaped, bytes that are not UTF-8 become U+FFFD: the result is one line of valid JSON. */
void writer_json_string(writer *w, dm_span text);

#endif
