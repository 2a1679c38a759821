/* User Properties in a header: base64 of a JSON array of objects with one member each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/user_properties.h"

#include "base/base64.h"
#include "base/json_read.h"

static const char one_key[] = "Each of the user properties must be an object with one key.";

static dmi_fault malformed(const char *text) {
  return (dmi_fault){DM_INVALID_USER_PROPERTIES, text};
}

/* Objects in an array. */
#define DEPTH_MAX 2

static dmi_fault text_read(dm_span text, size_t flags, json_t **out) {
  json_error_t error;
  size_t offset;
  switch (dmi_json_read(text, flags, DEPTH_MAX, out, &error, &offset)) {
  case JSON_READ:
    return NO_FAULT;
  case JSON_TOO_DEEP:
    return malformed("The user properties are nested too deeply: they must be an array of objects "
                     "with one key.");
  case JSON_NO_MEMORY:
    return OUT_OF_MEMORY;
  case JSON_MALFORMED:
    break;
  }
  return malformed(json_error_code(&error) == json_error_duplicate_key
                       ? one_key
                       : "The user properties are not valid JSON.");
}

/* A string in place of the array holds the array's text: some SDKs encode twice. */
static dmi_fault unwrap(json_t **document) {
  if (!json_is_string(*document))
    return NO_FAULT;
  json_t *inner = NULL;
  dm_span text = dm_bytes(json_string_value(*document), json_string_length(*document));
  dmi_fault found = text_read(text, 0, &inner);
  if (dmi_failed(found))
    return found;
  json_decref(*document);
  *document = inner;
  return NO_FAULT;
}

/* NUL is refused while parsing: the strings end where their first one stands. */
static dmi_fault property_read(json_t *object, dm_property *out) {
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

static dmi_fault list_read(json_t *document, dmi_scratch *room, dmi_user_properties *out) {
  if (!json_is_array(document))
    return malformed("The user properties must be a JSON array.");
  size_t count = json_array_size(document);
  dm_property *list =
      count > SIZE_MAX / sizeof *list ? NULL : dmi_scratch_take(room, count * sizeof *list);
  if (list == NULL)
    return OUT_OF_MEMORY;
  for (size_t i = 0; i < count; i++) {
    dmi_fault found = property_read(json_array_get(document, i), &list[i]);
    if (dmi_failed(found))
      return found;
  }
  *out = (dmi_user_properties){document, list, count};
  return NO_FAULT;
}

dmi_fault dmi_user_properties_read(dm_span base64, dmi_scratch *room, dmi_user_properties *out) {
  size_t len;
  char *text = dmi_scratch_take(room, BASE64_DECODED_MAX(base64.len));
  if (text == NULL)
    return OUT_OF_MEMORY;
  if (!dmi_base64_decode(base64, text, &len))
    return malformed("The user properties are not valid base64.");
  json_t *document = NULL;
  dmi_fault found = text_read(dm_bytes(text, len), JSON_DECODE_ANY, &document);
  if (!dmi_failed(found))
    found = unwrap(&document);
  if (!dmi_failed(found))
    found = list_read(document, room, out);
  if (dmi_failed(found))
    json_decref(document);
  return found;
}

void dmi_user_properties_release(dmi_user_properties *properties) {
  json_decref(properties->document);
  *properties = (dmi_user_properties){NULL, NULL, 0};
}
