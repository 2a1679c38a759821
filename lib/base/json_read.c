/* Reading JSON with jansson, strictly: bounded depth, no duplicate keys, no lost bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/json_read.h"

#include <limits.h>
#include <stdbool.h>

#include "base/json_scan.h"
#include "base/span.h"

/* jansson descends by recursion and allows 2048 levels: more than the small stacks of some
 * threads hold. */
static bool too_deep(dm_span json, size_t depth_max, size_t *offset) {
  size_t depth = 0, at = dmi_scan_space(json, 0);
  while (at < json.len) {
    char c = json.ptr[at];
    if ((c == '{' || c == '[') && ++depth > depth_max) {
      *offset = at;
      return true;
    }
    if ((c == '}' || c == ']') && depth > 0)
      depth--;
    at = dmi_scan_space(json, dmi_scan_token(json, at));
  }
  return false;
}

/* ---- Memory ------------------------------------------------------------- */

/* Where jansson cannot allocate a string that it has just read, it says that the string is
 * not one. No other error has these texts right behind a string. */
static bool string_lost(dm_span json, const json_error_t *error) {
  dm_span text = dm_text(error->text);
  size_t read = error->position <= 0 ? 0 : (size_t)error->position;
  return read > 0 && dmi_scan_byte(json, read - 1) == '"' &&
         (dmi_span_starts_with(text, SPAN("invalid token")) ||
          dmi_span_starts_with(text, SPAN("string or '}' expected")) ||
          dmi_span_starts_with(text, SPAN("invalid Unicode escape")));
}

static bool out_of_memory(dm_span json, const json_error_t *error) {
  return error->text[0] == '\0' || json_error_code(error) == json_error_out_of_memory ||
         string_lost(json, error);
}

/* The bytes of all strings in the text, keys too, as they are without escapes. */
static size_t string_bytes_in_text(dm_span json) {
  size_t sum = 0;
  for (size_t at = dmi_scan_space(json, 0); at < json.len; at = dmi_scan_space(json, at)) {
    if (json.ptr[at] != '"') {
      at = dmi_scan_token(json, at);
      continue;
    }
    at++;
    while (at < json.len && json.ptr[at] != '"') {
      char bytes[4];
      sum += dmi_scan_character(json, &at, bytes);
    }
    at++;
  }
  return sum;
}

/* The bytes of all strings in a value, keys too. */
static size_t string_bytes_in_value(json_t *value) {
  size_t sum = json_string_length(value);
  for (size_t i = 0; i < json_array_size(value); i++)
    sum += string_bytes_in_value(json_array_get(value, i));
  const char *key;
  json_t *member;
  json_object_foreach(value, key, member) {
    sum += strlen(key) + string_bytes_in_value(member);
  }
  return sum;
}

/* ---- Reading ------------------------------------------------------------ */

/* jansson passes over a NUL behind a number (seen in 2.14). The error is what it says of
 * any other byte behind a value. */
static bool holds_nul(dm_span text, json_error_t *error) {
  size_t at = dmi_span_find(text, '\0');
  if (at == text.len)
    return false;
  static const char said[] = "end of file expected near NUL";
  memcpy(error->text, said, sizeof said);
  error->text[JSON_ERROR_TEXT_LENGTH - 1] = (char)json_error_end_of_input_expected;
  error->position = at < INT_MAX ? (int)at : INT_MAX;
  return true;
}

dmi_json_verdict dmi_json_read(dm_span text, size_t flags, size_t depth_max, json_t **out,
                               json_error_t *error, size_t *offset) {
  if (too_deep(text, depth_max, offset))
    return JSON_TOO_DEEP;
  *error = (json_error_t){0};
  json_t *value =
      json_loadb(text.len == 0 ? "" : text.ptr, text.len, flags | JSON_REJECT_DUPLICATES, error);
  if (value == NULL)
    return out_of_memory(text, error) ? JSON_NO_MEMORY : JSON_MALFORMED;
  if (holds_nul(text, error)) {
    json_decref(value);
    return JSON_MALFORMED;
  }
  /* When its buffer cannot grow, jansson leaves bytes out of a string and says nothing
   * (seen in 2.14): the text would not be its author's. */
  if (string_bytes_in_value(value) != string_bytes_in_text(text)) {
    json_decref(value);
    return JSON_NO_MEMORY;
  }
  *out = value;
  return JSON_READ;
}
