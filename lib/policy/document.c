/* Reading the JSON text of a document.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/document.h"

#include "base/json_read.h"
#include "base/json_scan.h"

/* ---- Limits ---- */

static int check_size(const dmi_refusal *r, size_t limit) {
  size_t size = 0;
  for (size_t i = 0; i < r->json.len; i++)
    if (!dmi_scan_is_space(r->json.ptr[i]) && ++size > limit)
      return dmi_refuse_at(r, i, "larger than allowed, white space not counted", dm_text(NULL));
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
    t.start = dmi_scan_space(json, t.end);
    t.end = dmi_scan_token(json, t.start);
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
  if (dmi_scan_byte(json, last.start) != '"' || read == last.end)
    return last.start;
  return (unsigned char)dmi_scan_byte(json, read) < ' ' ? read : read - 1;
}

static int refuse_syntax(const dmi_refusal *r, const json_error_t *error) {
  enum json_error_code code = json_error_code(error);
  size_t offset = offset_of(r->json, error);
  if (code == json_error_null_character || code == json_error_null_byte_in_key)
    return dmi_refuse_at(r, offset, "a string must not hold U+0000", dm_text(NULL));
  return dmi_refuse_at(r, offset, "cannot be read as JSON", dm_text(error->text));
}

/* ---- Reading ---- */

int dmi_document_read(const dmi_refusal *r, size_t size_limit, json_t **root) {
  int status = check_size(r, size_limit < DOCUMENT_SIZE_MAX ? size_limit : DOCUMENT_SIZE_MAX);
  if (status != DM_OK)
    return status;
  json_error_t error;
  size_t offset = 0;
  switch (dmi_json_read(r->json, 0, DOCUMENT_DEPTH_MAX, root, &error, &offset)) {
  case JSON_READ:
    return DM_OK;
  case JSON_TOO_DEEP:
    return dmi_refuse_at(r, offset, "nested too deeply", dm_text(NULL));
  case JSON_MALFORMED:
    return refuse_syntax(r, &error);
  case JSON_NO_MEMORY:
    break;
  }
  return DM_ERROR_NO_MEMORY;
}

/* Not as jansson has it: a number with a fraction would no longer be its author's. */
dm_span dmi_document_text(dm_span json, const json_t *value, const dmi_position_path *path) {
  if (json_is_string(value))
    return dm_bytes(json_string_value(value), json_string_length(value));
  if (json_is_boolean(value))
    return dm_text(json_is_true(value) ? "true" : "false");
  return dmi_position_text(json, path);
}
