/* One network connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client.h"

#include <stdlib.h>

void client_fail(struct client *client, int reason_code) {
  if (!client->failed || reason_code == WITHOUT_DISCONNECT)
    client->failure = reason_code;
  client->failed = true;
  loop_later(&client->broker->service->loop, &client->task);
}

/* [MQTT-3.1.2-22] */
void client_heard(struct client *client) {
  if (client->state == CLIENT_OPEN && client->keep_alive != 0)
    lazy_timer_set(&client->timer,
                   broker_now(client->broker) + client->keep_alive * DM_SECOND * 3 / 2);
}

void client_pause(struct client *client, dm_time until) {
  client->paused = true;
  stream_pause(client->stream);
  lazy_timer_set(&client->timer, until);
}

void client_free(struct client *client) {
  LIST_REMOVE(client, link);
  loop_forget(&client->task);
  lazy_timer_close(&client->timer);
  for (size_t i = 0; i < TOPIC_ALIAS_MAXIMUM; i++)
    free((char *)client->aliases[i].ptr);
  bytes_wipe(&client->input);
  writer_discard(&client->output);
  certificate_free(client->certificate);
  free(client->principal);
  free(client);
}
