/* The run of a simulation: its context, its virtual time, and where it stops when something is
 * not as expected.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIMULATION_H
#define TEST_SIM_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "dm/dm.h"

typedef struct simulation {
  dm_context *context;
  uint64_t step, steps, seed;
  uint64_t operations; /* how many API calls were made so far */
  dm_time now;         /* the latest the context was told */
  bool stopped, freed; /* the context */
  uint64_t late_events, late_expected;
} simulation;

extern simulation sim;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      sim_fail(__FILE__, __LINE__, #condition);                                                    \
  } while (0)

/* Says what does not hold and how to see it again, and aborts. */
void sim_fail(const char *file, int line, const char *condition);

/* An API call with this time begins. */
void sim_time_passes(dm_time told);

/* What to tell the context: mostly now, sometimes a clock that went back. */
dm_time sim_told_time(void);

#endif
