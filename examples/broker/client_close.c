/* How a connection ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "client_close.h"

#include "client.h"
#include "common/base/client_end.h"
#include "output.h"
#include "password_check.h"
#include "session.h"
#include "session_life.h"

/* Only time counts: nobody knows what a client was about to send. */
static const orderly_limits last_bytes = {
    .time = DM_SECOND, .pause = DM_NEVER, .bytes = UINT64_MAX};

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

/* What follows may ask who is connected, and may not close it once more. */
static void leave(struct client *client, int reason) {
  struct session *session = client->session;
  dm_connection_id connection = client->connection;
  client->state = CLIENT_CLOSING;
  client->broker->client_count--;
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

void client_destroy(struct client *client) {
  if (client->state != CLIENT_CLOSING) {
    stream_tls tls;
    stream_describe_tls(client->stream, &tls);
    log_end(client, WITHOUT_DISCONNECT, tls.problem);
    leave(client, DM_DISCONNECT_CONNECTION_LOST);
    stream_close(client->stream);
  }
  client_free(client);
}

/* The client itself is released at the end of the turn, when nobody looks at it any more. */
static void close_in_order(struct client *client, int reason_code, const char *why, int reason) {
  if (client->state == CLIENT_CLOSING)
    return;
  log_end(client, reason_code, why);
  if (client->state == CLIENT_OPEN && client->level == DM_MQTT_LEVEL_5 &&
      reason_code != WITHOUT_DISCONNECT) {
    dm_mqtt_packet disconnect = {.type = DM_MQTT_DISCONNECT, .reason_code = (uint8_t)reason_code};
    output_send_reason(client, &disconnect, why);
  }
  leave(client, reason);
  lazy_timer_close(&client->timer);
  orderly_close(&client->broker->closing, &client->output, false, &last_bytes);
  client->stream = NULL;
  loop_later(&client->broker->service->loop, &client->task);
}

void client_close(struct client *client, int reason_code, const char *why) {
  close_in_order(client, reason_code, why, disconnect_reason(reason_code));
}

void client_goodbye(struct client *client) {
  close_in_order(client, WITHOUT_DISCONNECT, "disconnected", DM_DISCONNECT_CLIENT_INITIATED);
}
