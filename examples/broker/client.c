/* One network connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client.h"

#include <stdlib.h>

#include "common/base/client_end.h"
#include "receive.h"
#include "sending.h"
#include "session.h"
#include "session_life.h"

/* How long a client may take to read the last packet and to close its side. */
#define LINGER DM_SECOND

static void on_timer(uv_timer_t *timer);

/* ---- How it ends ------------------------------------------------------------- */

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
  login_forget(client);
  client->session = NULL;
  client->connection = 0;
  if (session != NULL)
    session_detach(client->broker, session);
  if (connection != 0)
    dm_disconnected(client->broker->service->context, connection, reason,
                    broker_now(client->broker));
}

void client_release(struct client *client) {
  if (--client->open_handles != 0)
    return;
  for (size_t i = 0; i < TOPIC_ALIAS_MAXIMUM; i++)
    free((char *)client->aliases[i].ptr);
  bytes_wipe(&client->input);
  outgoing_free(&client->output);
  login_free(&client->login);
  free(client);
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

static void on_shutdown(uv_shutdown_t *request, int status) {
  struct client *client = request->handle->data;
  free(request);
  if (status < 0)
    client_destroy(client);
}

/* Closing a socket while something from the client is unread would make TCP throw away
 * our last packet on its way. So our side ends first; the client's end or the timer
 * follows. */
static void end_our_side(struct client *client) {
  uv_shutdown_t *request = malloc(sizeof *request);
  client->ended = true;
  if (request == NULL || channel_shutdown(request, &client->channel, on_shutdown) != 0) {
    free(request);
    client_destroy(client);
  }
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
  clock_start_timer(&client->timer, on_timer, broker_now(client->broker) + LINGER);
  receive_start(client);
  loop_later(&client->broker->service->loop, &client->task);
  leave(client, reason);
}

void client_close(struct client *client, int reason_code, const char *why) {
  close_in_order(client, reason_code, why, disconnect_reason(reason_code));
}

void client_goodbye(struct client *client) {
  close_in_order(client, WITHOUT_DISCONNECT, "disconnected", DM_DISCONNECT_CLIENT_INITIATED);
}

void client_fail(struct client *client, int reason_code) {
  if (!client->failed || reason_code == WITHOUT_DISCONNECT)
    client->failure = reason_code;
  client->failed = true;
  loop_later(&client->broker->service->loop, &client->task);
}

void client_drained(struct client *client) {
  if (client->session != NULL)
    send_waiting(client->session);
  else if (client->state == CLIENT_CLOSING && !client->ended)
    end_our_side(client);
}

static void on_task(loop_task *task) {
  struct client *client = (struct client *)((char *)task - offsetof(struct client, task));
  if (client->failed && client->failure == WITHOUT_DISCONNECT) {
    client_destroy(client);
    return;
  }
  if (client->failed)
    client_close(client, client->failure, NULL);
  output_flush(client);
}

/* ---- Time -------------------------------------------------------------------- */

/* [MQTT-3.1.2-22] */
static uint64_t keep_alive_end(const struct client *client) {
  return client->keep_alive == 0 ? UINT64_MAX
                                 : client->heard_at + client->keep_alive * DM_SECOND * 3 / 2;
}

void client_schedule(struct client *client) {
  uint64_t due = client->paused ? client->resume_at : keep_alive_end(client);
  if (due == UINT64_MAX)
    uv_timer_stop(&client->timer);
  else
    clock_start_timer(&client->timer, on_timer, due);
}

static void on_timer(uv_timer_t *timer) {
  struct client *client = timer->data;
  if (client->state == CLIENT_CLOSING) {
    client_destroy(client);
    return;
  }
  if (client->state == CLIENT_AWAITING_CONNECT) {
    client_close(client, WITHOUT_DISCONNECT, "no CONNECT in time");
    return;
  }
  uint64_t now = broker_now(client->broker);
  if (client->paused && client->resume_at <= now)
    receive_resume(client);
  else if (!client->paused && keep_alive_end(client) <= now)
    client_close(client, DM_MQTT_KEEP_ALIVE_TIMEOUT, NULL);
  if (client->state == CLIENT_OPEN)
    client_schedule(client);
}

/* ---- How it begins ----------------------------------------------------------- */

bool client_take(tcp_listener *listener) {
  struct broker *broker = listener->owner;
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return false;
  client->broker = broker;
  client->task.run = on_task;
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
  clock_start_timer(&client->timer, on_timer, broker_now(broker) + timeout);
  receive_start(client);
  return true;
}
