/* The packet identifiers of injected messages that have no PUBACK yet.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_INJECTED_H
#define DM_RELAY_INJECTED_H

#include "dm/relay.h"
#include "relay/in_flight.h"

/* All zero is empty. */
typedef struct dmi_injected {
  uint64_t messages[DM_RELAY_UNACKNOWLEDGED_MAX];
  uint16_t ids[DM_RELAY_UNACKNOWLEDGED_MAX];
  uint16_t distance; /* of the one chosen last from the broker's last */
  uint8_t count;
} dmi_injected;

/* Whether an injected message holds this identifier. */
bool dmi_injected_has(const dmi_injected *set, uint16_t id);

/* An identifier that neither side's set holds, far from what the broker will use next. */
uint16_t dmi_injected_choose(dmi_injected *set, const dmi_in_flight *brokers);

/* Adds a message; there must be room for it. */
void dmi_injected_add(dmi_injected *set, uint16_t id, uint64_t message);

/* Takes a message out; false where none holds this identifier. */
bool dmi_injected_take(dmi_injected *set, uint16_t id, uint64_t *message);

#endif
