/* Reading files.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

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

#endif
