/* Taking in the connections of clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client_accept.h"

#include <stdlib.h>

#include "client.h"
#include "client_close.h"
#include "client_turn.h"
#include "output.h"
#include "receive.h"

bool client_accept(tcp_listener *listener) {
  struct broker *broker = listener->owner;
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return false;
  client->broker = broker;
  client->task.run = client_turn;
  client->maximum_packet_size = UINT32_MAX;
  client->problem_information = true;
  bool accepted = channel_accept(listener, &client->channel);
  client->channel.socket.data = client;
  output_open(client);
  uv_timer_init(&broker->service->loop.uv, &client->timer);
  client->timer.data = client;
  client->open_handles = 2;
  LIST_INSERT_HEAD(&broker->clients, client, link);
  broker->client_count++;

  if (!accepted || broker->client_count > broker->settings->max_connections) {
    client_destroy(client);
    return true;
  }
  client->remote = tcp_remote(&client->channel.socket);
  /* For those who vanish without keep-alive. */
  tcp_keep_alive(&client->channel.socket);
  dm_duration timeout = broker->settings->connect_timeout_seconds * DM_SECOND;
  clock_start_timer(&client->timer, client_due, broker_now(broker) + timeout);
  receive_start(client);
  return true;
}
