/* The model held against the context.
 *
 * SPDX-License-Identifier: MIT
 */
#include "agreement.h"

#include "sim_calls.h"
#include "simulation.h"

void agreement_check_end(void) {
  for (int i = 0; i < CALLS; i++)
    CHECK(calls[i].answers == calls[i].pending);
}

void agreement_check(void) {
  uint64_t waiting = 0, late = 0;
  dm_time due = DM_NEVER;
  for (int i = 0; i < CALLS; i++) {
    const call *c = &calls[i];
    CHECK(c->state == CALL_FREE || !c->on_stack);
    CHECK(c->state == CALL_WAITING ? c->expected == 0 : c->answers == c->pending);
    waiting += c->state == CALL_WAITING;
    late += c->state == CALL_LATE;
    if (c->state == CALL_WAITING && c->due < due)
      due = c->due;
  }
  dm_statistics statistics = {.size = sizeof statistics};
  CHECK(dm_statistics_get(sim.context, &statistics) == DM_OK);
  CHECK(statistics.waiting == waiting && statistics.late == late);
  CHECK(statistics.connections == clients_connected());
  CHECK(statistics.late_pubacks == sim.late_expected && sim.late_events == sim.late_expected);
  CHECK(dm_next_deadline(sim.context) == due);
  for (int i = 0; i < CLIENTS; i++)
    CHECK(dm_unacknowledged(sim.context, clients[i].handle) == calls_window(&clients[i]));
}
