/* How a connection ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client_close.h"

#include <stdlib.h>

#include "client.h"
#include "common/base/client_end.h"
#include "output.h"
#include "password_check.h"
#include "session.h"
#include "session_life.h"

/* How long a client may take to read the last packet and to close its side. */
#define LINGER DM_SECOND

static void log_end(const struct client *client, int reason_code, const char *why) {
  if (!client->broker->settings->log_clients)
    return;
  dm_span id = client->session == NULL ? dm_text("") : client->session->client_id;
  if (why == NULL)
    why = reason_code == WITHOUT_DISCONNECT ? "connection lost"
                                            : dm_mqtt_reason_text((uint8_t)reason_code);
  problem line;
  client_end_text(&line, id, client->remote.ip, client->remote.port, why);
  service_say(client->broker->service, "%s", line.text);
}

/* The word for it where nobody has said more precisely what ends the connection. */
static int disconnect_reason(int reason_code) {
  switch (reason_code) {
  case WITHOUT_DISCONNECT:
    return DM_DISCONNECT_CONNECTION_LOST;
  case DM_MQTT_SESSION_TAKEN_OVER:
    return DM_DISCONNECT_DUPLICATE_CLIENTID;
  case DM_MQTT_KEEP_ALIVE_TIMEOUT:
    return DM_DISCONNECT_MQTT_KEEP_ALIVE_TIMEOUT;
  case DM_MQTT_SERVER_SHUTTING_DOWN:
    return DM_DISCONNECT_SERVER_INITIATED;
  case DM_MQTT_ADMINISTRATIVE_ACTION:
    return DM_DISCONNECT_API_INITIATED;
  case DM_MQTT_QUOTA_EXCEEDED:
    return DM_DISCONNECT_THROTTLED;
  case DM_MQTT_UNSPECIFIED_ERROR:
  case DM_MQTT_SERVER_BUSY:
  case DM_MQTT_SERVER_UNAVAILABLE:
    return DM_DISCONNECT_SERVER_ERROR;
  default:
    return DM_DISCONNECT_CLIENT_ERROR;
  }
}

/* Out of its session first: what follows may ask who is connected. */
static void leave(struct client *client, int reason) {
  struct session *session = client->session;
  dm_connection_id connection = client->connection;
  password_check_free(client->password);
  client->password = NULL;
  client->session = NULL;
  client->connection = 0;
  if (session != NULL)
    session_detach(client->broker, session);
  if (connection != 0)
    dm_disconnected(client->broker->service->context, connection, reason,
                    broker_now(client->broker));
}

static void on_closed(uv_handle_t *handle) {
  client_release(handle->data);
}

void client_destroy(struct client *client) {
  if (uv_is_closing((uv_handle_t *)&client->channel.socket))
    return;
  if (client->state != CLIENT_CLOSING)
    log_end(client, WITHOUT_DISCONNECT, channel_problem(&client->channel));
  client->state = CLIENT_CLOSING;
  LIST_REMOVE(client, link);
  client->broker->client_count--;
  loop_forget(&client->task);
  channel_close(&client->channel, on_closed);
  uv_close((uv_handle_t *)&client->timer, on_closed);
  leave(client, DM_DISCONNECT_CONNECTION_LOST);
}

/* ---- In order ---------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status) {
  struct client *client = request->handle->data;
  free(request);
  if (status < 0)
    client_destroy(client);
}

/* Closing a socket while something from the client is unread would make TCP throw away
 * our last packet on its way. So our side ends first; the client's end or the timer
 * follows. */
void client_end_our_side(struct client *client) {
  uv_shutdown_t *request = malloc(sizeof *request);
  client->ended = true;
  if (request == NULL || channel_shutdown(request, &client->channel, on_shutdown) != 0) {
    free(request);
    client_destroy(client);
  }
}

static void on_dropped(uv_stream_t *from, ssize_t len, const uv_buf_t *buffer) {
  (void)buffer;
  if (len < 0)
    client_destroy(from->data);
}

static void drop_input(struct client *client) {
  channel_read_stop(&client->channel);
  if (channel_read_start(&client->channel, service_read_buffer, on_dropped) != 0)
    client_fail(client, WITHOUT_DISCONNECT);
}

static void close_in_order(struct client *client, int reason_code, const char *why, int reason) {
  if (client->state == CLIENT_CLOSING)
    return;
  log_end(client, reason_code, why);
  if (client->state == CLIENT_OPEN && client->level == DM_MQTT_LEVEL_5 &&
      reason_code != WITHOUT_DISCONNECT) {
    dm_mqtt_packet disconnect = {.type = DM_MQTT_DISCONNECT, .reason_code = (uint8_t)reason_code};
    output_send_reason(client, &disconnect, why);
  }
  client->state = CLIENT_CLOSING;
  client->paused = false;
  clock_start_timer(&client->timer, client->timer.timer_cb, broker_now(client->broker) + LINGER);
  drop_input(client);
  loop_later(&client->broker->service->loop, &client->task);
  leave(client, reason);
}

void client_close(struct client *client, int reason_code, const char *why) {
  close_in_order(client, reason_code, why, disconnect_reason(reason_code));
}

void client_goodbye(struct client *client) {
  close_in_order(client, WITHOUT_DISCONNECT, "disconnected", DM_DISCONNECT_CLIENT_INITIATED);
}
