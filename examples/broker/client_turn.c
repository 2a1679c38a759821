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

/* All output has been written. */
static void drained(struct client *client) {
  if (client->session != NULL)
    send_waiting(client->session);
  else if (client->state == CLIENT_CLOSING && !client->ended)
    client_end_our_side(client);
}

void client_turn(loop_task *task) {
  struct client *client = (struct client *)((char *)task - offsetof(struct client, task));
  if (client->failed && client->failure == WITHOUT_DISCONNECT) {
    client_destroy(client);
    return;
  }
  if (client->failed)
    client_close(client, client->failure, NULL);
  if (output_flush(client))
    drained(client);
}

/* Silent for too long: in a pause the silence is ours. */
static bool overdue(const struct client *client) {
  return client->state == CLIENT_OPEN && !client->paused &&
         client_keep_alive_end(client) <= broker_now(client->broker);
}

void client_due(uv_timer_t *timer) {
  struct client *client = timer->data;
  if (client->state == CLIENT_CLOSING)
    client_destroy(client);
  else if (client->paused)
    receive_resume(client);
  else if (client->state == CLIENT_AWAITING_CONNECT)
    client_close(client, WITHOUT_DISCONNECT, "no CONNECT in time");
  else if (overdue(client))
    client_close(client, DM_MQTT_KEEP_ALIVE_TIMEOUT, NULL);
  else
    client_schedule(client);
}
