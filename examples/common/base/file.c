/* Reading files.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

char *file_beside(const char *path, const char *name) {
  const char *slash = strrchr(path, '/');
  size_t folder = slash == NULL || name[0] == '/' ? 0 : (size_t)(slash - path) + 1;
  size_t len = strlen(name) + 1;
  char *beside = malloc(folder + len);
  if (beside != NULL) {
    memcpy(beside, path, folder);
    memcpy(beside + folder, name, len);
  }
  return beside;
}

char *file_name_path(const file_name *file) {
  return file_beside(file->beside == NULL ? "" : file->beside, file->name);
}
