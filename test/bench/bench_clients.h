/* The clients of the load generator, and the messages that they send: one sender for each
 * way that a message can take.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_BENCH_CLIENTS_H
#define TEST_BENCH_BENCH_CLIENTS_H

#include "flow.h"
#include "hosts.h"
#include "bench_caller.h"
#include "mqtt_client.h"

enum {
  CLIENTS_DEVICES = 1000,
  CLIENTS_PUBLISHERS = 100,
  CLIENTS_CALLERS = 8,
  CLIENTS_PAYLOAD = 100
};

typedef struct clients {
  loop loop;
  flow flow; /* measures the programs of all ways */
  mqtt_client *devices[HOSTS_WAYS];
  unsigned counts[HOSTS_WAYS];
  mqtt_client backends[HOSTS_WAYS];
  http_caller callers[CLIENTS_CALLERS];
} clients;

/* Connects so many devices each way, and a backend. */
void clients_open(clients *c, const hosts *h, const unsigned counts[HOSTS_WAYS]);
void clients_close(clients *c);

/* For flow_run(): one of the first CLIENTS_PUBLISHERS devices publishes, the backend receives. */
typedef struct clients_upward {
  clients *clients;
  hosts_way devices, backend; /* are connected this way */
  uint8_t qos;
} clients_upward;
flow_send clients_send_upward; /* `user` is a clients_upward */

/* For flow_run(), from the backend to the devices in turn; `user` is the clients. */
flow_send clients_send_direct;  /* by HTTP through the sidecar; has arrived with the answer */
flow_send clients_send_request; /* by mosquitto; has arrived with the answer on another topic */
flow_send clients_send_plain;   /* by mosquitto; has arrived when the device has it */

#endif
