/* One value of a table.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings_value.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/address.h"
#include "common/base/file.h"

void settings_describe(const settings_field *field, char *out, size_t size) {
  switch (field->type) {
  case SETTINGS_NUMBER:
  case SETTINGS_SECONDS:
    snprintf(out, size, "must be a whole number from %u to %u", (unsigned)field->min,
             (unsigned)field->max);
    break;
  case SETTINGS_SWITCH:
    snprintf(out, size, "must be true or false");
    break;
  case SETTINGS_TEXT:
    snprintf(out, size, "must be a string of %u to %u bytes", (unsigned)field->min,
             (unsigned)field->max);
    break;
  case SETTINGS_PEER:
    snprintf(out, size, "must be HOST:PORT or unix:PATH, a path of at most %d bytes",
             ADDRESS_PATH_MAX);
    break;
  case SETTINGS_PORT:
    snprintf(out, size, "must be HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883, or off");
    break;
  case SETTINGS_OBJECT:
    snprintf(out, size, "must be an object");
    break;
  case SETTINGS_FILE:
    snprintf(out, size, "must be a file name");
    break;
  case SETTINGS_FILES:
    snprintf(out, size, "must be a list of file names");
    break;
  case SETTINGS_LIST:
    snprintf(out, size, "must be a list");
    break;
  case SETTINGS_WORDS:
    snprintf(out, size, "must be an object whose values are strings of 1 to %u bytes",
             (unsigned)field->max);
    break;
  }
}

/* ---- One value ------------------------------------------------------------- */

void *settings_member(const settings_field *field, void *base) {
  return (char *)base + field->offset;
}

static bool put_number(const settings_field *field, long long value, void *base) {
  if (value < (long long)field->min || value > (long long)field->max)
    return false;
  if (field->type == SETTINGS_SECONDS)
    *(dm_duration *)settings_member(field, base) = (dm_duration)value * DM_SECOND;
  else
    *(uint32_t *)settings_member(field, base) = (uint32_t)value;
  return true;
}

static bool put_text(const settings_field *field, const char *text, void *base) {
  size_t len = strlen(text);
  if (len < field->min || len > field->max)
    return false;
  *(const char **)settings_member(field, base) = text;
  return true;
}

static bool put_files(const settings_field *field, const json_t *names, void *base) {
  size_t i;
  json_t *name;
  if (!json_is_array(names))
    return false;
  json_array_foreach(names, i, name) {
    if (json_string_length(name) == 0)
      return false;
  }
  ((settings_files *)settings_member(field, base))->names = names;
  return true;
}

static bool put_file(const settings_field *field, const char *name, const char *beside,
                     void *base) {
  *(file_name *)settings_member(field, base) = (file_name){name, beside};
  return name != NULL && name[0] != '\0';
}

static bool put_port(const settings_field *field, dm_span text, void *base) {
  address *out = settings_member(field, base);
  if (text.len != 3 || memcmp(text.ptr, "off", 3) != 0)
    return address_parse(text, out);
  *out = (address){.port = 0};
  return true;
}

static bool put_list(const settings_field *field, const json_t *list, void *base) {
  *(const json_t **)settings_member(field, base) = list;
  return json_is_array(list);
}

static bool put_words(const settings_field *field, json_t *words, void *base) {
  const char *key;
  json_t *word;
  json_object_foreach(words, key, word) {
    size_t len = json_string_length(word);
    if (len == 0 || len > field->max)
      return false;
  }
  *(const json_t **)settings_member(field, base) = words;
  return json_is_object(words);
}

bool settings_read_value(const settings_field *field, json_t *value, const char *path, void *base) {
  switch (field->type) {
  case SETTINGS_NUMBER:
  case SETTINGS_SECONDS:
    return json_is_integer(value) && put_number(field, json_integer_value(value), base);
  case SETTINGS_SWITCH:
    *(bool *)settings_member(field, base) = json_is_true(value);
    return json_is_boolean(value);
  case SETTINGS_TEXT:
    return json_is_string(value) && put_text(field, json_string_value(value), base);
  case SETTINGS_PEER:
    return json_is_string(value) &&
           address_parse_peer(dm_bytes(json_string_value(value), json_string_length(value)),
                              settings_member(field, base));
  case SETTINGS_PORT:
    if (json_is_null(value))
      return put_port(field, dm_text("off"), base);
    return json_is_string(value) &&
           put_port(field, dm_bytes(json_string_value(value), json_string_length(value)), base);
  case SETTINGS_FILE:
    return put_file(field, json_string_value(value), path, base);
  case SETTINGS_FILES:
    return put_files(field, value, base);
  case SETTINGS_LIST:
    return put_list(field, value, base);
  case SETTINGS_WORDS:
    return put_words(field, value, base);
  case SETTINGS_OBJECT:
    break;
  }
  return false;
}

static bool parse_decimal(const char *text, long long *value) {
  *value = 0;
  for (const char *c = text; *c != '\0'; c++) {
    if (*c < '0' || *c > '9' || *value > UINT32_MAX)
      return false;
    *value = *value * 10 + (*c - '0');
  }
  return *text != '\0';
}

bool settings_read_option(const settings_field *field, const char *text, void *base) {
  long long number;
  switch (field->type) {
  case SETTINGS_NUMBER:
  case SETTINGS_SECONDS:
    return parse_decimal(text, &number) && put_number(field, number, base);
  case SETTINGS_SWITCH:
    *(bool *)settings_member(field, base) = strcmp(text, "true") == 0;
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
  case SETTINGS_TEXT:
    return put_text(field, text, base);
  case SETTINGS_PEER:
    return address_parse_peer(dm_text(text), settings_member(field, base));
  case SETTINGS_PORT:
    return put_port(field, dm_text(text), base);
  case SETTINGS_FILE:
    return put_file(field, text, NULL, base);
  case SETTINGS_OBJECT:
  case SETTINGS_FILES:
  case SETTINGS_LIST:
  case SETTINGS_WORDS:
    break;
  }
  return false;
}

/* ---- Comparing ----------------------------------------------------------------- */

static const void *member_of(const settings_field *field, const void *base) {
  return (const char *)base + field->offset;
}

static bool same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool settings_same(const settings_field *field, const void *a, const void *b) {
  const void *of_a = member_of(field, a);
  const void *of_b = member_of(field, b);
  bool same = true;
  switch (field->type) {
  case SETTINGS_NUMBER:
    return *(const uint32_t *)of_a == *(const uint32_t *)of_b;
  case SETTINGS_SECONDS:
    return *(const dm_duration *)of_a == *(const dm_duration *)of_b;
  case SETTINGS_SWITCH:
    return *(const bool *)of_a == *(const bool *)of_b;
  case SETTINGS_TEXT:
    return same_text(*(const char *const *)of_a, *(const char *const *)of_b);
  case SETTINGS_PEER:
  case SETTINGS_PORT:
    return address_equal(of_a, of_b);
  case SETTINGS_FILE:
    return same_text(((const file_name *)of_a)->name, ((const file_name *)of_b)->name);
  case SETTINGS_FILES:
    return json_equal(((const settings_files *)of_a)->names, ((const settings_files *)of_b)->names);
  case SETTINGS_LIST:
  case SETTINGS_WORDS:
    return json_equal(*(const json_t *const *)of_a, *(const json_t *const *)of_b);
  case SETTINGS_OBJECT:
    for (const settings_field *inner = field->fields; same && inner->key != NULL; inner++)
      same = settings_same(inner, of_a, of_b);
    break;
  }
  return same;
}
