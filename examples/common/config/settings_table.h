/* Filling structures by tables: finding the row for a key or an option, objects in objects.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_TABLE_H
#define COMMON_CONFIG_SETTINGS_TABLE_H

#include "common/base/json_file.h"
#include "common/config/settings_field.h"

/* Rows and the structure that they fill. Tables come in arrays, the last without rows. */
typedef struct settings_table {
  const settings_field *fields;
  void *base;
} settings_table;

/* Fills the members that the JSON object at `pointer` in the file names. On failure *p holds
 * FILE:LINE:COLUMN: what is wrong. */
bool settings_read_object(const json_file *file, const char *pointer, struct json_t *object,
                          const settings_table *tables, problem *p);

/* The row of an option of the command line and its structure; NULL when no table has one. */
const settings_field *settings_find_option(const settings_table *tables, const char *option,
                                           size_t len, void **base);

#endif
