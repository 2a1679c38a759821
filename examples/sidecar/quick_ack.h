/* Acknowledging to the broker's TCP what was read from it.
 *
 * A broker with Nagle's algorithm on keeps a small packet back until the one before is
 * acknowledged. TCP lets acknowledgements ride on what is sent next, or else waits for 40 ms;
 * but what the device sends next may be a PUBACK for us alone. To acknowledge every read at
 * once would cost a packet each. So they ride where something goes to the broker within a
 * moment, and only the others are sent by themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_QUICK_ACK_H
#define SIDECAR_QUICK_ACK_H

#include <sys/queue.h>

#include <uv.h>

struct link;
struct sidecar;
LIST_HEAD(quick_ack_list, link);

/* The links from whose brokers something was read a moment ago. */
struct quick_acks {
  uv_timer_t timer;
  struct quick_ack_list due;
};

/* Before anything is read. */
void quick_ack_open(struct sidecar *sidecar);

/* Something was read from the link's broker. */
void quick_ack_later(struct link *link);

/* The link is closing. */
void quick_ack_forget(struct link *link);

#endif
