/* Taking in the connections of clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client_accept.h"

#include <stdlib.h>

#include "client.h"
#include "client_close.h"
#include "client_turn.h"
#include "common/net/socket_options.h"
#include "output.h"
#include "receive.h"

static const stream_events events = {
    .read = receive_bytes, .ended = receive_end, .written = output_written};

static struct client *make(struct broker *broker) {
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return NULL;
  client->broker = broker;
  client->task.run = client_turn;
  client->maximum_packet_size = UINT32_MAX;
  client->problem_information = true;
  lazy_timer_open(&client->timer, &broker->service->loop.timers, client_due);
  LIST_INSERT_HEAD(&broker->clients, client, link);
  return client;
}

static void begin(struct client *client) {
  struct broker *broker = client->broker;
  broker->client_count++;
  stream_own(client->stream, &events, client);
  client->output.stream = client->stream;
  client->remote = stream_remote(client->stream);
  if (broker->client_count + broker->closing.count > broker->settings->max_connections) {
    client_destroy(client);
    return;
  }
  /* For those who vanish without keep-alive. */
  stream_keep_alive(client->stream);
  lazy_timer_set(&client->timer,
                 broker_now(broker) + broker->settings->connect_timeout_seconds * DM_SECOND);
  receive_start(client);
}

bool client_accept(listener *l) {
  struct client *client = make(l->owner);
  if (client == NULL)
    return false;
  bool taken = listener_accept(l, &client->stream);
  if (client->stream != NULL)
    begin(client);
  else
    client_free(client);
  return taken;
}
