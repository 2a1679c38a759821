/* A random simulation of the core on virtual time, held against a small model.
 *
 * Connects, takeovers, sends, PUBACKs (early, late, foreign, twice), cancels, disconnects,
 * ticks, stops and frees, and queries about clients that are here, gone or unknown, at the
 * top and inside every callback, with hosts that refuse. The oracle: every call gets
 * exactly one answer, and it is the one the model expects.
 *
 *   sim_core [STEPS [SEED]]     the same seed replays the same run; STEPS may also come from
 *                               the environment as SIM_STEPS
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "agreement.h"
#include "chance.h"
#include "sim_clients.h"
#include "sim_host.h"
#include "operations.h"
#include "settling.h"
#include "simulation.h"

static void step(void) {
  operations_any();
  if (sim.freed) {
    agreement_check_end();
    host_new_context();
  } else {
    agreement_check();
    if (sim.stopped && chance_one_in(50))
      settling_free();
    if (sim.freed)
      host_new_context();
  }
}

int main(int argc, char **argv) {
  const char *steps = argc > 1 ? argv[1] : getenv("SIM_STEPS");
  sim.steps = steps != NULL ? strtoull(steps, NULL, 10) : 3000000;
  sim.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  chance_begin(sim.seed);
  clients_begin();
  host_begin();
  host_new_context();
  for (sim.step = 0; sim.step < sim.steps; sim.step++)
    step();
  settling_free();
  agreement_check_end();
  host_end();
  printf("sim_core: %llu steps, %llu calls of the API, seed %llu: every call had its one answer\n",
         (unsigned long long)sim.steps, (unsigned long long)sim.operations,
         (unsigned long long)sim.seed);
  return 0;
}
