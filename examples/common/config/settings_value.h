/* One value of a table: reading it, comparing two, and saying what it must be.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_VALUE_H
#define COMMON_CONFIG_SETTINGS_VALUE_H

#include "common/config/settings_field.h"

/* The member that a row fills. */
void *settings_member(const settings_field *field, void *base);

/* Fills a member, of any type but SETTINGS_OBJECT, from a value of the file at `path`; false
 * when it is not of the row's type. The value and `path` must live as long as the settings. */
bool settings_read_value(const settings_field *field, struct json_t *value, const char *path,
                         void *base);

/* The same from the text of an option. */
bool settings_read_option(const settings_field *field, const char *text, void *base);

/* Whether what a row fills, all of an object, is the same in two structures. */
bool settings_same(const settings_field *field, const void *a, const void *b);

/* What the values of a row must be, for error messages: "must be ...". */
void settings_describe(const settings_field *field, char *out, size_t size);

#endif
