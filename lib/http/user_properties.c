/* User Properties in a header: base64 of a JSON array of objects with one member each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/user_properties.h"

#include "base/base64.h"

static const char one_key[] = "Each of the user properties must be an object with one key.";

static fault malformed(const char *text) {
  return (fault){DM_INVALID_USER_PROPERTIES, text};
}

/* Whether JSON text nests no deeper than objects in an array. jansson descends by
 * recursion and allows 2048 levels: more than the small stacks of some threads hold. */
static bool is_shallow(dm_span text) {
  bool in_string = false;
  unsigned depth = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '"')
      in_string = !in_string;
    else if (in_string)
      i += c == '\\';
    else if (c == '[' || c == '{')
      depth++;
    else if ((c == ']' || c == '}') && depth > 0)
      depth--;
    if (depth > 2)
      return false;
  }
  return true;
}

static fault json_read(dm_span text, size_t flags, json_t **out) {
  json_error_t error;
  if (!is_shallow(text))
    return malformed("The user properties are nested too deeply: they must be an array of objects "
                     "with one key.");
  *out = json_loadb(text.ptr, text.len, flags | JSON_REJECT_DUPLICATES, &error);
  if (*out != NULL)
    return NO_FAULT;
  switch (json_error_code(&error)) {
  case json_error_duplicate_key:
    return malformed(one_key);
  case json_error_out_of_memory:
  case json_error_unknown: /* some of jansson's failed allocations */
    return OUT_OF_MEMORY;
  default:
    return malformed("The user properties are not valid JSON.");
  }
}

/* A string in place of the array holds the array's text: some SDKs encode twice. */
static fault unwrap(json_t **document) {
  if (!json_is_string(*document))
    return NO_FAULT;
  json_t *inner = NULL;
  dm_span text = dm_bytes(json_string_value(*document), json_string_length(*document));
  fault found = json_read(text, 0, &inner);
  if (failed(found))
    return found;
  json_decref(*document);
  *document = inner;
  return NO_FAULT;
}

/* NUL is refused while parsing: the strings end where their first one stands. */
static fault property_read(json_t *object, dm_property *out) {
  if (json_object_size(object) != 1)
    return malformed(one_key);
  void *member = json_object_iter(object);
  const json_t *value = json_object_iter_value(member);
  if (!json_is_string(value))
    return malformed("The values of the user properties must be strings.");
  out->key = dm_text(json_object_iter_key(member));
  out->value = dm_bytes(json_string_value(value), json_string_length(value));
  return NO_FAULT;
}

static fault list_read(json_t *document, scratch *room, user_properties *out) {
  if (!json_is_array(document))
    return malformed("The user properties must be a JSON array.");
  size_t count = json_array_size(document);
  dm_property *list =
      count > SIZE_MAX / sizeof *list ? NULL : scratch_take(room, count * sizeof *list);
  if (list == NULL)
    return OUT_OF_MEMORY;
  for (size_t i = 0; i < count; i++) {
    fault found = property_read(json_array_get(document, i), &list[i]);
    if (failed(found))
      return found;
  }
  *out = (user_properties){document, list, count};
  return NO_FAULT;
}

fault user_properties_read(dm_span base64, scratch *room, user_properties *out) {
  size_t len;
  char *text = scratch_take(room, BASE64_DECODED_MAX(base64.len));
  if (text == NULL)
    return OUT_OF_MEMORY;
  if (!base64_decode(base64, text, &len))
    return malformed("The user properties are not valid base64.");
  json_t *document = NULL;
  fault found = json_read(dm_bytes(text, len), JSON_DECODE_ANY, &document);
  if (!failed(found))
    found = unwrap(&document);
  if (!failed(found))
    found = list_read(document, room, out);
  if (failed(found))
    json_decref(document);
  return found;
}

void user_properties_release(user_properties *properties) {
  json_decref(properties->document);
  *properties = (user_properties){NULL, NULL, 0};
}
