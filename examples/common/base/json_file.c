/* A JSON file in memory, with places for error messages.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/json_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "common/base/file.h"
#include "dm/policy.h"

static bool parse(json_file *file, problem *p) {
  const char *path = file->path;
  json_error_t error;
  file->root =
      json_loadb(file->text.data, file->text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (file->root == NULL) {
    /* Nothing at all counts as line 1, column 0. */
    problem_set(p, "%s:%d:%d: not JSON: %s", path, error.line < 1 ? 1 : error.line,
                error.column < 1 ? 1 : error.column, error.text);
    bytes_free(&file->text);
    return false;
  }
  return true;
}

bool json_file_read(json_file *file, const char *path, problem *p) {
  *file = (json_file){.path = path};
  if (!file_read(path, &file->text))
    return problem_set(p, "%s:1:1: cannot be read: %s", path, strerror(errno));
  return parse(file, p);
}

bool json_file_read_secret(json_file *file, const char *path, problem *p) {
  *file = (json_file){.path = path};
  if (file_read_secret(path, &file->text))
    return parse(file, p);
  if (errno == EPERM)
    return problem_set(p, "%s:1:1: holds secrets, but others may read or write it: chmod 600",
                       path);
  return problem_set(p, "%s:1:1: cannot be read: %s", path, strerror(errno));
}

void json_file_forget_text(json_file *file) {
  bytes_wipe(&file->text);
}

void json_file_free(json_file *file) {
  json_decref(file->root);
  bytes_free(&file->text);
  *file = (json_file){0};
}

bool json_file_wrong(const json_file *file, const char *pointer, const char *text, problem *p) {
  unsigned line = 1;
  unsigned column = 1;
  dm_json_position(bytes_span(&file->text), pointer, &line, &column);
  return problem_set(p, "%s:%u:%u: %s", file->path, line, column, text);
}
