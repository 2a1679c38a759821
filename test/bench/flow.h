/* A flow of messages and what is measured of it.
 *
 * A flow has slots. What a slot sends is on its way until the last of it has arrived, then
 * the slot sends again: so many messages are on their way all the time, and no more. A paced
 * flow sends by the clock instead, whatever has arrived.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_FLOW_H
#define TEST_BENCH_FLOW_H

#include "bench_loop.h"
#include "programs.h"

enum {
  FLOW_SLOTS = 4096,
  FLOW_PROGRAMS = 4
};

typedef struct flow_plan {
  const char *name;
  unsigned slots;      /* a paced flow has all */
  unsigned burst;      /* messages that a slot sends at once */
  unsigned per_second; /* paced; 0: as fast as they arrive */
} flow_plan;

/* What is measured, each a number. */
enum {
  FLOW_MESSAGES,
  FLOW_RATE,      /* messages a second */
  FLOW_P50,       /* microseconds from sending to arriving */
  FLOW_P99,       /* the same */
  FLOW_GENERATOR, /* the load generator's share of a core, 0 to 1 */
  FLOW_CPU,       /* microseconds of CPU for a message, of each program, from rest to rest */
  FLOW_VALUES = FLOW_CPU + FLOW_PROGRAMS
};
typedef struct flow_result {
  double value[FLOW_VALUES];
} flow_result;

/* Sends one message of a slot. All messages of a burst have the same turn, which counts up
 * from burst to burst. */
typedef void flow_send(void *user, unsigned slot, unsigned turn);

typedef struct flow {
  loop *loop;
  const program *programs[FLOW_PROGRAMS]; /* whose CPU is measured */

  /* Private. */
  const flow_plan *plan;
  flow_send *send;
  void *user;
  unsigned next_turn;
  struct flow_slot {
    uint64_t sent;
    unsigned left;
  } slots[FLOW_SLOTS];
  unsigned next_slot, on_the_way;
  bool going;
  uint64_t arrived;
  uint32_t *latencies;
  size_t latency_count;
} flow;

/* Lets messages flow by this plan, some time without and then so many seconds with measuring,
 * until all have arrived and the programs have come to rest. */
void flow_run(flow *f, const flow_plan *plan, flow_send *send, void *user, double seconds,
              flow_result *result);

/* One message of this slot has arrived. */
void flow_arrived(flow *f, unsigned slot);

/* The median of each value. */
flow_result flow_median(const flow_result *rounds, size_t count);

#endif
