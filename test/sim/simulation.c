/* The run of a simulation.
 *
 * SPDX-License-Identifier: MIT
 */
#include "simulation.h"

#include <stdio.h>
#include <stdlib.h>

#include "chance.h"

simulation sim;

void sim_fail(const char *file, int line, const char *condition) {
  fprintf(stderr, "%s:%d: %s\n  replay: sim_core %llu %llu (step %llu)\n", file, line, condition,
          (unsigned long long)sim.steps, (unsigned long long)sim.seed,
          (unsigned long long)sim.step);
  abort();
}

void sim_time_passes(dm_time told) {
  sim.operations++;
  if (told > sim.now)
    sim.now = told;
}

dm_time sim_told_time(void) {
  dm_time back = chance_one_in(10) ? chance_below(50) * DM_MILLISECOND : 0;
  return sim.now > back ? sim.now - back : 0;
}
