/* Where in JSON text a value stands.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/position.h"

#include "base/span.h"
#include "dm/policy.h"
#include "base/json_scan.h"

/* What to look for in an object or an array. */
typedef struct step {
  dm_span key;     /* absent: only an element will do */
  bool is_pointer; /* the key holds the escapes of RFC 6901 */
  size_t index;    /* SIZE_MAX: only a member will do */
} step;

/* Where a value is named and where it begins; the same place in an array. */
typedef struct place {
  size_t name;
  size_t value;
} place;

/* Takes the first byte off a wanted key: "~0" stands for '~', "~1" for '/' (RFC 6901
 * section 4). */
static char next_byte(step *wanted) {
  char c = wanted->key.ptr[0];
  bool escape = wanted->is_pointer && c == '~' && wanted->key.len > 1;
  if (escape && wanted->key.ptr[1] == '1')
    c = '/';
  wanted->key = dmi_span_tail(wanted->key, escape ? 2 : 1);
  return c;
}

/* Whether the string at `at` is the wanted key; `wanted` is used up on the way. */
static bool is_key(dm_span json, size_t at, step wanted) {
  at++;
  while (at < json.len && json.ptr[at] != '"') {
    char bytes[4];
    size_t len = dmi_scan_character(json, &at, bytes);
    for (size_t i = 0; i < len; i++)
      if (wanted.key.len == 0 || next_byte(&wanted) != bytes[i])
        return false;
  }
  return wanted.key.len == 0;
}

static bool find_member(dm_span json, size_t at, const step *wanted, place *found) {
  at = dmi_scan_space(json, at + 1);
  while (dmi_scan_byte(json, at) == '"') {
    size_t name = at;
    at = dmi_scan_space(json, dmi_scan_string(json, at));
    if (dmi_scan_byte(json, at) != ':')
      return false;
    at = dmi_scan_space(json, at + 1);
    if (is_key(json, name, *wanted)) {
      *found = (place){name, at};
      return true;
    }
    at = dmi_scan_space(json, dmi_scan_value(json, at));
    if (dmi_scan_byte(json, at) != ',')
      return false;
    at = dmi_scan_space(json, at + 1);
  }
  return false;
}

static bool find_element(dm_span json, size_t at, size_t index, place *found) {
  at = dmi_scan_space(json, at + 1);
  for (; at < json.len && json.ptr[at] != ']'; index--) {
    if (index == 0) {
      *found = (place){at, at};
      return true;
    }
    at = dmi_scan_space(json, dmi_scan_value(json, at));
    if (dmi_scan_byte(json, at) != ',')
      return false;
    at = dmi_scan_space(json, at + 1);
  }
  return false;
}

/* Moves from a value to one inside it. */
static bool descend(dm_span json, const step *wanted, place *at) {
  char c = dmi_scan_byte(json, at->value);
  if (c == '{' && dmi_span_present(wanted->key))
    return find_member(json, at->value, wanted, at);
  return c == '[' && wanted->index != SIZE_MAX && find_element(json, at->value, wanted->index, at);
}

static bool follow(dm_span json, const dmi_position_path *path, place *at) {
  if (path == NULL) {
    at->name = at->value = dmi_scan_space(json, 0);
    return true;
  }
  bool member = dmi_span_present(path->key);
  step wanted = {path->key, false, member ? SIZE_MAX : path->index};
  return follow(json, path->parent, at) && descend(json, &wanted, at);
}

size_t dmi_position_locate(dm_span json, const dmi_position_path *path) {
  place found;
  return follow(json, path, &found) ? found.name : json.len;
}

dm_span dmi_position_text(dm_span json, const dmi_position_path *path) {
  place found;
  if (!follow(json, path, &found))
    return (dm_span){json.ptr, 0};
  return dmi_span_tail(dmi_span_head(json, dmi_scan_value(json, found.value)), found.value);
}

void dmi_position_line_column(dm_span json, size_t offset, unsigned *line, unsigned *column) {
  if (offset >= json.len)
    offset = json.len == 0 ? 0 : json.len - 1;
  *line = *column = 1;
  for (size_t i = 0; i < offset; i++) {
    *column = json.ptr[i] == '\n' ? 1 : *column + 1;
    *line += json.ptr[i] == '\n';
  }
}

/* An array index: digits without a leading zero (RFC 6901 section 4). */
static size_t element_index(dm_span token) {
  uint64_t index;
  if ((token.len > 1 && token.ptr[0] == '0') || !dmi_span_decimal(token, SIZE_MAX - 1, &index))
    return SIZE_MAX;
  return (size_t)index;
}

static bool follow_pointer(dm_span json, dm_span pointer, place *at) {
  at->name = at->value = dmi_scan_space(json, 0);
  while (pointer.len > 0) {
    if (pointer.ptr[0] != '/')
      return false;
    pointer = dmi_span_tail(pointer, 1);
    dm_span token = dmi_span_head(pointer, dmi_span_find(pointer, '/'));
    step wanted = {token, true, element_index(token)};
    if (!descend(json, &wanted, at))
      return false;
    pointer = dmi_span_tail(pointer, token.len);
  }
  return true;
}

void dm_json_position(dm_span json, const char *pointer, unsigned *line, unsigned *column) {
  place found;
  unsigned at_line = 1, at_column = 1;
  if (dmi_span_sound(json) && pointer != NULL && follow_pointer(json, dm_text(pointer), &found))
    dmi_position_line_column(json, found.name, &at_line, &at_column);
  if (line != NULL)
    *line = at_line;
  if (column != NULL)
    *column = at_column;
}
