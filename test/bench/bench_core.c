/* How long a confirmed send takes inside libdm, and what a connection costs in memory, from
 * a thousand to a million connections.
 *
 * One operation is all of it: dm_send() with the sender's and the receiver's policies,
 * deliver(), dm_puback(), the event and complete(), to clients in random order. The sizes
 * take turns in one run, and each column is the median of its rounds: compare within it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dm/dm.h"

enum {
  ROUNDS = 9,
  SENDS = 200000,
  OUTSTANDING = 200
};

static const char sender_json[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
    "\"Action\":\"iot:SendDirectMessage\","
    "\"Resource\":\"arn:aws:iot:eu-west-1:123456789012:client/*\","
    "\"Condition\":{\"StringLike\":{\"iot:Topic\":[\"commands/*\",\"settings/*\"]}}}]}";
static const char receiver_json[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:Receive\","
    "\"Resource\":\"arn:aws:iot:eu-west-1:123456789012:topic/commands/*\"}]}";

/* ---- A host ------------------------------------------------------------- */

typedef struct memory_meter {
  size_t bytes;
  uint64_t calls;
} memory_meter;

/* Every block carries its size in front; what malloc() itself adds is counted as 8 bytes. */
static void *metered_resize(void *user, void *old, size_t size) {
  memory_meter *meter = user;
  size_t *block = old == NULL ? NULL : (size_t *)old - 2;
  meter->calls++;
  meter->bytes -= block == NULL ? 0 : *block + 8;
  if (size == 0) {
    free(block);
    return NULL;
  }
  block = realloc(block, size + 2 * sizeof *block);
  if (block == NULL)
    exit(1);
  *block = size;
  meter->bytes += size + 8;
  return block + 2;
}

typedef struct world {
  dm_context *context;
  memory_meter meter;
  unsigned connections;
  size_t bytes_each;
  dm_policy *sender, *receiver;
  struct flight {
    dm_connection_id connection;
    dm_message_id message;
  } flights[OUTSTANDING];
  unsigned next_flight;
  uint64_t events, answers;
  dm_time now;
} world;

static int on_deliver(void *user, const dm_delivery *delivery) {
  world *w = user;
  w->flights[w->next_flight++ % OUTSTANDING] =
      (struct flight){delivery->connection, delivery->message_id};
  return DM_OK;
}

static int on_policies(void *user, const dm_party *party, dm_policy_list *out) {
  world *w = user;
  dm_policy **policy = party->connection == 0 ? &w->sender : &w->receiver;
  *out = (dm_policy_list){(const dm_policy *const *)policy, 1};
  return DM_OK;
}

static void on_event(void *user, const dm_event *event) {
  ((world *)user)->events += event->outcome == DM_CONFIRMED;
}

static void on_complete(void *user, const dm_result *result) {
  ((world *)user)->answers += result->outcome == DM_CONFIRMED;
}

/* 24 bytes, as long as a serial number with a prefix. */
static void client_id(char out[32], unsigned number) {
  snprintf(out, 32, "device-%017u", number);
}

static void must(bool good, const char *what) {
  if (!good) {
    fprintf(stderr, "bench_core: %s\n", what);
    exit(1);
  }
}

static void world_make(world *w, unsigned connections) {
  *w = (world){.connections = connections};
  dm_memory memory = {&w->meter, metered_resize};
  dm_limits limits = {.size = sizeof limits,
                      .sends_per_second = DM_UNLIMITED,
                      .publishes_per_second = DM_UNLIMITED};
  dm_config config = {.size = sizeof config,
                      .user = w,
                      .memory = &memory,
                      .seed = {42},
                      .region = dm_text("eu-west-1"),
                      .account = dm_text("123456789012"),
                      .deliver = on_deliver,
                      .policies = on_policies,
                      .event = on_event,
                      .limits = &limits};
  must(dm_new(&w->context, &config) == DM_OK, "dm_new");
  must(dm_policy_parse(&w->sender, dm_text(sender_json), 0, NULL, NULL) == DM_OK &&
           dm_policy_parse(&w->receiver, dm_text(receiver_json), 0, NULL, NULL) == DM_OK,
       "policies");
  size_t before = w->meter.bytes;
  for (unsigned i = 0; i < connections; i++) {
    char name[32];
    client_id(name, i);
    dm_connection connection = {.size = sizeof connection,
                                .client_id = dm_text(name),
                                .principal = dm_text("device-certificate-0123"),
                                .protocol_level = 5,
                                .source_ip = dm_text("203.0.113.200"),
                                .target_ip = dm_text("198.51.100.1")};
    dm_connection_id id;
    must(dm_connected(w->context, &connection, 0, &id) == DM_OK, "dm_connected");
  }
  w->bytes_each = (w->meter.bytes - before) / connections;
}

