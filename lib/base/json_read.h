/* Reading JSON with jansson, strictly: bounded depth, no duplicate keys, no lost bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_JSON_READ_H
#define DM_BASE_JSON_READ_H

#include <jansson.h>

#include "dm/types.h"

typedef enum dmi_json_verdict {
  JSON_READ,
  JSON_TOO_DEEP,  /* *offset is the bracket that goes too deep */
  JSON_MALFORMED, /* *error is jansson's */
  JSON_NO_MEMORY
} dmi_json_verdict;

/* Reads the whole text with jansson's `flags` and JSON_REJECT_DUPLICATES, nested no deeper
 * than `depth_max`. On JSON_READ the value is in *out, to be given to json_decref(). */
dmi_json_verdict dmi_json_read(dm_span text, size_t flags, size_t depth_max, json_t **out,
                               json_error_t *error, size_t *offset);

#endif
