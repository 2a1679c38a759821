/* Who a client is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "login.h"

#include <string.h>

#include "client.h"
#include "common/access/mqtt_device.h"
#include "common/base/refusals.h"
#include "password_check.h"

/* ---- Refusing ------------------------------------------------------------------ */

static int refuse(const struct client *client, dm_span client_id, int code, const char *reason,
                  const char *details) {
  stream_tls tls;
  const endpoint local = stream_local(client->stream);
  const refused_connection r = {.listener =
                                    stream_describe_tls(client->stream, &tls) ? "mqtts" : "mqtt",
                                .reason = reason,
                                .details = details,
                                .client_id = client_id,
                                .source_ip = client->remote.ip,
                                .source_port = client->remote.port,
                                .target_ip = local.ip,
                                .target_port = local.port};
  event_log_refusal(&client->broker->service->log, &r);
  return code;
}

/* ---- Who it is ----------------------------------------------------------------- */

static int is_principal(struct client *client, const char *name) {
  client->principal = strdup(name);
  return client->principal == NULL ? DM_MQTT_SERVER_BUSY : 0;
}

static int is_nobody(const struct client *client, dm_span client_id, const mqtt_device *device) {
  int code = device->by_user_name ? DM_MQTT_BAD_USER_NAME_OR_PASSWORD : DM_MQTT_NOT_AUTHORIZED;
  return refuse(client, client_id, code, "AUTHENTICATION_FAILURE", device->failure);
}

/* Its CONNECT is handled once more. */
static void on_checked(void *user) {
  struct client *client = user;
  client_pause(client, broker_now(client->broker));
}

static int begin_check(struct client *client, const char *stored, dm_span password) {
  client->password =
      password_check_begin(&client->broker->password_checks, stored, password, on_checked, client);
  if (client->password == NULL)
    return DM_MQTT_SERVER_BUSY;
  client_pause(client, DM_NEVER);
  return LOGIN_WAITS;
}

/* The configuration may have been read again while the password was compared: what it was
 * compared with must be what it has to be compared with now. */
static bool end_check(struct client *client, const char *stored) {
  bool passed = password_check_passed(client->password, stored);
  password_check_free(client->password);
  client->password = NULL;
  return passed;
}

static const certificate *certificate_of(struct client *client) {
  stream_tls tls;
  if (client->certificate == NULL && stream_describe_tls(client->stream, &tls))
    client->certificate = certificate_new(tls.certificate);
  return client->certificate;
}

int login_judge(struct client *client, const dm_mqtt_packet *packet) {
  const dm_mqtt_connect *connect = &packet->connect;
  const mqtt_device device =
      mqtt_device_of(&client->broker->service->access, certificate_of(client), connect->user_name,
                     connect->password);
  if (device.stored != NULL && client->password == NULL)
    return begin_check(client, device.stored, connect->password);
  bool passed = device.stored == NULL || end_check(client, device.stored);
  if (passed && device.principal != NULL)
    return is_principal(client, device.principal);
  return is_nobody(client, connect->client_id, &device);
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
