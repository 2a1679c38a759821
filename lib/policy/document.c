/* Reading the JSON text of a document.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/document.h"

#include <stdbool.h>

#include "base/span.h"
#include "policy/scan.h"

/* ---- Limits ---- */

static int check_size(const refusal *r, size_t limit) {
  size_t size = 0;
  for (size_t i = 0; i < r->json.len; i++)
    if (!scan_is_space(r->json.ptr[i]) && ++size > limit)
      return refuse_at(r, i, "larger than allowed, white space not counted", dm_text(NULL));
  return DM_OK;
}

static int check_depth(const refusal *r) {
  size_t depth = 0, at = scan_space(r->json, 0);
  while (at < r->json.len) {
    char c = r->json.ptr[at];
    if ((c == '{' || c == '[') && ++depth > DOCUMENT_DEPTH_MAX)
      return refuse_at(r, at, "nested too deeply", dm_text(NULL));
    if ((c == '}' || c == ']') && depth > 0)
      depth--;
    at = scan_space(r->json, scan_token(r->json, at));
  }
  return DM_OK;
}

/* ---- Syntax errors ---- */

/* A string, a number, a word or a single character of the text. */
typedef struct token {
  size_t start;
  size_t end;
} token;

/* The token that holds the byte before `end`. */
static token token_before(dm_span json, size_t end) {
  token t = {0, 0};
  while (t.end < end) {
    t.start = scan_space(json, t.end);
    t.end = scan_token(json, t.start);
  }
  return t;
}

/* Jansson says how many bytes it had read. The token it had come to is meant, but
 * inside a string the byte: the last one read, or one it looked at and left. */
static size_t offset_of(dm_span json, const json_error_t *error) {
  size_t read = error->position < 0 ? 0 : (size_t)error->position;
  if (read > json.len)
    read = json.len;
  if (json_error_code(error) == json_error_invalid_utf8)
    return read;
  token last = token_before(json, read);
  if (scan_byte(json, last.start) != '"' || read == last.end)
    return last.start;
  return (unsigned char)scan_byte(json, read) < ' ' ? read : read - 1;
}

static int refuse_syntax(const refusal *r, const json_error_t *error) {
  enum json_error_code code = json_error_code(error);
  size_t offset = offset_of(r->json, error);
  if (code == json_error_null_character || code == json_error_null_byte_in_key)
    return refuse_at(r, offset, "a string must not hold U+0000", dm_text(NULL));
  return refuse_at(r, offset, "cannot be read as JSON", dm_text(error->text));
}

/* ---- Memory ---- */

/* Where jansson cannot allocate a string that it has just read, it says that the
 * string is not one. No other error has these texts right behind a string. */
static bool string_lost(dm_span json, const json_error_t *error) {
  dm_span text = dm_text(error->text);
  size_t read = error->position <= 0 ? 0 : (size_t)error->position;
  return read > 0 && scan_byte(json, read - 1) == '"' &&
         (span_starts_with(text, SPAN("invalid token")) ||
          span_starts_with(text, SPAN("string or '}' expected")) ||
          span_starts_with(text, SPAN("invalid Unicode escape")));
}

static bool out_of_memory(dm_span json, const json_error_t *error) {
  return error->text[0] == '\0' || json_error_code(error) == json_error_out_of_memory ||
         string_lost(json, error);
}

/* The bytes of all strings in the text, keys too, as they are without escapes. */
static size_t string_bytes_in_text(dm_span json) {
  size_t sum = 0;
  for (size_t at = scan_space(json, 0); at < json.len; at = scan_space(json, at)) {
    if (json.ptr[at] != '"') {
      at = scan_token(json, at);
      continue;
    }
    at++;
    while (at < json.len && json.ptr[at] != '"') {
      char bytes[4];
      sum += scan_character(json, &at, bytes);
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

/* ---- Reading ---- */

int document_read(const refusal *r, size_t size_limit, json_t **root) {
  int status = check_size(r, size_limit < DOCUMENT_SIZE_MAX ? size_limit : DOCUMENT_SIZE_MAX);
  if (status == DM_OK)
    status = check_depth(r);
  if (status != DM_OK)
    return status;
  json_error_t error = {0};
  const char *text = r->json.len == 0 ? "" : r->json.ptr;
  json_t *value = json_loadb(text, r->json.len, JSON_REJECT_DUPLICATES, &error);
  if (value == NULL && out_of_memory(r->json, &error))
    return DM_ERROR_NO_MEMORY;
  if (value == NULL)
    return refuse_syntax(r, &error);
  /* When its buffer cannot grow, jansson leaves bytes out of a string and says nothing
   * (seen in 2.14): the policy would not be its author's. */
  if (string_bytes_in_value(value) != string_bytes_in_text(r->json)) {
    json_decref(value);
    return DM_ERROR_NO_MEMORY;
  }
  *root = value;
  return DM_OK;
}
