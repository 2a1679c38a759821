/* What is done for a link at the end of a turn of the loop, and when its time has come.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_TURN_H
#define SIDECAR_LINK_TURN_H

#include "link.h"

/* For link_new(). */
void link_at_turn_end(loop_task *task);
void link_in_time(lazy_timer *timer);

#endif
