/* A token bucket: so many a second, and a second's worth at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_BUCKET_H
#define DM_BASE_BUCKET_H

#include <stdbool.h>

#include "dm/types.h"

typedef struct dmi_bucket {
  dm_time filled_at;
  uint64_t level; /* millionths of a token, so that a microsecond adds a whole number */
} dmi_bucket;

/* A full bucket. */
dmi_bucket dmi_bucket_full(uint32_t per_second, dm_time now);

/* Takes one token; false when there is none. `now` never goes back; the rate may be another
 * one than before. */
bool dmi_bucket_take(dmi_bucket *b, uint32_t per_second, dm_time now);

/* How long after the last refused dmi_bucket_take() there will be a token. */
dm_duration dmi_bucket_wait(const dmi_bucket *b, uint32_t per_second);

#endif
