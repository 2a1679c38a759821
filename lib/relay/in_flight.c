/* The packet identifiers that the broker has in flight to the device.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/in_flight.h"

/* What is known of an identifier; neither: it is remembered from an earlier connection. */
enum {
  SENT = 1, /* its PUBLISH was sent on this connection */
  QOS_2 = 2
};

/* The place of an identifier; `count` where it is not held. */
static unsigned place_of(const dmi_in_flight *set, uint16_t id) {
  unsigned place = 0;
  while (place < set->count && set->ids[place] != id)
    place++;
  return place;
}

bool dmi_in_flight_has(const dmi_in_flight *set, uint16_t id) {
  return place_of(set, id) < set->count;
}

bool dmi_in_flight_is_new(const dmi_in_flight *set, uint16_t id) {
  unsigned place = place_of(set, id);
  return place == set->count || (set->states[place] & SENT) == 0;
}

/* A place for a new identifier: a free one, or that of one which the broker was expected to
 * resume and has not; `count` where there is none. */
static unsigned free_place(dmi_in_flight *set) {
  unsigned place = 0;
  if (set->count < IN_FLIGHT_MAX)
    return set->count++;
  while (place < set->count && set->states[place] != 0)
    place++;
  return place;
}

/* Adds to what is known of an identifier; false where there is no room for a new one. */
static bool note(dmi_in_flight *set, uint16_t id, unsigned state) {
  unsigned place = place_of(set, id);
  if (place == set->count) {
    place = free_place(set);
    if (place == IN_FLIGHT_MAX)
      return false;
    set->ids[place] = id;
    set->states[place] = 0;
  }
  if ((state & SENT) != 0 && (set->states[place] & SENT) == 0)
    set->sent++;
  set->states[place] |= (uint8_t)state;
  return true;
}

void dmi_in_flight_publish(dmi_in_flight *set, uint16_t id, unsigned qos) {
  set->last = id;
  if (!note(set, id, qos == 2 ? SENT | QOS_2 : SENT))
    set->untracked++;
}

void dmi_in_flight_remember(dmi_in_flight *set, uint16_t id) {
  note(set, id, 0);
}

/* An identifier that is not held may be one for which there was no room. */
void dmi_in_flight_release(dmi_in_flight *set, uint16_t id) {
  bool untracked = set->untracked > 0 && !dmi_in_flight_has(set, id);
  if (note(set, id, untracked ? SENT | QOS_2 : QOS_2) && untracked)
    set->untracked--;
}

static void remove_at(dmi_in_flight *set, unsigned place) {
  if ((set->states[place] & SENT) != 0)
    set->sent--;
  set->count--;
  set->ids[place] = set->ids[set->count];
  set->states[place] = set->states[set->count];
}

void dmi_in_flight_end(dmi_in_flight *set, uint16_t id, unsigned qos) {
  unsigned place = place_of(set, id);
  if (place == set->count) {
    if (set->untracked > 0)
      set->untracked--;
  } else if (set->states[place] == 0 || ((set->states[place] & QOS_2) != 0) == (qos == 2)) {
    remove_at(set, place);
  }
}
