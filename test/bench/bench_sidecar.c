/* dm-sidecar beside mosquitto: what passing through costs, direct messages against requests
 * and responses over two topics, and memory.
 *
 * Everything that a line compares takes turns in one run, and each number is the median of
 * its rounds: compare within the run. No time is asserted: whether a target is met is said in
 * words. Without mosquitto there is nothing to compare with, and it is skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_clients.h"
#include "fail.h"

enum {
  ROUNDS = 5,
  HELD_DEVICES = 10000,
  SPARE_DESCRIPTORS = 100,
  MESSAGES = 1000000
};

#define ROUND_SECONDS 0.12

static double ratio(double a, double b) {
  return b > 0 ? a / b : 0;
}

static const char *met(bool good) {
  return good ? "met" : "not met";
}

static void measure(clients *c, const flow_plan *plan, flow_send *send, void *user,
                    flow_result *result) {
  flow_run(&c->flow, plan, send, user, ROUND_SECONDS, result);
}

/* ---- Passing through ------------------------------------------------------------ */

static const flow_plan upward_plans[] = {
    {"one at a time", .slots = 1, .burst = 1},
    {"4000 a second, evenly", .burst = 1, .per_second = 4000},
    {"100 on their way", .slots = 100, .burst = 1},
    {"100 bursts of 10", .slots = 100, .burst = 10},
    {"20 bursts of 100", .slots = 20, .burst = 100},
};
enum {
  PLANS = sizeof upward_plans / sizeof *upward_plans
};

/* CPU of one row, or the sum over rows, in microseconds for a message: of what is in between,
 * or of mosquitto where nothing is; and of both together. */
typedef struct upward_cpu {
  double own[HOSTS_WAYS], both[HOSTS_WAYS];
} upward_cpu;

static upward_cpu cpu_of(const flow_result results[HOSTS_WAYS]) {
  upward_cpu cpu;
  for (hosts_way way = 0; way < HOSTS_WAYS; way++) {
    const double *of = results[way].value + FLOW_CPU;
    cpu.own[way] = of[way];
    cpu.both[way] = way == HOSTS_STRAIGHT ? of[way] : of[way] + of[HOSTS_STRAIGHT];
  }
  return cpu;
}

static void add_cpu(upward_cpu *sum, const upward_cpu *more) {
  for (hosts_way way = 0; way < HOSTS_WAYS; way++) {
    sum->own[way] += more->own[way];
    sum->both[way] += more->both[way];
  }
}

static double percent_of_mosquitto(const upward_cpu *cpu, const double *values, hosts_way way) {
  return 100 * ratio(values[way], cpu->own[HOSTS_STRAIGHT]);
}

static void print_upward(const char *scope, uint8_t qos, const char *plan,
                         const flow_result results[HOSTS_WAYS], upward_cpu *sum) {
  const upward_cpu cpu = cpu_of(results);
  add_cpu(sum, &cpu);
  printf("%3u %-22s %-8s", qos, plan, scope);
  for (hosts_way way = 0; way < HOSTS_WAYS; way++)
    printf(" %7.2f", cpu.own[way]);
  for (hosts_way way = HOSTS_PIPE; way < HOSTS_WAYS; way++)
    printf(" %5.0f %%", percent_of_mosquitto(&cpu, cpu.own, way));
  printf(" %-7s", met(cpu.own[HOSTS_SIDECAR] < 0.1 * cpu.own[HOSTS_STRAIGHT]));
  for (hosts_way way = HOSTS_PIPE; way < HOSTS_WAYS; way++)
    printf(" %5.0f %%", percent_of_mosquitto(&cpu, cpu.both, way));
  for (hosts_way way = 0; way < HOSTS_WAYS; way++)
    printf(" %6.0f", results[way].value[FLOW_P50]);
  printf("\n");
}

static void pass_one(clients *c, uint8_t qos, const flow_plan *plan, upward_cpu *sum) {
  static flow_result devices[HOSTS_WAYS][ROUNDS], everybody[HOSTS_WAYS][ROUNDS];
  flow_result medians[HOSTS_WAYS];
  for (size_t round = 0; round < ROUNDS; round++)
    for (hosts_way way = 0; way < HOSTS_WAYS; way++) {
      clients_upward upward = {c, way, HOSTS_STRAIGHT, qos};
      measure(c, plan, clients_send_upward, &upward, &devices[way][round]);
      upward.backend = way;
      if (way == HOSTS_STRAIGHT)
        everybody[way][round] = devices[way][round];
      else
        measure(c, plan, clients_send_upward, &upward, &everybody[way][round]);
    }
  for (hosts_way way = 0; way < HOSTS_WAYS; way++)
    medians[way] = flow_median(devices[way], ROUNDS);
  print_upward("devices", qos, plan->name, medians, sum);
  for (hosts_way way = 0; way < HOSTS_WAYS; way++)
    medians[way] = flow_median(everybody[way], ROUNDS);
  print_upward("all", qos, plan->name, medians, sum);
}

