/* Where settings come from, for messages about them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_SOURCE_H
#define COMMON_CONFIG_SETTINGS_SOURCE_H

#include "common/base/json_file.h"

typedef struct settings_source {
  const char *program;   /* "dm-broker" */
  const json_file *file; /* NULL: the command line alone */
} settings_source;

/* Fills *p with `FILE:LINE:COLUMN: text` for the value at a JSON Pointer of the configuration
 * file, or with `dm-broker: text` when there is no file; returns false. For checks that a
 * table cannot express. */
bool settings_wrong(const settings_source *source, const char *pointer, const char *text,
                    problem *p);

#endif
