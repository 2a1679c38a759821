/* User Properties in a header: base64 of a JSON array of objects with one member each.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_USER_PROPERTIES_H
#define DM_HTTP_USER_PROPERTIES_H

#include <jansson.h>

#include "http/fault.h"
#include "http/scratch.h"

/* The list borrows its text from the JSON document, and lives in a scratch. */
typedef struct dmi_user_properties {
  json_t *document; /* NULL: none was read */
  const dm_property *list;
  size_t count;
} dmi_user_properties;

/* Reads a header's value such as W3sidW5pdCI6IksifV0=, which is [{"unit":"K"}]. On
 * success *out is to be given to dmi_user_properties_release(), else it is untouched. */
dmi_fault dmi_user_properties_read(dm_span base64, dmi_scratch *room, dmi_user_properties *out);

/* Releases the document; nothing where there is none. */
void dmi_user_properties_release(dmi_user_properties *properties);

#endif
