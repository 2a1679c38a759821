/* Calendar dates and times of day, in UTC.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_CIVIL_H
#define DM_BASE_CIVIL_H

#include "dm/types.h"

typedef struct dmi_civil_time {
  unsigned year;    /* 1970..9999 */
  unsigned month;   /* 1..12 */
  unsigned day;     /* 1..31 */
  unsigned weekday; /* 0 is Sunday */
  unsigned hour;
  unsigned minute;
  unsigned second;
  unsigned millisecond;
} dmi_civil_time;

/* The date and time of a moment; everything after the year 9999 counts as its last
 * millisecond, so that a year always has four digits. */
dmi_civil_time dmi_civil_from_wall(dm_wall_time wall);

#endif
