/* Filling structures by tables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings_table.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/config/settings_value.h"

/* Where in the file a value stands, as a JSON Pointer. Longer than any that names a known
 * key; an unknown key that does not fit is reported at its object. */
typedef char pointer_text[256];

static void pointer_child(pointer_text out, const char *parent, const char *key) {
  size_t len = strlen(parent);
  memcpy(out, parent, len);
  out[len++] = '/';
  for (; *key != '\0' && len + 3 < sizeof(pointer_text); key++) {
    if (*key == '~' || *key == '/') { /* RFC 6901 section 3 */
      out[len++] = '~';
      out[len++] = *key == '~' ? '0' : '1';
    } else {
      out[len++] = *key;
    }
  }
  out[*key == '\0' ? len : strlen(parent)] = '\0';
}

/* ---- Rows -------------------------------------------------------------------- */

static const settings_field *find_key(const settings_table *tables, const char *key, void **base) {
  for (; tables->fields != NULL; tables++) {
    for (const settings_field *field = tables->fields; field->key != NULL; field++) {
      if (strcmp(field->key, key) == 0) {
        *base = tables->base;
        return field;
      }
    }
  }
  return NULL;
}

static bool is_option(const settings_field *field, const char *option, size_t len) {
  return field->option != NULL && strlen(field->option) == len &&
         memcmp(field->option, option, len) == 0;
}

static const settings_field *find_option(const settings_field *row, const char *option, size_t len,
                                         void **base) {
  const settings_field *found = NULL;
  void *outer = *base;
  for (; found == NULL && row->key != NULL; row++) {
    *base = outer;
    if (row->type == SETTINGS_OBJECT) {
      *base = settings_member(row, outer);
      found = find_option(row->fields, option, len, base);
    } else if (is_option(row, option, len)) {
      found = row;
    }
  }
  return found;
}

const settings_field *settings_find_option(const settings_table *tables, const char *option,
                                           size_t len, void **base) {
  const settings_field *found = NULL;
  for (; found == NULL && tables->fields != NULL; tables++) {
    *base = tables->base;
    found = find_option(tables->fields, option, len, base);
  }
  return found;
}

static bool read_member(const json_file *file, const char *pointer, json_t *value,
                        const settings_field *field, void *base, problem *p) {
  if (field->type == SETTINGS_OBJECT) {
    const settings_table inner[] = {{field->fields, settings_member(field, base)}, {NULL, NULL}};
    return settings_read_object(file, pointer, value, inner, p);
  }
  if (settings_read_value(field, value, file->path, base))
    return true;
  char must[128];
  char text[256];
  settings_describe(field, must, sizeof must);
  snprintf(text, sizeof text, "%s %s", field->key, must);
  return json_file_wrong(file, pointer, text, p);
}

static bool refuse_unknown(const json_file *file, const char *pointer, const char *key,
                           problem *p) {
  char text[128];
  snprintf(text, sizeof text, "unknown key \"%.60s\"", key);
  return json_file_wrong(file, pointer, text, p);
}

bool settings_read_object(const json_file *file, const char *pointer, json_t *object,
                          const settings_table *tables, problem *p) {
  const char *key;
  json_t *value;
  if (!json_is_object(object))
    return json_file_wrong(file, pointer, "must be an object", p);
  json_object_foreach(object, key, value) {
    pointer_text child;
    void *base;
    pointer_child(child, pointer, key);
    const settings_field *field = find_key(tables, key, &base);
    if (field == NULL)
      return refuse_unknown(file, child, key, p);
    if (!read_member(file, child, value, field, base, p))
      return false;
  }
  return true;
}
