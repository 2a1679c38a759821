/* What is done for a link at the end of a turn, and when its time has come.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link_turn.h"

#include "link_end.h"
#include "forwarding.h"

void link_at_turn_end(loop_task *task) {
  struct link *link = link_of_task(task);
  if (link->state != LINK_OPEN)
    return;
  if (link->failure != NULL) {
    link_end_in_order(link, link->failure);
    return;
  }
  forwarding_resume(link);
  forwarding_flush(link);
  forwarding_regulate(link);
}

/* Where one side reads nothing, the other one is not read from, and does not show that it has
 * left. Its last byte may not have come yet, then it is as with no relay between: the one who
 * reads nothing does not know, until TCP gives up. */
static void look(struct link *link) {
  link->next_look = DM_NEVER;
  if (forwarding_is_abandoned(link))
    link_fail(link, "connection lost");
  else if (link->device.above_high_water || link->broker.above_high_water)
    link_watch(link);
}

static void look_and_tick(struct link *link, dm_time now) {
  if (link->deadline <= now) {
    link->deadline = DM_NEVER;
    link_fail(link, link->too_late);
  }
  if (link->next_look <= now)
    look(link);
  dm_relay_tick(link->relay, now);
  link_schedule(link);
}

void link_in_time(lazy_timer *timer) {
  struct link *link = link_of_timer(timer);
  dm_time now = sidecar_now(link->sidecar);
  if (link->state == LINK_OPEN)
    look_and_tick(link, now);
  else if (link->deadline <= now)
    link_end_at_once(link);
  else
    link_schedule(link);
}
