/* A JSON file in memory, with places for error messages.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_JSON_FILE_H
#define COMMON_BASE_JSON_FILE_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/problem.h"

/* All zero holds nothing. */
typedef struct json_file {
  const char *path; /* the caller's */
  bytes text;
  struct json_t *root;
} json_file;

/* Reads and parses a file that must hold one JSON value and repeat no key of an object.
 * On failure *p holds FILE:LINE:COLUMN: what is wrong, and *file holds nothing. */
bool json_file_read(json_file *file, const char *path, problem *p);

/* The same for a file that holds secrets. */
bool json_file_read_secret(json_file *file, const char *path, problem *p);

/* Overwrites and forgets the text, which nobody needs once all of the file was understood:
 * what json_file_wrong() says after that is without a place. */
void json_file_forget_text(json_file *file);

void json_file_free(json_file *file);

/* Fills *p with FILE:LINE:COLUMN: text, the place being that of the value at a JSON
 * Pointer; returns false. */
bool json_file_wrong(const json_file *file, const char *pointer, const char *text, problem *p);

#endif
