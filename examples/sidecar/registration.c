/* Joins a link's relay to libdm's core.
 *
 * SPDX-License-Identifier: MIT
 */
#include "registration.h"

#include "broker_reason.h"
#include "common/net/socket_options.h"
#include "link_client_id.h"

/* ---- Who is connected ----------------------------------------------------------------------- */

/* Who it is, by its certificate or its user name: the broker, which has let it in, has judged
 * the password. NULL: nobody that the configuration knows. */
static const principal *principal_of(struct link *link, dm_span user_name) {
  const principals *all = &link->sidecar->service->access.principals;
  const principal *who = principals_with_certificate(all, link->certificate);
  return who != NULL ? who : principals_with_user_name(all, user_name);
}

/* A device that cannot be registered is served without. */
static void register_device(struct link *link, const dm_relay_connection *from,
                            const principal *who) {
  struct sidecar *sidecar = link->sidecar;
  endpoint local = stream_local(link->device.writer.stream);
  dm_connection connection = {
      .size = sizeof connection,
      .user = link,
      .client_id = link->client_id,
      .principal = dm_text(who == NULL ? ANONYMOUS : who->name),
      .protocol_level = from->protocol_level,
      .persistent = from->persistent,
      .keep_alive = from->keep_alive,
      .session_expiry = from->session_expiry,
      .receive_maximum = from->receive_maximum,
      .maximum_packet_size = from->maximum_packet_size,
      .source_ip = dm_text(link->remote.ip),
      .target_ip = dm_text(local.ip),
      .source_port = link->remote.port,
      .target_port = local.port,
      .thing_name = dm_text(who == NULL ? NULL : who->thing_name),
  };
  int result =
      dm_connected(sidecar->service->context, &connection, sidecar_now(sidecar), &link->connection);
  if (result != DM_OK && result != DM_MALFORMED_CLIENTID)
    sidecar_warn(sidecar, &sidecar->unregistered, "a device cannot be sent messages",
                 dm_strerror(result));
}

static dm_span client_id_of(const struct link *link, const dm_relay_connection *connection) {
  dm_span user_name = connection->connect->connect.user_name;
  if (link->sidecar->settings->user_name_as_client_id && user_name.ptr != NULL)
    return user_name;
  return connection->client_id;
}

static certificate *certificate_of(const struct link *link) {
  stream_tls tls;
  stream_describe_tls(link->device.writer.stream, &tls);
  return certificate_new(tls.certificate);
}

void registration_connected(void *user, const dm_relay_connection *connection) {
  struct link *link = user;
  link->session_expiry = connection->session_expiry;
  link->protocol_level = connection->protocol_level;
  link->certificate = certificate_of(link);
  const principal *who = principal_of(link, connection->connect->connect.user_name);
  dm_span client_id = client_id_of(link, connection);
  if (!principals_allow(&link->sidecar->service->access.principals, who, client_id)) {
    sidecar_warn(link->sidecar, &link->sidecar->unregistered, "a device cannot be sent messages",
                 "it may not have its client ID");
    return;
  }
  if (link_take_client_id(link, client_id, connection->session_present))
    register_device(link, connection, who);
}

/* The PUBACK that stays here would have carried TCP's acknowledgement of what the broker sent.
 * A broker with Nagle's algorithm on waits for that before it sends more, and the system would
 * let it wait for 40 ms. */
static void acknowledge_to_broker(struct link *link) {
  if (link->acknowledgement_due)
    stream_acknowledge(link->broker.writer.stream);
  link->acknowledgement_due = false;
}

void registration_acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  struct link *link = user;
  struct sidecar *sidecar = link->sidecar;
  acknowledge_to_broker(link);
  if (reason_code == DM_MQTT_PROTOCOL_ERROR) /* no PUBACK says so: the relay ends it */
    link->disconnect_reason = DM_DISCONNECT_CLIENT_ERROR;
  dm_puback(sidecar->service->context, link->connection, message, reason_code,
            sidecar_now(sidecar));
}

void registration_follow_subscriptions(void *user, const dm_mqtt_packet *packet) {
  struct link *link = user;
  subscriptions_follow(&link->subscriptions, packet, link->sidecar->settings->max_subscriptions);
}

/* It is connected all the same, and GetConnection shall know; what the broker makes of its user
 * name is not known. */
static void register_unread(struct link *link, dm_span client_id) {
  const dm_relay_connection connection = {.client_id = client_id,
                                          .protocol_level = DM_MQTT_LEVEL_3_1_1};
  const principals *all = &link->sidecar->service->access.principals;
  link->certificate = certificate_of(link);
  const principal *who = principals_with_certificate(all, link->certificate);
  if (!link->sidecar->settings->user_name_as_client_id && principals_allow(all, who, client_id) &&
      link_take_client_id(link, client_id, false))
    register_device(link, &connection, who);
}

void registration_unfollowed(void *user, dm_span client_id, const char *why) {
  struct link *link = user;
  if (link->connection == 0 && client_id.len != 0)
    register_unread(link, client_id);
  subscriptions_miss(&link->subscriptions, why);
  sidecar_warn(link->sidecar, &link->sidecar->unfollowed,
               "a connection is passed on unseen, its device cannot be sent messages", why);
}

/* ---- The end of it --------------------------------------------------------------------- */

void registration_dismissed(void *user, const dm_mqtt_packet *disconnect) {
  struct link *link = user;
  link->disconnect_reason = broker_reason(disconnect->reason_code);
}

/* Why it ends, where nobody said it before. */
static int reason_of(const struct link *link, const dm_mqtt_packet *disconnect) {
  if (link->disconnect_reason != DM_DISCONNECT_CONNECTION_LOST)
    return link->disconnect_reason;
  if (disconnect != NULL)
    return DM_DISCONNECT_CLIENT_INITIATED;
  switch (link->broker.state) {
  case SIDE_END_OF_STREAM:
  case SIDE_CLOSED:
    return DM_DISCONNECT_SERVER_INITIATED;
  case SIDE_HALF_CLOSED:
    return DM_DISCONNECT_SERVER_ERROR;
  default:
    return DM_DISCONNECT_CONNECTION_LOST;
  }
}

/* Only a session that outlives its connection may be told another end by DISCONNECT (MQTT 5
 * section 3.14.2.2.2). */
static void note_disconnect(struct link *link, const dm_mqtt_packet *disconnect) {
  link->disconnected = true;
  if (link->session_expiry != 0 &&
      dm_mqtt_has(&disconnect->properties, DM_MQTT_SESSION_EXPIRY_INTERVAL))
    link->session_expiry = disconnect->properties.session_expiry_interval;
}

void registration_disconnected(void *user, const dm_mqtt_packet *disconnect) {
  struct link *link = user;
  struct sidecar *sidecar = link->sidecar;
  dm_connection_id connection = link->connection;
  int reason = reason_of(link, disconnect);
  link->connection = 0;
  if (disconnect != NULL)
    note_disconnect(link, disconnect);
  link_give_up_client_id(link);
  /* Last: what follows may ask who is connected. */
  if (connection != 0)
    dm_disconnected(sidecar->service->context, connection, reason, sidecar_now(sidecar));
}