static void world_free(world *w) {
  dm_free(w->context);
  dm_policy_free(w->sender);
  dm_policy_free(w->receiver);
}

/* ---- Measuring ---------------------------------------------------------- */

/* Of this process: what other programs take does not count. */
static uint64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

static void send_one(world *w, const char *target) {
  dm_caller caller = {
      .size = sizeof caller, .principal = {"backend", 7}, .source_ip = {"203.0.113.7", 11}};
  dm_message message = {.size = sizeof message,
                        .client_id = {target, 24},
                        .topic = {"commands/reboot", 15},
                        .payload = {"0123456789abcdef0123456789abcdef", 32},
                        .caller = &caller,
                        .mode = DM_MODE_ACKNOWLEDGED,
                        .complete = on_complete,
                        .user = w};
  must(dm_send(w->context, &message, w->now, NULL) == DM_PENDING, "dm_send");
}

static void acknowledge(world *w, unsigned flight) {
  struct flight *f = &w->flights[flight % OUTSTANDING];
  must(dm_puback(w->context, f->connection, f->message, 0, w->now) == DM_OK, "dm_puback");
}

/* Nanoseconds for one operation with so many messages outstanding all the time. */
static double round_of(world *w, unsigned outstanding, uint64_t *random) {
  char(*targets)[32] = malloc(sizeof *targets * SENDS);
  must(targets != NULL, "memory");
  for (unsigned i = 0; i < SENDS; i++)
    client_id(targets[i], (unsigned)(next_random(random) % w->connections));
  w->next_flight = 0;
  uint64_t start = nanoseconds();
  for (unsigned i = 0; i < SENDS; i++) {
    w->now += i % 64 == 0 ? DM_MILLISECOND : 0;
    send_one(w, targets[i]);
    if (i + 1 >= outstanding)
      acknowledge(w, i + 1 - outstanding);
  }
  for (unsigned i = SENDS - outstanding + 1; i < SENDS; i++)
    acknowledge(w, i);
  uint64_t end = nanoseconds();
  free(targets);
  return (double)(end - start) / SENDS;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values) {
  qsort(values, ROUNDS, sizeof *values, ascending);
  return values[ROUNDS / 2];
}

int main(void) {
  static const unsigned sizes[] = {1000, 10000, 100000, 1000000};
  enum {
    SIZES = sizeof sizes / sizeof *sizes
  };
  static world worlds[SIZES];
  double one[SIZES][ROUNDS], many[SIZES][ROUNDS];
  uint64_t random = 1, allocations[SIZES];

  for (size_t i = 0; i < SIZES; i++) {
    world_make(&worlds[i], sizes[i]);
    round_of(&worlds[i], OUTSTANDING, &random);
    allocations[i] = worlds[i].meter.calls;
  }
  for (size_t round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < SIZES; i++) {
      one[i][round] = round_of(&worlds[i], 1, &random);
      many[i][round] = round_of(&worlds[i], OUTSTANDING, &random);
    }

  printf("confirmed send, both policies, PUBACK, completion; medians of %d rounds of %d\n\n",
         ROUNDS, SENDS);
  printf("%12s %14s %9s %16s %9s %12s %12s\n", "connections", "ns, 1 waiting", "ratio",
         "ns, 200 waiting", "ratio", "bytes each", "allocations");
  double base_one = median(one[0]), base_many = median(many[0]);
  for (size_t i = 0; i < SIZES; i++) {
    world *w = &worlds[i];
    printf("%12u %14.0f %9.2f %16.0f %9.2f %12zu %12llu\n", w->connections, median(one[i]),
           median(one[i]) / base_one, median(many[i]), median(many[i]) / base_many, w->bytes_each,
           (unsigned long long)(w->meter.calls - allocations[i]));
    must(w->answers == w->events && w->answers == (uint64_t)SENDS * (2 * ROUNDS + 1),
         "an answer is missing");
    world_free(w);
  }
  return 0;
}
