/* A flow of messages and what is measured of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "flow.h"

#include <stdlib.h>
#include <time.h>

#include "fail.h"

enum {
  LATENCIES_MAX = 1 << 20,
  SECOND = 1000000000,
  WARM_UP = SECOND / 20,
  SILENCE = SECOND / 50,
  PATIENCE_SECONDS = 10
};

/* ---- Sending and arriving ------------------------------------------------------- */

static void send_burst(flow *f, unsigned slot) {
  struct flow_slot *s = &f->slots[slot];
  unsigned turn = f->next_turn++;
  s->left = f->plan->burst;
  s->sent = loop_now();
  f->on_the_way += s->left;
  for (unsigned i = 0; i < f->plan->burst; i++)
    f->send(f->user, slot, turn);
}

static void record_latency(flow *f, uint64_t latency) {
  if (f->latency_count < LATENCIES_MAX)
    f->latencies[f->latency_count++] = latency > UINT32_MAX ? UINT32_MAX : (uint32_t)latency;
}

void flow_arrived(flow *f, unsigned slot) {
  must(slot < FLOW_SLOTS && f->slots[slot].left > 0, "a message came twice");
  f->arrived++;
  f->on_the_way--;
  record_latency(f, loop_now() - f->slots[slot].sent);
  if (--f->slots[slot].left == 0 && f->going && f->plan->per_second == 0)
    send_burst(f, slot);
}

static void on_tick(void *user, uint64_t times) {
  flow *f = user;
  for (uint64_t i = 0; f->going && i < times; i++) {
    unsigned slot = f->next_slot++ % FLOW_SLOTS;
    must(f->slots[slot].left == 0, "the paced flow is faster than the programs under test");
    send_burst(f, slot);
  }
}

static void begin(flow *f) {
  f->going = true;
  if (f->plan->per_second > 0)
    loop_every(f->loop, SECOND / f->plan->per_second, on_tick, f);
  else
    for (unsigned slot = 0; slot < f->plan->slots; slot++)
      send_burst(f, slot);
}

static void go_on_until(const flow *f, uint64_t until) {
  while (loop_now() < until)
    loop_turn(f->loop, until);
}

/* Lets all arrive that is on its way. */
static void end(flow *f) {
  uint64_t until = loop_now() + (uint64_t)PATIENCE_SECONDS * SECOND;
  f->going = false;
  loop_every(f->loop, 0, NULL, NULL);
  while (f->on_the_way > 0 && loop_now() < until)
    loop_turn(f->loop, until);
  char text[128];
  snprintf(text, sizeof text, "%s: %u messages were lost", f->plan->name, f->on_the_way);
  must(f->on_the_way == 0, text);
}

/* ---- Measuring -------------------------------------------------------------------- */

/* All that counts up, at one moment. */
typedef struct counters {
  uint64_t time, generator, messages, programs[FLOW_PROGRAMS];
} counters;

static counters count(const flow *f) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  counters c = {.time = loop_now(),
                .generator = (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec,
                .messages = f->arrived};
  for (size_t i = 0; i < FLOW_PROGRAMS; i++)
    if (f->programs[i] != NULL)
      c.programs[i] = program_cpu(f->programs[i]);
  return c;
}

/* Lets the programs do what is left to be done for messages that have arrived: a broker may
 * be long behind with its PUBACKs. */
static void settle(const flow *f) {
  uint64_t used, until = loop_now() + (uint64_t)PATIENCE_SECONDS * SECOND;
  do {
    counters before = count(f);
    go_on_until(f, before.time + SILENCE);
    counters after = count(f);
    used = 0;
    for (size_t i = 0; i < FLOW_PROGRAMS; i++)
      used += after.programs[i] - before.programs[i];
    must(after.time < until, "a program under test does not come to rest");
  } while (used > SILENCE / 20);
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static double percentile(const flow *f, size_t percent) {
  return (double)f->latencies[f->latency_count * percent / 100] / 1000;
}

/* Speed is measured from `from` to `to`, in the middle of the flow; CPU over all of it. */
static void evaluate(flow *f, const counters *first, const counters *from, const counters *to,
                     const counters *last, flow_result *result) {
  double *v = result->value;
  double time = (double)(to->time - from->time);
  double messages = (double)(to->messages - from->messages);
  double all_messages = (double)(last->messages - first->messages);
  must(f->latency_count > 0, "no message arrived");
  qsort(f->latencies, f->latency_count, sizeof *f->latencies, ascending);
  v[FLOW_MESSAGES] = all_messages;
  v[FLOW_RATE] = messages * SECOND / time;
  v[FLOW_P50] = percentile(f, 50);
  v[FLOW_P99] = percentile(f, 99);
  v[FLOW_GENERATOR] = (double)(to->generator - from->generator) / time;
  for (size_t i = 0; i < FLOW_PROGRAMS; i++)
    v[FLOW_CPU + i] = (double)(last->programs[i] - first->programs[i]) / 1000 / all_messages;
}

void flow_run(flow *f, const flow_plan *plan, flow_send *send, void *user, double seconds,
              flow_result *result) {
  f->plan = plan;
  f->send = send;
  f->user = user;
  if (f->latencies == NULL)
    f->latencies = malloc(LATENCIES_MAX * sizeof *f->latencies);
  must(f->latencies != NULL, "memory");
  counters first = count(f);
  begin(f);
  go_on_until(f, first.time + WARM_UP);
  f->latency_count = 0;
  counters from = count(f);
  go_on_until(f, from.time + (uint64_t)(seconds * SECOND));
  counters to = count(f);
  size_t measured = f->latency_count;
  end(f);
  settle(f);
  counters last = count(f);
  f->latency_count = measured;
  evaluate(f, &first, &from, &to, &last, result);
}

static int ascending_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

flow_result flow_median(const flow_result *rounds, size_t count_of_rounds) {
  enum {
    ROUNDS_MAX = 32
  };
  flow_result median;
  double values[ROUNDS_MAX];
  must(count_of_rounds <= ROUNDS_MAX, "too many rounds");
  for (size_t i = 0; i < FLOW_VALUES; i++) {
    for (size_t round = 0; round < count_of_rounds; round++)
      values[round] = rounds[round].value[i];
    qsort(values, count_of_rounds, sizeof *values, ascending_numbers);
    median.value[i] = values[count_of_rounds / 2];
  }
  return median;
}
