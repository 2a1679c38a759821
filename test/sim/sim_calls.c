/* The model of the calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_calls.h"

#include <string.h>

#include "chance.h"

call calls[CALLS];

void calls_reset(void) {
  memset(calls, 0, sizeof calls);
}

call *calls_free(void) {
  for (int tries = 0; tries < 8; tries++) {
    call *c = &calls[chance_below(CALLS)];
    bool owed = c->on_stack || (c->pending && c->answers == 0);
    if (c->state == CALL_FREE || (c->state == CALL_OVER && !owed))
      return c;
  }
  return NULL;
}

call *calls_any(void) {
  for (int tries = 0; tries < 8; tries++) {
    call *c = &calls[chance_below(CALLS)];
    if (c->id != 0)
      return c;
  }
  return NULL;
}

bool calls_in_window(const call *c) {
  return c->confirmation &&
         (c->state == CALL_OFFERED || c->state == CALL_WAITING || c->state == CALL_LATE);
}

unsigned calls_window(const client *owner) {
  unsigned count = 0;
  for (int i = 0; i < CALLS; i++)
    count += calls_in_window(&calls[i]) && calls[i].serial == owner->serial;
  return owner->connected ? count : 0;
}

bool calls_connection_lives(const call *c) {
  return clients[c->client].connected && clients[c->client].serial == c->serial;
}

uint64_t calls_end_bit(int outcome) {
  return outcome < 0 ? UINT64_C(1) << (DM_OUTCOME_FIRST - outcome) : 0;
}

void calls_expect(calls_selects *selects, uint64_t argument, int outcome) {
  for (int i = 0; i < CALLS; i++) {
    call *c = &calls[i];
    if (!c->confirmation || !selects(c, argument))
      continue;
    if (c->state == CALL_WAITING)
      c->expected = outcome;
    if (c->state == CALL_OFFERED)
      c->ends |= calls_end_bit(outcome);
  }
}

bool calls_all(const call *c, uint64_t unused) {
  (void)c;
  (void)unused;
  return true;
}

bool calls_due(const call *c, uint64_t now) {
  return c->due <= now;
}

bool calls_of_connection(const call *c, uint64_t serial) {
  return c->serial == serial;
}

static bool acknowledged(int outcome) {
  return outcome == DM_CONFIRMED || outcome == DM_RECEIVER_REJECTED;
}

call_state calls_state_after(const call *c, int outcome) {
  return acknowledged(outcome) || !calls_connection_lives(c) ? CALL_OVER : CALL_LATE;
}

void calls_over(const client *owner) {
  for (int i = 0; i < CALLS; i++)
    if (calls[i].state == CALL_LATE && calls[i].serial == owner->serial)
      calls[i].state = CALL_OVER;
}
