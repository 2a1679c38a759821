/* What settles a message that waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "settling.h"

#include "sim_calls.h"
#include "chance.h"
#include "simulation.h"

static int expected_of_puback(const call *c, dm_connection_id handle) {
  const client *owner = &clients[c->client];
  bool held = calls_in_window(c) && calls_connection_lives(c) && handle == owner->handle;
  if (sim.freed)
    return DM_ERROR_CLOSED;
  if (!held || (c->state == CALL_OFFERED && c->early != 0))
    return DM_ERROR_STALE_HANDLE;
  return DM_OK;
}

void settling_puback(void) {
  call *c = calls_any();
  if (c == NULL)
    return;
  const client *sender = &clients[chance_one_in(6) ? (int)chance_below(CLIENTS) : c->client];
  dm_connection_id handle = chance_one_in(10) ? sender->previous : sender->handle;
  uint8_t reason = (uint8_t)(chance_one_in(5)   ? 0x80 + chance_below(32)
                             : chance_one_in(5) ? 0x10
                                                : 0);
  int outcome = reason < 0x80 ? DM_CONFIRMED : DM_RECEIVER_REJECTED;
  dm_time told = sim_told_time();
  sim_time_passes(told);
  int expected = expected_of_puback(c, handle);
  if (expected == DM_OK) {
    if (c->state == CALL_WAITING)
      c->expected = outcome;
    if (c->state == CALL_OFFERED)
      c->early = outcome;
    if (c->state == CALL_LATE) {
      c->state = CALL_OVER;
      sim.late_expected++;
    }
  }
  CHECK(dm_puback(sim.context, handle, c->id, reason, told) == expected);
}

/* Also while dm_free() answers everybody. Whether a message inside deliver() has been ended
 * by an outer call, or is only about to be, the model cannot know. */
void settling_cancel(void) {
  call *c = calls_any();
  if (c == NULL)
    return;
  bool offered = c->state == CALL_OFFERED && c->early == 0;
  bool unsure = offered && c->ends != 0;
  int expected = offered || c->state == CALL_WAITING ? DM_OK : DM_ERROR_STALE_HANDLE;
  dm_time told = sim_told_time();
  sim_time_passes(told);
  if (c->state == CALL_WAITING)
    c->expected = DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT;
  int result = dm_cancel(sim.context, c->id, told);
  CHECK(result == expected || (unsure && result == DM_ERROR_STALE_HANDLE));
  if (offered && result == DM_OK)
    c->ends |= calls_end_bit(DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
}

void settling_tick(void) {
  bool much_later = chance_one_in(50);
  dm_time told = sim.now + (much_later ? 10 * DM_SECOND : chance_below(40) * DM_MILLISECOND);
  bool freed = sim.freed;
  sim_time_passes(told);
  if (!freed)
    calls_expect(calls_due, sim.now, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  CHECK(dm_tick(sim.context, told) == (freed ? DM_ERROR_CLOSED : DM_OK));
}

void settling_stop(void) {
  bool freed = sim.freed;
  sim_time_passes(sim.now);
  if (!freed) {
    sim.stopped = true;
    calls_expect(calls_all, 0, DM_SHUTTING_DOWN);
  }
  CHECK(dm_stop(sim.context, sim.now) == (freed ? DM_ERROR_CLOSED : DM_OK));
}

void settling_free(void) {
  sim_time_passes(sim.now);
  if (!sim.freed)
    calls_expect(calls_all, 0, DM_SHUTTING_DOWN);
  sim.freed = sim.stopped = true;
  dm_free(sim.context);
}
