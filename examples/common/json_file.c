/* A JSON file in memory, with places for error messages.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/json_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

#include "dm/policy.h"

#define FILE_MAX ((size_t)16 << 20)

static bool read_all(FILE *stream, bytes *text) {
  size_t len = 0;
  do {
    text->len += len;
    if (text->len > FILE_MAX) {
      errno = EFBIG;
      return false;
    }
    if (!bytes_reserve(text, 4096)) {
      errno = ENOMEM;
      return false;
    }
    len = fread(text->data + text->len, 1, text->capacity - text->len, stream);
  } while (len > 0);
  return ferror(stream) == 0;
}

/* Of the open file: its name may lead to another one meanwhile. */
static bool is_secret(FILE *stream) {
  struct stat status;
  if (fstat(fileno(stream), &status) != 0)
    return false;
  errno = EPERM;
  return (status.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) == 0;
}

static bool read_file(const char *path, bool secret, bytes *text) {
  *text = (bytes){0};
  FILE *stream = fopen(path, "rb");
  if (stream == NULL)
    return false;
  if (secret)
    setvbuf(stream, NULL, _IONBF, 0); /* no copy stays behind */
  bool good = (!secret || is_secret(stream)) && read_all(stream, text);
  int error = errno;
  fclose(stream);
  if (!good)
    bytes_free(text);
  errno = error;
  return good;
}

bool file_read(const char *path, bytes *text) {
  return read_file(path, false, text);
}

bool file_read_secret(const char *path, bytes *text) {
  return read_file(path, true, text);
}

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
