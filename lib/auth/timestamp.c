/* The dates of signed requests.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/timestamp.h"

#include "base/civil.h"
#include "base/moment.h"
#include "base/span.h"

#define ISO_LENGTH 20

/* Whether a text has the form of another one, in which '_' stands for any byte. */
static bool has_form(dm_span text, dm_span form) {
  if (text.len != form.len)
    return false;
  for (size_t i = 0; i < form.len; i++)
    if (form.ptr[i] != '_' && form.ptr[i] != text.ptr[i])
      return false;
  return true;
}

/* Puts bytes of a text to where they stand in "2026-05-28T10:15:00Z". */
static void place(char iso[ISO_LENGTH], size_t at, dm_span text, size_t from, size_t len) {
  memcpy(iso + at, text.ptr + from, len);
}

static bool iso_read(const char iso[ISO_LENGTH], dm_wall_time *out) {
  dmi_moment read;
  if (!dmi_moment_read(dm_bytes(iso, ISO_LENGTH), &read) || read.second < 0)
    return false;
  *out = (dm_wall_time)read.second * 1000;
  return true;
}

bool dmi_timestamp_read(dm_span text, dm_wall_time *out) {
  char iso[ISO_LENGTH + 1] = "____-__-__T__:__:__Z";
  if (!has_form(text, SPAN("________T______Z")))
    return false;
  place(iso, 0, text, 0, 4);
  place(iso, 5, text, 4, 2);
  place(iso, 8, text, 6, 2);
  place(iso, 11, text, 9, 2);
  place(iso, 14, text, 11, 2);
  place(iso, 17, text, 13, 2);
  return iso_read(iso, out);
}

/* The number of a month, in two digits; absent where there is no such month. */
static dm_span month_number(dm_span name) {
  static const char months[] = "Jan01Feb02Mar03Apr04May05Jun06Jul07Aug08Sep09Oct10Nov11Dec12";
  for (size_t i = 0; i < sizeof months - 1; i += 5)
    if (dmi_span_equal(name, dm_bytes(months + i, 3)))
      return dm_bytes(months + i + 3, 2);
  return (dm_span){NULL, 0};
}

bool dmi_timestamp_read_date_header(dm_span text, dm_wall_time *out) {
  char iso[ISO_LENGTH + 1] = "____-__-__T__:__:__Z";
  if (dmi_timestamp_read(text, out))
    return true;
  if (!has_form(text, SPAN("___, __ ___ ____ __:__:__ GMT")))
    return false;
  dm_span month = month_number(dm_bytes(text.ptr + 8, 3));
  if (!dmi_span_present(month))
    return false;
  place(iso, 0, text, 12, 4);
  place(iso, 5, month, 0, 2);
  place(iso, 8, text, 5, 2);
  place(iso, 11, text, 17, 8);
  return iso_read(iso, out);
}

void dmi_timestamp_write(dmi_writer *w, dm_wall_time wall) {
  dmi_civil_time time = dmi_civil_from_wall(wall);
  dmi_writer_decimal(w, time.year, 4);
  dmi_writer_decimal(w, time.month, 2);
  dmi_writer_decimal(w, time.day, 2);
  dmi_writer_byte(w, 'T');
  dmi_writer_decimal(w, time.hour, 2);
  dmi_writer_decimal(w, time.minute, 2);
  dmi_writer_decimal(w, time.second, 2);
  dmi_writer_byte(w, 'Z');
}
