/* The clock of a loop: exact, and how its timers follow it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/clock.h"

dm_time clock_now(void) {
  return uv_hrtime() / 1000;
}

/* libuv counts whole milliseconds of the same clock, from uv_now(), which is behind: rounded
 * up against that, `due` has passed when the timer fires. */
void clock_start_timer(uv_timer_t *timer, uv_timer_cb fire, dm_time due) {
  uint64_t at = due / DM_MILLISECOND + (due % DM_MILLISECOND != 0);
  uint64_t from = uv_now(timer->loop);
  uv_timer_start(timer, fire, at > from ? at - from : 0, 0);
}
