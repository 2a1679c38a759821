/* The packet identifiers of injected messages that have no PUBACK yet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/injected.h"

/* Brokers count upwards, or take the lowest identifier that is free. So the identifiers just
 * below the broker's last are the ones it comes to last, after some 65,000 messages. They are
 * taken in turn: a device that acknowledges twice then meets nobody else's message. There are
 * more of them than both sets can hold. */
#define SPREAD 1024

_Static_assert(SPREAD > IN_FLIGHT_MAX + DM_RELAY_UNACKNOWLEDGED_MAX, "there is always a free one");

static unsigned place_of(const dmi_injected *set, uint16_t id) {
  unsigned place = 0;
  while (place < set->count && set->ids[place] != id)
    place++;
  return place;
}

bool dmi_injected_has(const dmi_injected *set, uint16_t id) {
  return place_of(set, id) < set->count;
}

/* The identifier at a distance below another one; after 1 comes 65535. */
static uint16_t below(uint16_t id, uint16_t distance) {
  unsigned from_one = id == 0 ? 0 : id - 1U;
  return (uint16_t)((from_one + UINT16_MAX - distance) % UINT16_MAX + 1);
}

uint16_t dmi_injected_choose(dmi_injected *set, const dmi_in_flight *brokers) {
  uint16_t id;
  do {
    set->distance = (uint16_t)(set->distance % SPREAD + 1);
    id = below(brokers->last, set->distance);
  } while (dmi_in_flight_has(brokers, id) || dmi_injected_has(set, id));
  return id;
}

void dmi_injected_add(dmi_injected *set, uint16_t id, uint64_t message) {
  set->ids[set->count] = id;
  set->messages[set->count] = message;
  set->count++;
}

bool dmi_injected_take(dmi_injected *set, uint16_t id, uint64_t *message) {
  unsigned place = place_of(set, id);
  if (place == set->count)
    return false;
  *message = set->messages[place];
  set->count--;
  set->ids[place] = set->ids[set->count];
  set->messages[place] = set->messages[set->count];
  return true;
}
