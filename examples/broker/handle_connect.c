/* CONNECT.
 *
 * SPDX-License-Identifier: MIT
 */
#include "handle_connect.h"

#include "client.h"
#include "client_close.h"
#include "login.h"
#include "output.h"
#include "common/base/random.h"
#include "sending.h"
#include "session.h"
#include "session_life.h"

/* "dm-" and 128 random bits. */
#define ASSIGNED_SIZE (3 + 32)

/* ---- What it says ------------------------------------------------------------ */

/* What cannot be granted, as the reason code to refuse it with; 0: all can. */
static int find_refusal(const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  if (connect->level < DM_MQTT_LEVEL_5) {
    /* An old client cannot be told that it gets no QoS 2 and no retained messages: its
     * will is published without. */
    bool nameless = connect->client_id.len == 0;
    bool allowed = connect->clean_start && connect->level == DM_MQTT_LEVEL_3_1_1;
    return nameless && !allowed ? DM_MQTT_CLIENT_IDENTIFIER_NOT_VALID : 0;
  }
  if (dm_mqtt_has(&packet->properties, DM_MQTT_AUTHENTICATION_METHOD))
    return DM_MQTT_BAD_AUTHENTICATION_METHOD;
  if (connect->has_will && connect->will.qos > 1)
    return DM_MQTT_QOS_NOT_SUPPORTED;
  if (connect->has_will && connect->will.retain)
    return DM_MQTT_RETAIN_NOT_SUPPORTED;
  return 0;
}

static uint32_t session_expiry(const struct broker *broker, const dm_mqtt_packet *packet) {
  if (packet->connect.level < DM_MQTT_LEVEL_5)
    return packet->connect.clean_start ? 0 : broker->settings->session_expiry_seconds;
  return session_granted_expiry(broker->settings, packet->properties.session_expiry_interval);
}

static uint16_t granted_keep_alive(const struct broker *broker, const dm_mqtt_packet *packet) {
  uint16_t wanted = packet->connect.keep_alive;
  uint32_t most = broker->settings->max_keep_alive_seconds;
  bool told = packet->connect.level == DM_MQTT_LEVEL_5;
  if (!told || most == 0 || (wanted != 0 && wanted <= most))
    return wanted;
  return (uint16_t)most;
}

static void take_limits(struct client *client, const dm_mqtt_packet *packet) {
  const dm_mqtt_properties *properties = &packet->properties;
  client->keep_alive = granted_keep_alive(client->broker, packet);
  client->bridge = packet->connect.bridge != 0;
  client->receive_maximum = UINT16_MAX;
  if (dm_mqtt_has(properties, DM_MQTT_RECEIVE_MAXIMUM))
    client->receive_maximum = properties->receive_maximum;
  if (dm_mqtt_has(properties, DM_MQTT_MAXIMUM_PACKET_SIZE))
    client->maximum_packet_size = properties->maximum_packet_size;
  if (dm_mqtt_has(properties, DM_MQTT_REQUEST_PROBLEM_INFORMATION))
    client->problem_information = properties->request_problem_information != 0;
}

