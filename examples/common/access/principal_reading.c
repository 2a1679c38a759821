/* Reading one principal of a file: what its parts share.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/principal_reading.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/config/settings_table.h"

bool principal_wrong(const principal_reading *r, const char *rest, const char *text) {
  principal_place place;
  snprintf(place, sizeof place, "/%zu%s", r->number, rest);
  return json_file_wrong(&r->all->file, place, text, r->p);
}

bool principal_no_memory(const principal_reading *r) {
  return problem_set(r->p, "out of memory");
}

void *principal_read_list(const principal_reading *r, const json_t *list, const char *key,
                          const settings_field *fields, size_t size) {
  char *array = calloc(json_array_size(list) + 1, size);
  bool good = array != NULL || principal_no_memory(r);
  for (size_t i = 0; good && i < json_array_size(list); i++) {
    const settings_table tables[] = {{fields, array + i * size}, {NULL, NULL}};
    principal_place place;
    snprintf(place, sizeof place, "/%zu/%s/%zu", r->number, key, i);
    good = settings_read_object(&r->all->file, place, json_array_get(list, i), tables, r->p);
  }
  if (!good) {
    free(array);
    array = NULL;
  }
  return array;
}
