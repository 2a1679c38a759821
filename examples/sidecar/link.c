/* One device's link to the broker: its life and its time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link.h"

#include <stdlib.h>

/* How often a side that is not read from is looked at. */
#define LOOK DM_SECOND

struct link *link_new(struct sidecar *sidecar, void (*at_turn_end)(loop_task *task),
                      void (*in_time)(lazy_timer *timer)) {
  struct link *link = calloc(1, sizeof *link);
  if (link == NULL || dm_relay_new(&link->relay, sidecar->relays, link) != DM_OK) {
    free(link);
    return NULL;
  }
  link->sidecar = sidecar;
  link->task.run = at_turn_end;
  link->deadline = link->next_look = DM_NEVER;
  lazy_timer_open(&link->timer, &sidecar_loop(sidecar)->timers, in_time);
  LIST_INSERT_HEAD(&sidecar->links, link, entry);
  sidecar->link_count++;
  return link;
}

void link_set_ending(struct link *link) {
  if (link->state == LINK_OPEN)
    link->sidecar->link_count--;
  link->state = LINK_ENDING;
}

void link_free(struct link *link) {
  LIST_REMOVE(link, entry);
  link_set_ending(link);
  dial_cancel(link->dial);
  side_close(&link->device);
  side_close(&link->broker);
  loop_forget(&link->task);
  lazy_timer_close(&link->timer);
  dm_relay_free(link->relay);
  bytes_free(&link->waiting);
  certificate_free(link->certificate);
  subscriptions_free(&link->subscriptions);
  free((char *)(uintptr_t)link->client_id.ptr);
  free(link);
}

struct link *link_of_task(loop_task *task) {
  return (struct link *)((char *)task - offsetof(struct link, task));
}

struct link *link_of_timer(lazy_timer *timer) {
  return (struct link *)((char *)timer - offsetof(struct link, timer));
}

void link_fail(struct link *link, const char *why) {
  if (link->failure == NULL)
    link->failure = why;
  link_mark(link);
}

/* ---- Time --------------------------------------------------------------------------------- */

void link_schedule(struct link *link) {
  dm_time due = dm_relay_next_deadline(link->relay);
  if (link->deadline < due)
    due = link->deadline;
  if (link->next_look < due)
    due = link->next_look;
  lazy_timer_set(&link->timer, due);
}

void link_set_deadline(struct link *link, dm_duration wait, const char *why) {
  link->deadline = wait == DM_NEVER ? DM_NEVER : sidecar_now(link->sidecar) + wait;
  link->too_late = why;
  link_schedule(link);
}

void link_watch(struct link *link) {
  if (link->next_look == DM_NEVER)
    link->next_look = sidecar_now(link->sidecar) + LOOK;
  link_schedule(link);
}