static void print_sum(const upward_cpu *sum, double user_part) {
  printf(
      "\n   All rows together, of what mosquitto alone takes: a blind pipe %.0f %%, the sidecar\n"
      "   %.0f %%, by a Unix-domain socket %.0f %%; with mosquitto's own part %.0f %%, %.0f %% and "
      "%.0f %%.\n"
      "   %.0f %% of the sidecar's CPU is in the kernel, for TCP above all; its part in user "
      "space\n"
      "   is %.1f %% of what mosquitto alone takes.\n",
      percent_of_mosquitto(sum, sum->own, HOSTS_PIPE),
      percent_of_mosquitto(sum, sum->own, HOSTS_SIDECAR),
      percent_of_mosquitto(sum, sum->own, HOSTS_LOCAL),
      percent_of_mosquitto(sum, sum->both, HOSTS_PIPE),
      percent_of_mosquitto(sum, sum->both, HOSTS_SIDECAR),
      percent_of_mosquitto(sum, sum->both, HOSTS_LOCAL), 100 * (1 - user_part),
      user_part * percent_of_mosquitto(sum, sum->own, HOSTS_SIDECAR));
}

static void pass_through(clients *c) {
  const program *sidecar = c->flow.programs[HOSTS_SIDECAR];
  program_ticks ticks = {0};
  upward_cpu sum = {0};
  (void)program_user_part(sidecar, &ticks);
  printf("\n1. Passing through: %u devices publish %u bytes, one backend receives them. CPU in\n"
         "   microseconds for a message, in user space and kernel. Target: the sidecar takes\n"
         "   less than 10 %% of what mosquitto alone takes. The pipe is a blind one, a read and a\n"
         "   write for what comes, the least that any program in between takes. \"Unix\" is the\n"
         "   sidecar, too, which reaches mosquitto by a socket of the Unix domain.\n\n",
         CLIENTS_PUBLISHERS, CLIENTS_PAYLOAD);
  printf("%36s%-32s%-32s%-24s%s\n", "", "CPU us", "% of mosquitto alone", "% with mosquitto",
         "p50 us");
  printf("%3s %-22s %-8s %7s %7s %7s %7s %7s %7s %7s %-7s %7s %7s %7s %6s %6s %6s %6s\n", "QoS",
         "flow", "through", "alone", "pipe", "sidecar", "Unix", "pipe", "sidecar", "Unix", "target",
         "pipe", "sidecar", "Unix", "alone", "pipe", "sidec.", "Unix");
  for (uint8_t qos = 0; qos <= 1; qos++)
    for (size_t plan = 0; plan < PLANS; plan++)
      pass_one(c, qos, &upward_plans[plan], &sum);
  print_sum(&sum, program_user_part(sidecar, &ticks));
}

/* ---- Direct messages ------------------------------------------------------------ */

static const struct way_down {
  const char *name;
  flow_send *send;
} ways_down[] = {
    {"direct message: HTTP to the sidecar, PUBACK, answer", clients_send_direct},
    {"request and response over two topics, mosquitto", clients_send_request},
    {"plain QoS 1 publish until the device has it, mosquitto", clients_send_plain},
};
enum {
  WAYS_DOWN = sizeof ways_down / sizeof *ways_down
};

static void print_down(const char *name, const flow_result *result) {
  const double *v = result->value;
  printf("    %-54s %9.0f %8.0f %8.0f %9.2f %9.2f %7.0f %%\n", name, v[FLOW_RATE], v[FLOW_P50],
         v[FLOW_P99], v[FLOW_CPU + HOSTS_STRAIGHT], v[FLOW_CPU + HOSTS_SIDECAR],
         100 * v[FLOW_GENERATOR]);
}

static void send_down(clients *c, const flow_plan *plan, flow_result medians[WAYS_DOWN]) {
  flow_result rounds[WAYS_DOWN][ROUNDS];
  for (size_t round = 0; round < ROUNDS; round++)
    for (size_t way = 0; way < WAYS_DOWN; way++)
      measure(c, plan, ways_down[way].send, c, &rounds[way][round]);
  printf("  %s\n", plan->name);
  for (size_t way = 0; way < WAYS_DOWN; way++) {
    medians[way] = flow_median(rounds[way], ROUNDS);
    print_down(ways_down[way].name, &medians[way]);
  }
}

static void direct_messages(clients *c) {
  static const flow_plan one = {"1 waiting", .slots = 1, .burst = 1};
  static const flow_plan many = {"200 waiting", .slots = 200, .burst = 1};
  flow_result medians[WAYS_DOWN];
  const double *direct = medians[0].value, *request = medians[1].value;
  printf("\n2. A confirmed message of %u bytes to one of %u devices, each in turn.\n\n",
         CLIENTS_PAYLOAD, CLIENTS_DEVICES);
  printf("    %-54s %9s %8s %8s %9s %9s %9s\n", "", "", "", "", "CPU us", "CPU us", "gener-");
  printf("    %-54s %9s %8s %8s %9s %9s %9s\n", "", "msg/s", "p50 us", "p99 us", "mosquitto",
         "sidecar", "ator");
  send_down(c, &many, medians);
  double faster = ratio(direct[FLOW_RATE], request[FLOW_RATE]);
  printf("    direct messages have %.2f times the rate; target at least 3: %s\n", faster,
         met(faster >= 3));
  send_down(c, &one, medians);
  printf("    direct messages take %.2f of the time (p50); target below 1: %s\n",
         ratio(direct[FLOW_P50], request[FLOW_P50]), met(direct[FLOW_P50] < request[FLOW_P50]));
}

