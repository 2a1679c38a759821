/* Reading files.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>

#include "common/base/bytes.h"

/* Reads a whole file into `text`. On failure returns false with errno set. */
bool file_read(const char *path, bytes *text);

/* The same for a file that holds secrets: EPERM where its group or others may read or write
 * it. */
bool file_read_secret(const char *path, bytes *text);

/* A file name as seen from the folder of the file that it stands in; free() it. NULL when out
 * of memory. */
char *file_beside(const char *path, const char *name);

/* The name of a file, as somebody has given it; NULL: none was given. */
typedef struct file_name {
  const char *name;
  const char *beside; /* the file in which it stands; NULL: none, but on the command line */
} file_name;

/* Where it is; free() it. NULL when out of memory. */
char *file_name_path(const file_name *file);

#endif
