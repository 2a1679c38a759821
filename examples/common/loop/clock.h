/* The clock of a loop: exact, and how its timers follow it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_CLOCK_H
#define COMMON_LOOP_CLOCK_H

#include <uv.h>

#include "dm/types.h"

/* Microseconds, monotonic, exact: uv_now() is of the beginning of the turn, in milliseconds. */
dm_time clock_now(void);

/* Has the timer fire once at `due` or a little later, by clock_now(), and never before. */
void clock_start_timer(uv_timer_t *timer, uv_timer_cb fire, dm_time due);

#endif
