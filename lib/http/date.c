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
  civil_time time = civil_from_wall(now);
  writer w = {out, 30, 0};
  writer_bytes(&w, name_of("SunMonTueWedThuFriSat", time.weekday));
  writer_bytes(&w, SPAN(", "));
  writer_decimal(&w, time.day, 2);
  writer_byte(&w, ' ');
  writer_bytes(&w, name_of("JanFebMarAprMayJunJulAugSepOctNovDec", time.month - 1));
  writer_byte(&w, ' ');
  writer_decimal(&w, time.year, 4);
  writer_byte(&w, ' ');
  writer_decimal(&w, time.hour, 2);
  writer_byte(&w, ':');
  writer_decimal(&w, time.minute, 2);
  writer_byte(&w, ':');
  writer_decimal(&w, time.second, 2);
  writer_bytes(&w, SPAN(" GMT"));
  writer_byte(&w, '\0');
}
