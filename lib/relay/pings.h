/* Who asked for which PINGRESP: the PINGREQs that the broker has not answered, in order.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_PINGS_H
#define DM_RELAY_PINGS_H

#include <stdbool.h>
#include <stdint.h>

/* How many are told apart; later ones must be the device's. */
#define PINGS_MAX 64

/* All zero is empty. */
typedef struct dmi_pings {
  uint64_t ours;  /* bit n: the n-th is the relay's */
  uint32_t count; /* of all, also of those after PINGS_MAX */
} dmi_pings;

/* Whether the relay may add one. */
static inline bool dmi_pings_room(const dmi_pings *p) {
  return p->count < PINGS_MAX;
}

/* One went to the broker. */
static inline void dmi_pings_add(dmi_pings *p, bool ours) {
  if (ours)
    p->ours |= (uint64_t)1 << p->count;
  p->count++;
}

/* One was answered: whether that was the relay's. */
static inline bool dmi_pings_answer(dmi_pings *p) {
  bool ours = (p->ours & 1) != 0;
  p->ours >>= 1;
  if (p->count > 0)
    p->count--;
  return ours;
}

#endif
