/* Filling structures from JSON and from the command line by tables of settings_field.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SETTINGS_TABLE_H
#define COMMON_SETTINGS_TABLE_H

#include "common/settings.h"

/* Fills the members of the structure at `base` that the JSON object at `pointer` in the
 * file names. On failure *p holds FILE:LINE:COLUMN: what is wrong. */
bool settings_read_object(const json_file *file, const char *pointer, struct json_t *object,
                          const settings_field *fields, void *base, problem *p);

/* Fills one member from the text of an option; false when it is not of its type. The text
 * must live as long as the settings. */
bool settings_read_option(const settings_field *field, const char *text, void *base);

/* The row of an option of the command line; NULL when the table has none. */
const settings_field *settings_find_option(const settings_field *fields, const char *option,
                                           size_t len);

/* What the values of a row must be, for error messages: "must be ...". */
void settings_describe(const settings_field *field, char *out, size_t size);

#endif
