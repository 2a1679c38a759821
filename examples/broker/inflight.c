/* The packet identifiers towards one client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inflight.h"

#include <stdlib.h>

#define FIRST_CAPACITY 8
#define LAST_CAPACITY  65536

static struct inflight_slot *slot_for(const struct inflight *inflight, uint16_t packet_id) {
  return &inflight->slots[packet_id & (inflight->capacity - 1)];
}

/* Identifiers that differ modulo the old capacity differ modulo the new one. */
static int grow(struct inflight *inflight) {
  struct inflight larger = *inflight;
  if (inflight->capacity == LAST_CAPACITY)
    return -1;
  larger.capacity = inflight->capacity == 0 ? FIRST_CAPACITY : inflight->capacity * 2;
  larger.slots = calloc(larger.capacity, sizeof *larger.slots);
  if (larger.slots == NULL)
    return -1;
  for (size_t i = 0; i < inflight->capacity; i++)
    if (inflight->slots[i].packet_id != 0)
      *slot_for(&larger, inflight->slots[i].packet_id) = inflight->slots[i];
  free(inflight->slots);
  *inflight = larger;
  return 0;
}

struct inflight_slot *inflight_take(struct inflight *inflight) {
  /* One slot stays free at the end: identifier 0 does not exist. */
  if (inflight->count + 1 >= inflight->capacity && grow(inflight) != 0)
    return NULL;
  struct inflight_slot *slot;
  do {
    if (++inflight->last == 0)
      inflight->last = 1;
    slot = slot_for(inflight, inflight->last);
  } while (slot->packet_id != 0);
  slot->packet_id = inflight->last;
  slot->queued = NULL;
  slot->message_id = 0;
  inflight->count++;
  return slot;
}

struct inflight_slot *inflight_find(struct inflight *inflight, uint16_t packet_id) {
  if (inflight->capacity == 0 || packet_id == 0)
    return NULL;
  struct inflight_slot *slot = slot_for(inflight, packet_id);
  return slot->packet_id == packet_id ? slot : NULL;
}

void inflight_give_back(struct inflight *inflight, struct inflight_slot *slot) {
  slot->packet_id = 0;
  inflight->count--;
}

void inflight_forget_direct(struct inflight *inflight) {
  for (size_t i = 0; i < inflight->capacity; i++)
    if (inflight->slots[i].packet_id != 0 && inflight->slots[i].queued == NULL)
      inflight_give_back(inflight, &inflight->slots[i]);
}

void inflight_clear(struct inflight *inflight) {
  free(inflight->slots);
  *inflight = (struct inflight){0};
}
