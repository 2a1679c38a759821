/* Finding one's way in JSON text without parsing it. Every function stays inside the
 * text, whatever it holds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_JSON_SCAN_H
#define DM_BASE_JSON_SCAN_H

#include <stdbool.h>

#include "dm/types.h"

/* The byte at an offset, or '\0' past the end. */
static inline char dmi_scan_byte(dm_span json, size_t at) {
  return at < json.len ? json.ptr[at] : '\0';
}

/* Whether a byte is white space (RFC 8259 section 2). */
static inline bool dmi_scan_is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The offset of the first byte from `at` on that is not white space. */
size_t dmi_scan_space(dm_span json, size_t at);

/* The offset behind the string that begins at `at`. */
size_t dmi_scan_string(dm_span json, size_t at);

/* The offset behind the value that begins at `at`. */
size_t dmi_scan_value(dm_span json, size_t at);

/* The offset behind the string, bracket, comma, colon, number or word at `at`. */
size_t dmi_scan_token(dm_span json, size_t at);

/* Reads what stands at `*at` inside a string, one byte or one escape sequence, and
 * moves `*at` behind it; returns how many bytes of UTF-8 it put into `out`. */
size_t dmi_scan_character(dm_span json, size_t *at, char out[4]);

#endif
