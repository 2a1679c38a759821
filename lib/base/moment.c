/* Moments in time, read from text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/moment.h"

#include "base/span.h"

#define SECONDS_MAX UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

#define FOUR_HUNDREDS 146097 /* days in 400 years */
#define DAYS_TO_1970  719468 /* from 1 March of the year 0 */

/* A date and a time of day, and how far that is ahead of UTC. */
typedef struct fields {
  uint64_t year, month, day;
  uint64_t hour, minute, second;
  uint32_t nanosecond;
  int64_t ahead; /* seconds */
} fields;

/* ---- Pieces of text ---- */

/* Takes one byte that has to stand in front. */
static bool take(dm_span *text, char byte) {
  if (text->len == 0 || text->ptr[0] != byte)
    return false;
  *text = dmi_span_tail(*text, 1);
  return true;
}

/* Takes exactly `digits` digits. */
static bool take_number(dm_span *text, size_t digits, uint64_t max, uint64_t *value) {
  if (text->len < digits || !dmi_span_decimal(dmi_span_head(*text, digits), max, value))
    return false;
  *text = dmi_span_tail(*text, digits);
  return true;
}

/* Takes the digits of a fraction of a second, one to nine. */
static bool take_fraction(dm_span *text, uint32_t *nanosecond) {
  uint32_t unit = 100000000;
  size_t digits = 0;
  for (; text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9'; digits++) {
    *nanosecond += unit * (uint32_t)(text->ptr[0] - '0');
    unit /= 10;
    *text = dmi_span_tail(*text, 1);
  }
  return digits >= 1 && digits <= 9;
}

/* Takes "Z", "+hh:mm" or "-hh:mm". */
static bool take_zone(dm_span *text, int64_t *ahead) {
  if (take(text, 'Z'))
    return true;
  bool west = take(text, '-');
  uint64_t hours, minutes;
  if ((!west && !take(text, '+')) || !take_number(text, 2, 23, &hours) || !take(text, ':') ||
      !take_number(text, 2, 59, &minutes))
    return false;
  int64_t offset = (int64_t)(hours * 3600 + minutes * 60);
  *ahead = west ? -offset : offset;
  return true;
}

static bool take_time(dm_span *text, fields *f) {
  if (!take_number(text, 2, 23, &f->hour) || !take(text, ':') ||
      !take_number(text, 2, 59, &f->minute))
    return false;
  if (take(text, ':')) {
    if (!take_number(text, 2, 59, &f->second) ||
        (take(text, '.') && !take_fraction(text, &f->nanosecond)))
      return false;
  }
  return take_zone(text, &f->ahead);
}

static bool take_date(dm_span *text, fields *f) {
  if (!take_number(text, 4, 9999, &f->year))
    return false;
  if (!take(text, '-'))
    return true;
  if (!take_number(text, 2, 12, &f->month))
    return false;
  return !take(text, '-') ||
         (take_number(text, 2, 31, &f->day) && (!take(text, 'T') || take_time(text, f)));
}

/* ---- The calendar ---- */

static uint64_t days_in_month(uint64_t year, uint64_t month) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

/* Years are counted from 1 March, which puts a leap day at the end of its year; 400 years
 * more, so that none is negative. */
static int64_t days_since_1970(uint64_t year, uint64_t month, uint64_t day) {
  uint64_t from_march = (month + 9) % 12;
  uint64_t years = year + 400 - (month <= 2 ? 1 : 0);
  uint64_t before_month = (153 * from_march + 2) / 5;
  uint64_t days = years * 365 + years / 4 - years / 100 + years / 400 + before_month + day - 1;
  return (int64_t)days - FOUR_HUNDREDS - DAYS_TO_1970;
}

bool dmi_moment_read(dm_span text, dmi_moment *out) {
  fields f = {.month = 1, .day = 1};
  uint64_t seconds;
  if (text.len != 4 && dmi_span_decimal(text, SECONDS_MAX, &seconds)) {
    *out = (dmi_moment){(int64_t)seconds, 0};
    return true;
  }
  if (!take_date(&text, &f) || text.len > 0 || f.month == 0 || f.day == 0 ||
      f.day > days_in_month(f.year, f.month))
    return false;
  int64_t minutes = (days_since_1970(f.year, f.month, f.day) * 24 + (int64_t)f.hour) * 60;
  out->second = (minutes + (int64_t)f.minute) * 60 + (int64_t)f.second - f.ahead;
  out->nanosecond = f.nanosecond;
  return true;
}

int dmi_moment_compare(const dmi_moment *a, const dmi_moment *b) {
  if (a->second != b->second)
    return a->second < b->second ? -1 : 1;
  return (a->nanosecond > b->nanosecond) - (a->nanosecond < b->nanosecond);
}
