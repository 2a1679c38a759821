/* The clients of the load generator.
 *
 * Topics: dev/N/req and dev/N/res for requests and responses; up/WAY/N for what devices
 * send to the backend that is connected that way. The first bytes of a payload are the slot of its
 * flow, and what a device has to do when it receives it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_clients.h"

#include <stdio.h>
#include <stdlib.h>

#include "fail.h"

enum {
  AT_ONCE = 100, /* connections that are being made */
  TEXT_SIZE = 96
};

typedef enum duty {
  DUTY_NOTHING, /* but the PUBACK */
  DUTY_REPORT,  /* it has arrived */
  DUTY_RESPOND  /* publish the same to the response topic */
} duty;

static clients *all;

static dm_span payload_of(unsigned slot, duty d) {
  static char payload[CLIENTS_PAYLOAD];
  memcpy(payload, &slot, sizeof slot);
  payload[sizeof slot] = (char)d;
  return dm_bytes(payload, sizeof payload);
}

static unsigned slot_of(dm_span payload) {
  unsigned slot;
  must(payload.len == CLIENTS_PAYLOAD, "a payload has changed");
  memcpy(&slot, payload.ptr, sizeof slot);
  return slot;
}

/* ---- Receiving ------------------------------------------------------------------ */

static void backend_received(mqtt_client *client, const dm_mqtt_publish *publish) {
  (void)client;
  flow_arrived(&all->flow, slot_of(publish->payload));
}

static void device_received(mqtt_client *client, const dm_mqtt_publish *publish) {
  unsigned slot = slot_of(publish->payload);
  char topic[TEXT_SIZE];
  switch ((duty)publish->payload.ptr[sizeof slot]) {
  case DUTY_NOTHING:
    break;
  case DUTY_REPORT:
    flow_arrived(&all->flow, slot);
    break;
  case DUTY_RESPOND:
    snprintf(topic, sizeof topic, "dev/%u/res", client->number);
    mqtt_client_publish(client, 1, dm_text(topic), publish->payload);
    break;
  }
}

static void caller_answered(http_caller *caller, uint64_t ticket) {
  (void)caller;
  flow_arrived(&all->flow, (unsigned)ticket);
}

/* ---- Sending -------------------------------------------------------------------- */

static const char *const way_names[HOSTS_WAYS] = {"straight", "piped", "relayed", "locally"};

void clients_send_upward(void *user, unsigned slot, unsigned turn) {
  const clients_upward *u = user;
  unsigned number = turn % CLIENTS_PUBLISHERS;
  char topic[TEXT_SIZE];
  snprintf(topic, sizeof topic, "up/%s/%u", way_names[u->backend], number);
  mqtt_client_publish(&u->clients->devices[u->devices][number], u->qos, dm_text(topic),
                      payload_of(slot, DUTY_NOTHING));
}

void clients_send_direct(void *user, unsigned slot, unsigned turn) {
  clients *c = user;
  unsigned number = turn % c->counts[HOSTS_SIDECAR];
  char target[TEXT_SIZE];
  snprintf(target, sizeof target,
           "/connections/relayed-%u/messages?topic=dev%%2F%u%%2Freq&confirmation=true", number,
           number);
  http_caller_post(&c->callers[slot % CLIENTS_CALLERS], target, payload_of(slot, DUTY_NOTHING),
                   slot);
}

static void send_command(clients *c, unsigned slot, unsigned turn, duty d) {
  char topic[TEXT_SIZE];
  snprintf(topic, sizeof topic, "dev/%u/req", turn % c->counts[HOSTS_STRAIGHT]);
  mqtt_client_publish(&c->backends[HOSTS_STRAIGHT], 1, dm_text(topic), payload_of(slot, d));
}

void clients_send_request(void *user, unsigned slot, unsigned turn) {
  send_command(user, slot, turn, DUTY_RESPOND);
}

void clients_send_plain(void *user, unsigned slot, unsigned turn) {
  send_command(user, slot, turn, DUTY_REPORT);
}

/* ---- Opening and closing -------------------------------------------------------- */

static void await(clients *c, const mqtt_client *client) {
  uint64_t until = loop_now() + 10000000000u;
  while (client->waits > 0 && loop_now() < until)
    loop_turn(&c->loop, until);
  must(client->waits == 0, "a program under test does not answer");
}

static void open_devices(clients *c, hosts_way way, uint16_t port) {
  mqtt_client *devices = calloc(c->counts[way] + 1, sizeof *devices);
  must(devices != NULL, "memory");
  c->devices[way] = devices;
  for (unsigned i = 0; i < c->counts[way]; i++) {
    char text[TEXT_SIZE];
    devices[i].number = i;
    devices[i].received = device_received;
    snprintf(text, sizeof text, "%s-%u", way_names[way], i);
    mqtt_client_open(&devices[i], &c->loop, port, text);
    snprintf(text, sizeof text, "dev/%u/req", i);
    if (way == HOSTS_STRAIGHT)
      mqtt_client_subscribe(&devices[i], text);
    if (i >= AT_ONCE)
      await(c, &devices[i - AT_ONCE]);
  }
  for (unsigned i = 0; i < c->counts[way]; i++)
    await(c, &devices[i]);
}

static void open_backend(clients *c, hosts_way way, uint16_t port) {
  mqtt_client *backend = &c->backends[way];
  char text[TEXT_SIZE];
  backend->received = backend_received;
  snprintf(text, sizeof text, "%s-backend", way_names[way]);
  mqtt_client_open(backend, &c->loop, port, text);
  snprintf(text, sizeof text, "up/%s/+", way_names[way]);
  mqtt_client_subscribe(backend, text);
  if (way == HOSTS_STRAIGHT)
    mqtt_client_subscribe(backend, "dev/+/res");
  await(c, backend);
}

void clients_open(clients *c, const hosts *h, const unsigned counts[HOSTS_WAYS]) {
  *c = (clients){.flow.loop = &c->loop};
  all = c;
  loop_open(&c->loop);
  for (hosts_way way = 0; way < HOSTS_WAYS; way++) {
    c->counts[way] = counts[way];
    c->flow.programs[way] = &h->programs[way];
    open_devices(c, way, h->ports[way]);
    open_backend(c, way, h->ports[way]);
  }
  for (size_t i = 0; i < CLIENTS_CALLERS; i++) {
    c->callers[i].answered = caller_answered;
    http_caller_open(&c->callers[i], &c->loop, h->http_port);
  }
}

void clients_close(clients *c) {
  for (hosts_way way = 0; way < HOSTS_WAYS; way++) {
    for (unsigned i = 0; i < c->counts[way]; i++)
      channel_close(&c->devices[way][i].channel);
    free(c->devices[way]);
    channel_close(&c->backends[way].channel);
  }
  for (size_t i = 0; i < CLIENTS_CALLERS; i++)
    channel_close(&c->callers[i].channel);
  free(c->flow.latencies);
  loop_close(&c->loop);
}
