/* Acknowledging to the broker's TCP what was read from it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "quick_ack.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "link.h"

/* How long an acknowledgement may wait for something to ride on, in milliseconds. */
#define MOMENT 2

/* Linux forgets the option after a while, so it is set each time. */
static void acknowledge_now(const struct side *side) {
#if defined(TCP_QUICKACK)
  uv_os_fd_t socket;
  int on = 1;
  if (uv_fileno((const uv_handle_t *)&side->socket, &socket) == 0)
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
  (void)side;
#endif
}

static void on_moment(uv_timer_t *timer) {
  struct quick_acks *acks = timer->data;
  while (!LIST_EMPTY(&acks->due)) {
    struct link *link = LIST_FIRST(&acks->due);
    if (link->acknowledgement_due)
      acknowledge_now(&link->broker);
    quick_ack_forget(link);
  }
}

void quick_ack_open(struct sidecar *sidecar) {
  struct quick_acks *acks = &sidecar->acks;
  LIST_INIT(&acks->due);
  uv_timer_init(&sidecar->service->loop, &acks->timer);
  acks->timer.data = acks;
}

void quick_ack_later(struct link *link) {
  struct quick_acks *acks = &link->sidecar->acks;
  link->acknowledgement_due = true;
  if (link->acknowledgement_listed)
    return;
  link->acknowledgement_listed = true;
  if (LIST_EMPTY(&acks->due))
    uv_timer_start(&acks->timer, on_moment, MOMENT, 0);
  LIST_INSERT_HEAD(&acks->due, link, acknowledgement);
}

void quick_ack_forget(struct link *link) {
  link->acknowledgement_due = false;
  if (link->acknowledgement_listed)
    LIST_REMOVE(link, acknowledgement);
  link->acknowledgement_listed = false;
}
