/* The packet identifiers of QoS 1 messages towards one client that have no PUBACK yet:
 * the broker's own, which belong to the session, and direct messages, which belong to the
 * connection.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_INFLIGHT_H
#define BROKER_INFLIGHT_H

#include "dm/dm.h"

struct queued;

/* What a packet identifier stands for. */
struct inflight_slot {
  uint16_t packet_id;       /* 0: the slot is free */
  struct queued *queued;    /* the broker's own message; NULL for a direct one */
  dm_message_id message_id; /* the direct message */
};

/* Zeroed is empty. The broker chooses the identifiers, so it chooses them such that each
 * falls into a free slot: finding one is a single look, without collisions. */
struct inflight {
  struct inflight_slot *slots;
  size_t capacity; /* a power of two, or 0 */
  size_t count;
  uint16_t last;
};

/* Takes a packet identifier that is not in use. NULL when there is none or no memory. */
struct inflight_slot *inflight_take(struct inflight *inflight);

/* The slot of a packet identifier that is in use, else NULL. */
struct inflight_slot *inflight_find(struct inflight *inflight, uint16_t packet_id);

/* Gives a packet identifier back. */
void inflight_give_back(struct inflight *inflight, struct inflight_slot *slot);

/* Gives back those of direct messages: their connection is over. */
void inflight_forget_direct(struct inflight *inflight);

/* Releases everything. */
void inflight_clear(struct inflight *inflight);

#endif
