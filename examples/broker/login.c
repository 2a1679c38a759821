/* Who a client is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "login.h"

#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "common/base/refusals.h"
#include "common/loop/workers.h"
#include "receive.h"

/* So many passwords may wait for their turn; more clients are told to come back later. */
#define CHECKS_MAX 32

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

/* One comparison; the thread that makes it looks at nothing else. */
struct password_check {
  loop_work work; /* first */
  struct client *client;
  char stored[DM_PASSWORD_STORED_MAX + 1];
  int result;
  size_t len;
  char password[];
};

static void compare(loop_work *work) {
  struct password_check *check = (struct password_check *)work;
  check->result = dm_password_verify(dm_text(check->stored), dm_bytes(check->password, check->len));
}

/* The password has done its work. */
static void check_free(struct password_check *check) {
  dm_auth_wipe(check->password, check->len);
  free(check);
}

static void on_compared(loop_work *work, bool ran) {
  struct password_check *check = (struct password_check *)work;
  struct client *client = check->client;
  struct login *login = &client->login;
  login->good = ran && check->result == DM_OK;
  memcpy(login->checked, check->stored, sizeof login->checked);
  login->check = NULL;
  client->broker->password_checks--;
  check_free(check);
  if (client->state == CLIENT_AWAITING_CONNECT && !client->failed)
    receive_resume(client);
  client_release(client);
}

/* What to compare a password with where there is no such user name, so that this takes as long:
 * with one of as many iterations as the others, as far as they are alike. */
static const char *somebodys(const principals *all) {
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].password != NULL)
      return all->list[i].password;
  return nobodys;
}

static int begin_check(struct client *client, const char *stored, dm_span password) {
  struct broker *broker = client->broker;
  if (broker->password_checks == CHECKS_MAX)
    return DM_MQTT_SERVER_BUSY;
  struct password_check *check = malloc(sizeof *check + password.len);
  if (check == NULL)
    return DM_MQTT_SERVER_BUSY;
  check->work = (loop_work){.run = compare, .done = on_compared};
  check->client = client;
  check->len = password.len;
  snprintf(check->stored, sizeof check->stored, "%s",
           stored == NULL ? somebodys(&broker->service->access.principals) : stored);
  if (password.len > 0)
    memcpy(check->password, password.ptr, password.len);
  if (!work_start(&broker->service->loop, &check->work)) {
    check_free(check);
    return DM_MQTT_SERVER_BUSY;
  }
  broker->password_checks++;
  client->open_handles++;
  client->login.check = check;
  receive_pause(client);
  uv_timer_stop(&client->timer); /* CONNECT came in time */
  return LOGIN_WAITS;
}

/* ---- Who it is ----------------------------------------------------------------------- */

static int is_principal(struct login *login, const char *name) {
  size_t size = strlen(name) + 1;
  login->principal = malloc(size);
  if (login->principal == NULL)
    return DM_MQTT_SERVER_BUSY;
  memcpy(login->principal, name, size);
  return 0;
}

/* The configuration may have been read again while the password was compared: what it was
 * compared with must be what it has to be compared with now. */
static int by_password(struct client *client, const dm_mqtt_connect *connect) {
  struct login *login = &client->login;
  const principal *who =
      principals_with_user_name(&client->broker->service->access.principals, connect->user_name);
  const char *stored = who == NULL ? NULL : who->password;
  if (connect->user_name.ptr == NULL || connect->password.ptr == NULL)
    return refuse_login(client, connect, DM_MQTT_BAD_USER_NAME_OR_PASSWORD,
                        "There is no user name, or no password.");
  if (login->checked[0] == '\0')
    return begin_check(client, stored, connect->password);
  if (login->good && stored != NULL && strcmp(stored, login->checked) == 0)
    return is_principal(login, who->name);
  return refuse_login(client, connect, DM_MQTT_BAD_USER_NAME_OR_PASSWORD,
                      who == NULL      ? "The user name is not known."
                      : stored == NULL ? "The principal of this user name has no password."
                                       : "The password is wrong.");
}

static const principal *by_certificate(struct client *client) {
  struct login *login = &client->login;
  if (login->certificate == NULL)
    login->certificate = certificate_new(channel_peer_certificate(&client->channel));
  return principals_with_certificate(&client->broker->service->access.principals,
                                     login->certificate);
}

int login_judge(struct client *client, const dm_mqtt_packet *packet) {
  const access_rules *access = &client->broker->service->access;
  const dm_mqtt_connect *connect = &packet->connect;
  const principal *who = by_certificate(client);
  if (!access->principals.configured)
    return is_principal(&client->login, ANONYMOUS);
  if (who != NULL)
    return is_principal(&client->login, who->name);
  if (connect->user_name.ptr != NULL || connect->password.ptr != NULL)
    return by_password(client, connect);
  if (access->rules.anonymous_devices)
    return is_principal(&client->login, ANONYMOUS);
  const certificate *shown = client->login.certificate;
  return refuse_login(
      client, connect, DM_MQTT_NOT_AUTHORIZED,
      shown == NULL ? "There is neither a user name nor a client certificate."
      : certificate_usable(shown)
          ? "The client certificate is not one of a principal's."
          : "The client certificate holds a value that policies cannot be asked about.");
}

static const principal *principal_of(const struct client *client) {
  return principals_named(&client->broker->service->access.principals,
                          dm_text(client->login.principal));
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

/* ---- Life ------------------------------------------------------------------------------ */

void login_forget(struct client *client) {
  if (client->login.check != NULL)
    work_cancel(&client->login.check->work);
}

void login_free(struct login *login) {
  certificate_free(login->certificate);
  free(login->principal);
}