static bool assign_client_id(char out[ASSIGNED_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char random[16];
  if (!random_fill(random, sizeof random))
    return false;
  memcpy(out, "dm-", 3);
  for (size_t i = 0; i < sizeof random; i++) {
    out[3 + 2 * i] = digits[random[i] >> 4];
    out[4 + 2 * i] = digits[random[i] & 15];
  }
  return true;
}

/* ---- Session and registry ---------------------------------------------------- */

/* The session that this CONNECT begins or takes up, MQTT 5 section 3.1.2.4. */
static struct session *choose_session(struct broker *broker, dm_span client_id, bool clean_start,
                                      bool *present) {
  struct session *session = sessions_find(&broker->sessions, client_id);
  if (session != NULL && session->client != NULL) {
    client_close(session->client, DM_MQTT_SESSION_TAKEN_OVER, NULL); /* [MQTT-3.1.4-3] */
    session = sessions_find(&broker->sessions, client_id);
  }
  if (session != NULL && clean_start) {
    session_end(broker, session);
    session = NULL;
  }
  *present = session != NULL;
  return session != NULL ? session : sessions_add(&broker->sessions, client_id);
}

/* Tells libdm who is here. Returns 0 or the reason code to refuse with. A client whose
 * identifier no direct message could name is served without. */
static int enroll(struct client *client, dm_connection_id *out) {
  const struct session *session = client->session;
  endpoint local = stream_local(client->stream);
  dm_connection connection = {
      .size = sizeof connection,
      .user = client,
      .client_id = session->client_id,
      .principal = dm_text(client->principal),
      .protocol_level = client->level,
      .persistent = session->expiry_interval != 0,
      .keep_alive = client->keep_alive,
      .session_expiry = session->expiry_interval,
      .receive_maximum = client->receive_maximum,
      .maximum_packet_size =
          client->maximum_packet_size == UINT32_MAX ? 0 : client->maximum_packet_size,
      .source_ip = dm_text(client->remote.ip),
      .target_ip = dm_text(local.ip),
      .source_port = client->remote.port,
      .target_port = local.port,
      .thing_name = login_thing(client),
  };
  dm_context *context = client->broker->service->context;
  switch (dm_connected(context, &connection, broker_now(client->broker), out)) {
  case DM_OK:
  case DM_MALFORMED_CLIENTID:
    return 0;
  case DM_ERROR_LIMIT:
    return DM_MQTT_QUOTA_EXCEEDED;
  default:
    return DM_MQTT_SERVER_UNAVAILABLE;
  }
}

/* Gives the client its session. Returns 0 or the reason code to refuse with. */
static int join(struct client *client, const dm_mqtt_packet *packet, dm_span client_id,
                bool *present) {
  struct broker *broker = client->broker;
  struct will will;
  if (!will_take(&will, &packet->connect))
    return DM_MQTT_SERVER_BUSY;
  struct session *session = choose_session(broker, client_id, packet->connect.clean_start, present);
  if (session == NULL) {
    will_discard(&will);
    return DM_MQTT_SERVER_BUSY;
  }
  session_attach(session, client);
  session->expiry_interval = session_expiry(broker, packet);
  client->session = session;
  int refusal = enroll(client, &client->connection);
  if (refusal != 0) {
    will_discard(&will);
    if (!*present)
      session->expiry_interval = 0;
    return refusal;
  }
  session->will = will;
  return 0;
}

/* ---- CONNACK ----------------------------------------------------------------- */

static void refuse(struct client *client, int reason_code, const char *why) {
  dm_mqtt_packet connack = {.type = DM_MQTT_CONNACK, .reason_code = (uint8_t)reason_code};
  bool unknown_version = client->level == 0;
  if (unknown_version && reason_code == DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION)
    client->level = DM_MQTT_LEVEL_3_1_1;
  if (client->level == DM_MQTT_LEVEL_5 ||
      (client->level != 0 && dm_mqtt_connack_return_code((uint8_t)reason_code) >= 0))
    output_send_reason(client, &connack, why);
  client_close(client, WITHOUT_DISCONNECT,
               why != NULL ? why : dm_mqtt_reason_text((uint8_t)reason_code));
}

static void announce(dm_mqtt_properties *properties, const struct client *client,
                     const dm_mqtt_packet *connect, bool assigned) {
  const struct session *session = client->session;
  properties->maximum_qos = 1;
  dm_mqtt_set(properties, DM_MQTT_MAXIMUM_QOS);
  dm_mqtt_set(properties, DM_MQTT_RETAIN_AVAILABLE);
  dm_mqtt_set(properties, DM_MQTT_SHARED_SUBSCRIPTION_AVAILABLE);
  properties->topic_alias_maximum = TOPIC_ALIAS_MAXIMUM;
  dm_mqtt_set(properties, DM_MQTT_TOPIC_ALIAS_MAXIMUM);
  properties->maximum_packet_size = client->broker->settings->max_packet_size;
  dm_mqtt_set(properties, DM_MQTT_MAXIMUM_PACKET_SIZE);
  if (assigned) {
    properties->assigned_client_identifier = session->client_id;
    dm_mqtt_set(properties, DM_MQTT_ASSIGNED_CLIENT_IDENTIFIER);
  }
  if (session->expiry_interval != connect->properties.session_expiry_interval) {
    properties->session_expiry_interval = session->expiry_interval;
    dm_mqtt_set(properties, DM_MQTT_SESSION_EXPIRY_INTERVAL);
  }
  if (client->keep_alive != connect->connect.keep_alive) {
    properties->server_keep_alive = client->keep_alive;
    dm_mqtt_set(properties, DM_MQTT_SERVER_KEEP_ALIVE);
  }
}

static void welcome(struct client *client, const dm_mqtt_packet *connect, bool present,
                    bool assigned) {
  dm_mqtt_packet connack = {.type = DM_MQTT_CONNACK};
  connack.connack.session_present = present;
  announce(&connack.properties, client, connect, assigned);
  client->state = CLIENT_OPEN;
  output_send(client, &connack);
  if (client->failed)
    client_fail(client, WITHOUT_DISCONNECT); /* [MQTT-3.14.0-1] */
  client_heard(client);
  send_waiting(client->session);
}

/* ---- Handlers ---------------------------------------------------------------- */

void handle_connect(struct client *client, const dm_mqtt_packet *packet, int refusal) {
  client->level = packet->connect.level;
  if (refusal != 0) {
    refuse(client, refusal, packet->problem);
    return;
  }
  take_limits(client, packet);
  refusal = find_refusal(packet);
  if (refusal == 0)
    refusal = login_judge(client, packet);
  if (refusal == LOGIN_WAITS)
    return;

  char text[ASSIGNED_SIZE];
  dm_span client_id = packet->connect.client_id;
  bool assigned = client_id.len == 0;
  bool present = false;
  if (refusal == 0 && assigned) {
    refusal = assign_client_id(text) ? 0 : DM_MQTT_SERVER_UNAVAILABLE;
    client_id = dm_bytes(text, sizeof text);
  }
  if (refusal == 0)
    refusal = login_judge_client_id(client, client_id);
  if (refusal == 0)
    refusal = join(client, packet, client_id, &present);
  if (refusal == 0)
    welcome(client, packet, present, assigned);
  else
    refuse(client, refusal, NULL);
}
