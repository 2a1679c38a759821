/* Filling structures from JSON and from the command line by tables of settings_field.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SETTINGS_TABLE_H
#define COMMON_SETTINGS_TABLE_H

#include "common/config/settings.h"

/* The rows of the object "tls", for struct settings. */
extern const settings_field tls_settings_fields[];

/* Rows and the structure that they fill. Tables come in arrays, the last without rows. */
typedef struct settings_table {
  const settings_field *fields;
  void *base;
} settings_table;

/* Fills the members that the JSON object at `pointer` in the file names. On failure *p holds
 * FILE:LINE:COLUMN: what is wrong. */
bool settings_read_object(const json_file *file, const char *pointer, struct json_t *object,
                          const settings_table *tables, problem *p);

/* Fills one member from the text of an option; false when it is not of its type. The text
 * must live as long as the settings. */
bool settings_read_option(const settings_field *field, const char *text, void *base);

/* The row of an option of the command line and its structure; NULL when no table has one. */
const settings_field *settings_find_option(const settings_table *tables, const char *option,
                                           size_t len, void **base);

/* Whether what a row fills, all of an object, is the same in two structures. */
bool settings_same(const settings_field *field, const void *a, const void *b);

/* What the values of a row must be, for error messages: "must be ...". */
void settings_describe(const settings_field *field, char *out, size_t size);

#endif
