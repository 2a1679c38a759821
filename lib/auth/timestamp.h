/* The dates of signed requests.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_TIMESTAMP_H
#define DM_AUTH_TIMESTAMP_H

#include <stdbool.h>

#include "base/writer.h"

/* Reads "20260528T101500Z", as X-Amz-Date has it. */
bool dmi_timestamp_read(dm_span text, dm_wall_time *out);

/* Reads what the Date header may hold: the same, or "Thu, 28 May 2026 10:15:00 GMT"
 * (RFC 9110 section 5.6.7). The day of the week is not looked at. */
bool dmi_timestamp_read_date_header(dm_span text, dm_wall_time *out);

/* Appends the first form; its first eight characters are the day. */
void dmi_timestamp_write(dmi_writer *w, dm_wall_time wall);

#define TIMESTAMP_LENGTH     16
#define TIMESTAMP_DAY_LENGTH 8

#endif
