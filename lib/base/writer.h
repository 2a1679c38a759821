/* Writing text and JSON into a buffer of fixed size, without stdio.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_WRITER_H
#define DM_BASE_WRITER_H

#include <stdbool.h>

#include "dm/types.h"

/* Writes as much as fits and counts all of it, so that the caller learns the size it needs. */
typedef struct dmi_writer {
  char *out;
  size_t capacity;
  size_t needed;
} dmi_writer;

/* Whether everything written so far fitted. */
static inline bool dmi_writer_fits(const dmi_writer *w) {
  return w->needed <= w->capacity;
}

/* Appends bytes as they are. */
void dmi_writer_bytes(dmi_writer *w, dm_span bytes);

/* Appends one byte. */
static inline void dmi_writer_byte(dmi_writer *w, char byte) {
  if (w->needed < w->capacity)
    w->out[w->needed] = byte;
  w->needed++;
}

/* Appends a number in decimal, with zeroes in front up to `width` digits. */
void dmi_writer_decimal(dmi_writer *w, uint64_t value, unsigned width);

/* Appends a length of time: in milliseconds with three decimals, 0.083; in whole seconds,
 * rounded up. */
void dmi_writer_milliseconds(dmi_writer *w, dm_duration duration);
void dmi_writer_whole_seconds(dmi_writer *w, dm_duration duration);

/* Appends bytes as two lower-case hexadecimal digits each. */
void dmi_writer_hex(dmi_writer *w, const uint8_t *bytes, size_t len);

/* Appends a JSON string with its quotes. Control characters (C0, DEL, C1), U+2028 and U+2029
 * are escaped, bytes that are not UTF-8 become U+FFFD: the result is one line of valid JSON. */
void dmi_writer_json_string(dmi_writer *w, dm_span text);

#endif
