/* Who a client is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "login.h"

#include <string.h>

#include "client.h"
#include "common/base/refusals.h"
#include "password_check.h"

/* Nobody's. */
static const char nobodys[] =
    "$pbkdf2-sha512$i=210000$bGliZG0gaXMgbm9ib2R5$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

/* ---- Refusing ------------------------------------------------------------------ */

static int refuse(const struct client *client, dm_span client_id, int code, const char *reason,
                  const char *details) {
  service *s = client->broker->service;
  const tcp_end local = tcp_local(&client->channel.socket);
  const refused_connection r = {.listener = client->channel.secure == NULL ? "mqtt" : "mqtts",
                                .reason = reason,
                                .details = details,
                                .client_id = client_id,
                                .source_ip = client->remote.ip,
                                .source_port = client->remote.port,
                                .target_ip = local.ip,
                                .target_port = local.port};
  refusals_log(&s->refusals, &r, service_now(s), loop_wall());
  return code;
}

static int refuse_login(const struct client *client, const dm_mqtt_connect *connect, int code,
                        const char *details) {
  return refuse(client, connect->client_id, code, "AUTHENTICATION_FAILURE", details);
}

/* ---- Passwords ----------------------------------------------------------------- */

/* What to compare a password with where there is no such user name, so that this takes as long:
 * with one of as many iterations as the others, as far as they are alike. */
static const char *somebodys(const principals *all) {
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].password != NULL)
      return all->list[i].password;
  return nobodys;
}

/* Its CONNECT is handled once more. */
static void on_checked(void *user) {
  struct client *client = user;
  client_pause(client, broker_now(client->broker));
}

static int begin_check(struct client *client, const char *stored, dm_span password) {
  struct broker *broker = client->broker;
  if (stored == NULL)
    stored = somebodys(&broker->service->access.principals);
  client->password =
      password_check_begin(&broker->password_checks, stored, password, on_checked, client);
  if (client->password == NULL)
    return DM_MQTT_SERVER_BUSY;
  client_pause(client, UINT64_MAX);
  return LOGIN_WAITS;
}

/* ---- Who it is ----------------------------------------------------------------------- */

static int is_principal(struct client *client, const char *name) {
  client->principal = strdup(name);
  return client->principal == NULL ? DM_MQTT_SERVER_BUSY : 0;
}

/* The configuration may have been read again while the password was compared: what it was
 * compared with must be what it has to be compared with now. */
static int by_password(struct client *client, const dm_mqtt_connect *connect) {
  const principal *who =
      principals_with_user_name(&client->broker->service->access.principals, connect->user_name);
  const char *stored = who == NULL ? NULL : who->password;
  if (connect->user_name.ptr == NULL || connect->password.ptr == NULL)
    return refuse_login(client, connect, DM_MQTT_BAD_USER_NAME_OR_PASSWORD,
                        "There is no user name, or no password.");
  if (client->password == NULL)
    return begin_check(client, stored, connect->password);
  bool passed = stored != NULL && password_check_passed(client->password, stored);
  password_check_free(client->password);
  client->password = NULL;
  if (passed)
    return is_principal(client, who->name);
  return refuse_login(client, connect, DM_MQTT_BAD_USER_NAME_OR_PASSWORD,
                      who == NULL      ? "The user name is not known."
                      : stored == NULL ? "The principal of this user name has no password."
                                       : "The password is wrong.");
}

static const principal *by_certificate(struct client *client) {
  if (client->certificate == NULL)
    client->certificate = certificate_new(channel_peer_certificate(&client->channel));
  return principals_with_certificate(&client->broker->service->access.principals,
                                     client->certificate);
}

int login_judge(struct client *client, const dm_mqtt_packet *packet) {
  const access_rules *access = &client->broker->service->access;
  const dm_mqtt_connect *connect = &packet->connect;
  const principal *who = by_certificate(client);
  if (!access->principals.configured)
    return is_principal(client, ANONYMOUS);
  if (who != NULL)
    return is_principal(client, who->name);
  if (connect->user_name.ptr != NULL || connect->password.ptr != NULL)
    return by_password(client, connect);
  if (access->rules.anonymous_devices)
    return is_principal(client, ANONYMOUS);
  const certificate *shown = client->certificate;
  return refuse_login(
      client, connect, DM_MQTT_NOT_AUTHORIZED,
      shown == NULL ? "There is neither a user name nor a client certificate."
      : certificate_usable(shown)
          ? "The client certificate is not one of a principal's."
          : "The client certificate holds a value that policies cannot be asked about.");
}

static const principal *principal_of(const struct client *client) {
  return principals_named(&client->broker->service->access.principals, dm_text(client->principal));
}

int login_judge_client_id(const struct client *client, dm_span client_id) {
  if (principals_allow(&client->broker->service->access.principals, principal_of(client),
                       client_id))
    return 0;
  return refuse(client, client_id, DM_MQTT_NOT_AUTHORIZED, "AUTHORIZATION_FAILURE",
                "The client ID is not one that the principal may have.");
}

dm_span login_thing(const struct client *client) {
  const principal *who = principal_of(client);
  return dm_text(who == NULL ? NULL : who->thing_name);
}
