/* Calendar dates and times of day, in UTC.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/civil.h"

#define LAST_MILLISECOND UINT64_C(253402300799999) /* 9999-12-31 23:59:59.999 */

#define DAYS_TO_1970  719468u /* from 1 March of the year 0 */
#define FOUR_YEARS    1461u
#define CENTURY       36524u
#define FOUR_HUNDREDS 146097u

static unsigned lesser(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Years are counted from 1 March: a leap day is then the last day of its year, and of
 * its four years, century or four hundred years where these have one more than others. */
static void date_from_days(uint32_t days, dmi_civil_time *out) {
  static const uint16_t before_month[] = {0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337};
  days += DAYS_TO_1970;
  unsigned year = days / FOUR_HUNDREDS * 400;
  days %= FOUR_HUNDREDS;
  unsigned centuries = lesser(days / CENTURY, 3);
  days -= centuries * CENTURY;
  unsigned fours = days / FOUR_YEARS;
  days %= FOUR_YEARS;
  unsigned ones = lesser(days / 365, 3);
  days -= ones * 365;
  year += centuries * 100 + fours * 4 + ones;

  unsigned month = 11; /* from March, which is 0 */
  while (before_month[month] > days)
    month--;
  out->day = days - before_month[month] + 1;
  out->month = month < 10 ? month + 3 : month - 9;
  out->year = month < 10 ? year : year + 1;
}

dmi_civil_time dmi_civil_from_wall(dm_wall_time wall) {
  if (wall > LAST_MILLISECOND)
    wall = LAST_MILLISECOND;
  uint32_t days = (uint32_t)(wall / 86400000);
  uint32_t rest = (uint32_t)(wall % 86400000);
  dmi_civil_time out;
  date_from_days(days, &out);
  out.weekday = (days + 4) % 7; /* 1970-01-01 was a Thursday */
  out.hour = rest / 3600000;
  out.minute = rest / 60000 % 60;
  out.second = rest / 1000 % 60;
  out.millisecond = rest % 1000;
  return out;
}
