/* Writing JSON: objects, their members, arrays of objects, without a byte too many.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/json_write.h"

#include "base/span.h"

static void separate(dmi_json *j) {
  if (j->comma)
    dmi_writer_byte(j->out, ',');
  j->comma = true;
}

static void begin(dmi_json *j, char bracket) {
  dmi_writer_byte(j->out, bracket);
  j->comma = false;
}

static void end(dmi_json *j, char bracket) {
  dmi_writer_byte(j->out, bracket);
  j->comma = true;
}

void dmi_json_open(dmi_json *j) {
  separate(j);
  begin(j, '{');
}

void dmi_json_close(dmi_json *j) {
  end(j, '}');
}

void dmi_json_open_array(dmi_json *j, dm_span name) {
  dmi_json_name(j, name);
  begin(j, '[');
}

void dmi_json_close_array(dmi_json *j) {
  end(j, ']');
}

void dmi_json_name(dmi_json *j, dm_span name) {
  separate(j);
  dmi_writer_byte(j->out, '"');
  dmi_writer_bytes(j->out, name);
  dmi_writer_bytes(j->out, SPAN("\":"));
}

void dmi_json_string(dmi_json *j, dm_span name, dm_span value) {
  dmi_json_name(j, name);
  dmi_writer_json_string(j->out, value);
}

void dmi_json_number(dmi_json *j, dm_span name, uint64_t value) {
  dmi_json_name(j, name);
  dmi_writer_decimal(j->out, value, 1);
}

void dmi_json_truth(dmi_json *j, dm_span name, bool value) {
  dmi_json_name(j, name);
  dmi_writer_bytes(j->out, value ? SPAN("true") : SPAN("false"));
}

void dmi_json_milliseconds(dmi_json *j, dm_span name, dm_duration value) {
  dmi_json_name(j, name);
  dmi_writer_milliseconds(j->out, value);
}
