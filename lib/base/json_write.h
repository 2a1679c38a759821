/* Writing JSON: objects, their members, arrays of objects, without a byte too many.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_JSON_WRITE_H
#define DM_BASE_JSON_WRITE_H

#include "base/writer.h"

/* Begins as {.out = writer}. */
typedef struct dmi_json {
  dmi_writer *out;
  bool comma; /* goes before what comes next */
} dmi_json;

/* An object: all of the text, or one in an array. */
void dmi_json_open(dmi_json *j);
void dmi_json_close(dmi_json *j);

/* A member that is an array; what is opened until it is closed stands in it. */
void dmi_json_open_array(dmi_json *j, dm_span name);
void dmi_json_close_array(dmi_json *j);

/* The name of a member, which is written as it is. The caller writes the value to j->out. */
void dmi_json_name(dmi_json *j, dm_span name);

/* Members: a string of any bytes, a whole number, a truth, and a length of time as
 * milliseconds with three decimals. */
void dmi_json_string(dmi_json *j, dm_span name, dm_span value);
void dmi_json_number(dmi_json *j, dm_span name, uint64_t value);
void dmi_json_truth(dmi_json *j, dm_span name, bool value);
void dmi_json_milliseconds(dmi_json *j, dm_span name, dm_duration value);

#endif
