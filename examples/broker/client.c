/* One network connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client.h"

#include <stdlib.h>

#include "password_check.h"

void client_fail(struct client *client, int reason_code) {
  if (!client->failed || reason_code == WITHOUT_DISCONNECT)
    client->failure = reason_code;
  client->failed = true;
  loop_later(&client->broker->service->loop, &client->task);
}

uint64_t client_keep_alive_end(const struct client *client) {
  return client->keep_alive == 0 ? UINT64_MAX
                                 : client->heard_at + client->keep_alive * DM_SECOND * 3 / 2;
}

void client_schedule(struct client *client) {
  uint64_t due = client->paused ? client->resume_at : client_keep_alive_end(client);
  if (due == UINT64_MAX)
    uv_timer_stop(&client->timer);
  else
    clock_start_timer(&client->timer, client->timer.timer_cb, due);
}

void client_pause(struct client *client, uint64_t until) {
  if (!client->paused)
    channel_read_stop(&client->channel);
  client->paused = true;
  client->resume_at = until;
  client_schedule(client);
}

void client_release(struct client *client) {
  if (--client->open_handles != 0)
    return;
  for (size_t i = 0; i < TOPIC_ALIAS_MAXIMUM; i++)
    free((char *)client->aliases[i].ptr);
  bytes_wipe(&client->input);
  outgoing_free(&client->output);
  certificate_free(client->certificate);
  free(client->principal);
  free(client);
}
