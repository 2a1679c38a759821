/* A token bucket: so many a second, and a second's worth at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bucket.h"

enum {
  TOKEN = 1000000
};

dmi_bucket dmi_bucket_full(uint32_t per_second, dm_time now) {
  return (dmi_bucket){now, (uint64_t)per_second * TOKEN};
}

static void refill(dmi_bucket *b, uint32_t per_second, dm_time now) {
  uint64_t full = (uint64_t)per_second * TOKEN;
  dm_duration elapsed = now - b->filled_at;
  uint64_t gained = elapsed >= DM_SECOND ? full : elapsed * per_second;
  /* Above full it is when the rate was lowered meanwhile. */
  b->level = b->level >= full || gained >= full - b->level ? full : b->level + gained;
  b->filled_at = now;
}

bool dmi_bucket_take(dmi_bucket *b, uint32_t per_second, dm_time now) {
  refill(b, per_second, now);
  if (b->level < TOKEN)
    return false;
  b->level -= TOKEN;
  return true;
}

dm_duration dmi_bucket_wait(const dmi_bucket *b, uint32_t per_second) {
  if (per_second == 0)
    return DM_NEVER;
  return (TOKEN - b->level + per_second - 1) / per_second;
}
