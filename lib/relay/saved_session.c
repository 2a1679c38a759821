/* What is kept from one connection of a session to the next: the identifier that the broker
 * used last and those that did not end, two bytes each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/relay.h"

#define SAVED_MAX (2 * (1 + IN_FLIGHT_MAX))

_Static_assert(SAVED_MAX <= DM_RELAY_SAVED_MAX, "what is saved fits");

static char *put(char *out, uint16_t id) {
  out[0] = (char)(id >> 8);
  out[1] = (char)id;
  return out + 2;
}

static uint16_t get(dm_span bytes, size_t at) {
  return (uint16_t)((uint8_t)bytes.ptr[at] << 8 | (uint8_t)bytes.ptr[at + 1]);
}

size_t dm_relay_save(const dm_relay *relay, char out[DM_RELAY_SAVED_MAX]) {
  const dmi_in_flight *set = &relay->in_flight;
  char *end = put(out, set->last);
  for (unsigned i = 0; i < set->count; i++)
    end = put(end, set->ids[i]);
  return (size_t)(end - out);
}

int dm_relay_restore(dm_relay *relay, dm_span saved) {
  if (saved.ptr == NULL || saved.len < 2 || saved.len % 2 != 0 || saved.len > SAVED_MAX)
    return DM_ERROR_INVALID_ARGUMENT;
  for (size_t at = 2; at < saved.len; at += 2)
    if (get(saved, at) == 0)
      return DM_ERROR_INVALID_ARGUMENT;
  if (relay->in_flight.last == 0)
    relay->in_flight.last = get(saved, 0);
  for (size_t at = 2; at < saved.len; at += 2)
    dmi_in_flight_remember(&relay->in_flight, get(saved, at));
  return DM_OK;
}
