/* The date in HTTP's Date header.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/http.h"

#include "base/civil.h"
#include "base/span.h"
#include "base/writer.h"

static dm_span name_of(const char *names, unsigned index) {
  return dm_bytes(names + (size_t)index * 3, 3);
}

void dm_http_date(dm_wall_time now, char out[30]) {
  dmi_civil_time time = dmi_civil_from_wall(now);
  dmi_writer w = {out, 30, 0};
  dmi_writer_bytes(&w, name_of("SunMonTueWedThuFriSat", time.weekday));
  dmi_writer_bytes(&w, SPAN(", "));
  dmi_writer_decimal(&w, time.day, 2);
  dmi_writer_byte(&w, ' ');
  dmi_writer_bytes(&w, name_of("JanFebMarAprMayJunJulAugSepOctNovDec", time.month - 1));
  dmi_writer_byte(&w, ' ');
  dmi_writer_decimal(&w, time.year, 4);
  dmi_writer_byte(&w, ' ');
  dmi_writer_decimal(&w, time.hour, 2);
  dmi_writer_byte(&w, ':');
  dmi_writer_decimal(&w, time.minute, 2);
  dmi_writer_byte(&w, ':');
  dmi_writer_decimal(&w, time.second, 2);
  dmi_writer_bytes(&w, SPAN(" GMT"));
  dmi_writer_byte(&w, '\0');
}
