/* What policies may ask about the thing of a device.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/principal_thing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTRIBUTE_FORMAT "iot:Connection.Thing.Attributes[%s]"

static void thing_add(principal *who, const char *key, const char *value) {
  if (value != NULL)
    who->thing[who->thing_count++] = (dm_policy_value){dm_text(key), dm_text(value)};
}

static size_t attribute_text_size(const json_t *attributes) {
  size_t size = 1;
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)attributes, key, value) {
    size += sizeof ATTRIBUTE_FORMAT + strlen(key);
  }
  return size;
}

static void add_attributes(principal *who, size_t size) {
  char *text = who->thing_text;
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)who->thing_attributes, key, value) {
    size_t left = size - (size_t)(text - who->thing_text);
    int len = snprintf(text, left, ATTRIBUTE_FORMAT, key);
    thing_add(who, text, json_string_value(value));
    text += len + 1;
  }
}

bool principal_read_thing(const principal_reading *r) {
  principal *who = r->who;
  size_t size = attribute_text_size(who->thing_attributes);
  size_t count = json_object_size(who->thing_attributes);
  if (count > 50)
    return principal_wrong(r, "/thing/attributes", "more than 50 attributes");
  if (who->thing_name == NULL && (who->thing_type != NULL || who->thing_attributes != NULL))
    return principal_wrong(r, "/thing", "a thing needs a name");
  who->thing = calloc(count + 3, sizeof *who->thing);
  who->thing_text = malloc(size);
  if (who->thing == NULL || who->thing_text == NULL)
    return principal_no_memory(r);
  thing_add(who, "iot:Connection.Thing.IsAttached", who->thing_name == NULL ? "false" : "true");
  thing_add(who, "iot:Connection.Thing.ThingName", who->thing_name);
  thing_add(who, "iot:Connection.Thing.ThingTypeName", who->thing_type);
  add_attributes(who, size);
  return true;
}
