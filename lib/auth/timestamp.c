/* The dates of signed requests.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/timestamp.h"

#include "base/civil.h"
#include "base/span.h"

/* Takes `digits` digits off the front. */
static bool take_number(dm_span *text, size_t digits, unsigned *out) {
  uint64_t value;
  if (text->len < digits || !span_decimal(span_head(*text, digits), 9999, &value))
    return false;
  *out = (unsigned)value;
  *text = span_tail(*text, digits);
  return true;
}

/* Takes a text that has to stand in front. */
static bool take_text(dm_span *text, dm_span expected) {
  if (!span_starts_with(*text, expected))
    return false;
  *text = span_tail(*text, expected.len);
  return true;
}

/* Takes "Jan". */
static bool take_month(dm_span *text, unsigned *month) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (*month = 1; *month <= 12; ++*month)
    if (take_text(text, dm_bytes(names + (size_t)(*month - 1) * 3, 3)))
      return true;
  return false;
}

static bool take_time(dm_span *text, dm_span separator, civil_time *time) {
  return take_number(text, 2, &time->hour) && take_text(text, separator) &&
         take_number(text, 2, &time->minute) && take_text(text, separator) &&
         take_number(text, 2, &time->second);
}

bool timestamp_read(dm_span text, dm_wall_time *out) {
  civil_time time = {0};
  return take_number(&text, 4, &time.year) && take_number(&text, 2, &time.month) &&
         take_number(&text, 2, &time.day) && take_text(&text, SPAN("T")) &&
         take_time(&text, SPAN(""), &time) && span_equal(text, SPAN("Z")) &&
         civil_to_wall(&time, out);
}

bool timestamp_read_date_header(dm_span text, dm_wall_time *out) {
  civil_time time = {0};
  if (timestamp_read(text, out))
    return true;
  if (span_find(text, ',') != 3)
    return false;
  text = span_tail(text, 3);
  return take_text(&text, SPAN(", ")) && take_number(&text, 2, &time.day) &&
         take_text(&text, SPAN(" ")) && take_month(&text, &time.month) &&
         take_text(&text, SPAN(" ")) && take_number(&text, 4, &time.year) &&
         take_text(&text, SPAN(" ")) && take_time(&text, SPAN(":"), &time) &&
         span_equal(text, SPAN(" GMT")) && civil_to_wall(&time, out);
}

void timestamp_write(writer *w, dm_wall_time moment) {
  civil_time time = civil_from_wall(moment);
  writer_decimal(w, time.year, 4);
  writer_decimal(w, time.month, 2);
  writer_decimal(w, time.day, 2);
  writer_byte(w, 'T');
  writer_decimal(w, time.hour, 2);
  writer_decimal(w, time.minute, 2);
  writer_decimal(w, time.second, 2);
  writer_byte(w, 'Z');
}
