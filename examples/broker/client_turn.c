/* What a client does when its time has come, and at the end of a turn of the loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client_turn.h"

#include "client.h"
#include "client_close.h"
#include "output.h"
#include "receive.h"
#include "sending.h"

static void end_failed(struct client *client) {
  if (client->failure == WITHOUT_DISCONNECT)
    client_destroy(client);
  else
    client_close(client, client->failure, NULL);
}

void client_turn(loop_task *task) {
  struct client *client = (struct client *)((char *)task - offsetof(struct client, task));
  if (client->state == CLIENT_CLOSING)
    client_free(client);
  else if (client->failed)
    end_failed(client);
  else if (output_flush(client) && client->session != NULL)
    send_waiting(client->session);
}

void client_due(lazy_timer *timer) {
  struct client *client = (struct client *)((char *)timer - offsetof(struct client, timer));
  if (client->paused)
    receive_resume(client);
  else if (client->state == CLIENT_AWAITING_CONNECT)
    client_close(client, WITHOUT_DISCONNECT, "no CONNECT in time");
  else
    client_close(client, DM_MQTT_KEEP_ALIVE_TIMEOUT, NULL);
}
