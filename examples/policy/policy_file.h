/* A policy document from a file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_POLICY_FILE_H
#define POLICY_POLICY_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/bytes.h"
#include "dm/policy.h"

/* All zero holds nothing. */
typedef struct policy_file {
  const char *path; /* the caller's */
  bytes text;
  dm_policy *policy;
} policy_file;

/* Reads and compiles a file. Where that fails it prints FILE:LINE:COLUMN: what is wrong, and
 * *d holds nothing. */
bool policy_file_read(policy_file *d, const char *path, FILE *problems);

void policy_file_free(policy_file *d);

/* The line on which a statement begins. */
unsigned policy_file_line(const policy_file *d, size_t statement);

#endif