/* ---- Memory --------------------------------------------------------------------- */

static void send_messages(clients *c, const flow_plan *plan, flow_send *send, void *user,
                          double messages) {
  flow_result result;
  for (double sent = 0; sent < messages; sent += result.value[FLOW_MESSAGES])
    flow_run(&c->flow, plan, send, user, 1, &result);
}

static void send_both_ways(clients *c, double messages) {
  static const flow_plan up = {"upward", .slots = CLIENTS_PUBLISHERS, .burst = 10};
  static const flow_plan down = {"direct", .slots = 200, .burst = 1};
  clients_upward upward = {c, HOSTS_SIDECAR, HOSTS_STRAIGHT, 0};
  send_messages(c, &up, clients_send_upward, &upward, messages / 2);
  send_messages(c, &down, clients_send_direct, c, messages / 2);
}

static double print_memory(const char *what, const program *sidecar, size_t empty,
                           unsigned devices) {
  size_t resident = program_resident(sidecar);
  double each = (double)(resident - empty) / devices / 1024;
  printf("    %-54s %9.1f MB %8.2f KB each\n", what, (double)resident / 1048576, each);
  return each;
}

static void memory(clients *c, hosts *h, unsigned descriptors) {
  unsigned devices = (descriptors - SPARE_DESCRIPTORS) / 2;
  if (devices > HELD_DEVICES)
    devices = HELD_DEVICES;
  hosts_start(h);
  size_t empty = program_resident(&h->programs[HOSTS_SIDECAR]);
  printf("\n3. Memory of the sidecar, resident, with %u devices held (two descriptors each; the\n"
         "   limit is %u). Target: less than 16 KB each, and flat over %u messages.\n\n",
         devices, descriptors, MESSAGES);
  printf("    %-54s %9.1f MB\n", "just started", (double)empty / 1048576);
  clients_open(c, h, (unsigned[HOSTS_WAYS]){[HOSTS_SIDECAR] = devices});
  double idle = print_memory("all connected", &h->programs[HOSTS_SIDECAR], empty, devices);
  send_both_ways(c, MESSAGES / 5);
  double before = print_memory("after 200000 messages, half direct", &h->programs[HOSTS_SIDECAR],
                               empty, devices);
  send_both_ways(c, MESSAGES);
  double after = print_memory("after 1000000 more", &h->programs[HOSTS_SIDECAR], empty, devices);
  printf("    less than 16 KB: %s; flat: grew by %.2f %%\n",
         met(idle < 16 && before < 16 && after < 16), 100 * (after - before) / before);
  clients_close(c);
  hosts_stop(h);
}

/* ---- All of it ------------------------------------------------------------------ */

static double load_average(void) {
  double load = 0;
  FILE *file = fopen("/proc/loadavg", "r");
  must_call(file != NULL, "/proc/loadavg");
  must(fscanf(file, "%lf", &load) == 1, "/proc/loadavg");
  fclose(file);
  return load;
}

static void introduce(const char *mosquitto) {
  double load = load_average();
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  printf("dm-sidecar (%s) beside %s (set_tcp_nodelay true)\n", hosts_sidecar_path(), mosquitto);
  printf("%ld cores, load %.2f at the start; everything on loopback; clients speak MQTT 3.1.1;\n"
         "the load generator is one thread, \"generator\" is its share of a core: where that is\n"
         "near 100 %%, the rate is its and not the program's. Medians of %d rounds of %.2f s.\n",
         cores, load, ROUNDS, ROUND_SECONDS);
  if (load > (double)cores / 2)
    printf("THIS MACHINE IS BUSY with other things: rates and latencies are of little use.\n");
}

int main(void) {
  static hosts h;
  static clients c;
  static const unsigned counts[HOSTS_WAYS] = {CLIENTS_DEVICES, CLIENTS_PUBLISHERS, CLIENTS_DEVICES,
                                              CLIENTS_PUBLISHERS};
  char version[128];
  if (!hosts_find_mosquitto(version, sizeof version)) {
    printf("bench_sidecar: skipped: mosquitto is not installed\n");
    return 0;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  uint64_t start = loop_now();
  unsigned descriptors = programs_raise_descriptors();
  introduce(version);
  hosts_start(&h);
  clients_open(&c, &h, counts);
  pass_through(&c);
  direct_messages(&c);
  clients_close(&c);
  hosts_stop(&h);
  memory(&c, &h, descriptors);
  printf("\n%.0f s\n", (double)(loop_now() - start) / 1e9);
  return 0;
}
