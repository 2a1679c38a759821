/* dm-broker: a small MQTT broker with libdm's whole API on it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker_delivery.h"
#include "broker_queries.h"
#include "client.h"
#include "common/config/program_help.h"
#include "common/host/asked_party.h"
#include "common/host/program.h"
#include "mqtt_server.h"

static const char usage[] =
    "usage: dm-broker [OPTION...]\n"
    "\n"
    "An MQTT broker (MQTT 3.1.1 and 5) whose connected clients can be sent direct messages\n"
    "over HTTP, asked about, and sent home:\n"
    "\n"
    "  POST   /connections/{clientId}/messages?topic=...&confirmation=true\n"
    "  GET    /connections/{clientId}?includeSocketInformation=true\n"
    "  GET    /connections/{clientId}/subscriptions?maxResults=20\n"
    "  DELETE /connections/{clientId}?cleanSession=true&preventWillMessage=true\n"
    "\n"
    "  --mqtt HOST:PORT       where MQTT clients connect\n"
    "  --http HOST:PORT       where the HTTP API listens\n"
    "  --mqtts, --https       the same with TLS, see below\n";

static const char notes[] =
    "QoS 0 and 1. There is no QoS 2, there are no retained messages and no shared\n"
    "subscriptions: MQTT 5 clients are told so. Sessions live in memory and end with the\n"
    "broker.\n"
    "\n"
    "Without \"principals\" in the configuration file nobody is authenticated: user names,\n"
    "passwords and signatures are not looked at, everybody is \"anonymous\". With it, the\n"
    "callers of the HTTP API sign with an access key (AWS Signature Version 4) or show a\n"
    "certificate, devices have a user name and a password or show a certificate.\n"
    "\n"
    "The object \"broker\" of the configuration file, with its defaults (sizes in bytes):\n"
    "  maxConnections 10000         more are closed as they come\n"
    "  maxSessions 100000           connected or not; more are refused\n"
    "  maxConnectSize 16384         of a CONNECT packet\n"
    "  maxPacketSize 262144         of every other packet from a client\n"
    "  maxOutputBytes 262144        that wait for a slow reader; above that QoS 0 and direct\n"
    "                               messages are not taken\n"
    "  maxInflight 100              QoS 1 messages without PUBACK, direct ones not counted\n"
    "  maxQueuedMessages 1000       QoS 1 messages that a session holds; more are dropped\n"
    "  maxQueuedBytes 1048576       the same in bytes\n"
    "  maxSubscriptions 1000        of one session\n"
    "  sessionExpirySeconds 3600    of persistent sessions; MQTT 5 clients may ask for less\n"
    "  connectTimeoutSeconds 10     from connecting to the CONNECT packet\n"
    "  maxKeepAliveSeconds 1200     for MQTT 5 clients; 0: as they want\n"
    "  logClients false             the same as --log-clients\n";

static const char *const help[] = {usage, program_help_options, program_help_tls,
                                   notes, program_help_signals, NULL};

/* ---- libdm's callbacks; their user is the broker ------------------------------------- */

/* How a receiver is connected; a caller's connection is the HTTP server's to know. */
static access_peer peer_of(const dm_party *party) {
  const struct client *client = party->connection_user;
  return client == NULL ? (access_peer){.secure = false}
                        : stream_peer(client->stream, client->certificate);
}

static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  const struct broker *broker = user;
  const access_peer peer = peer_of(party);
  return asked_policies(broker->service, party, &peer, out);
}

static int values(void *user, const dm_party *party, const dm_policy_value **out, size_t *count) {
  const struct broker *broker = user;
  const access_peer peer = peer_of(party);
  return asked_values(broker->service, party, &peer, out, count);
}

static void event(void *user, const dm_event *event) {
  const struct broker *broker = user;
  service_log(broker->service, event);
}

/* ---- The program -------------------------------------------------------------------- */

static bool open_broker(void *user, service *s, problem *p) {
  return mqtt_server_open(user, s, p);
}

static void close_broker(void *user) {
  mqtt_server_close(user);
}

static void stop_broker(void *user) {
  mqtt_server_stop(user);
}

static void describe(const void *user, char *out, size_t size) {
  const struct broker *broker = user;
  size_t len = program_describe_port("mqtt", &broker->listener.bound, out, size);
  program_describe_port(len == 0 ? "mqtts" : ", mqtts", &broker->secure_listener.bound, out + len,
                        size - len);
}

int main(int argc, char **argv) {
  struct broker broker;
  const program_part part = {
      .settings = {.name = "dm-broker",
                   .help = help,
                   .fields = broker_settings_fields,
                   .defaults = &broker_settings_defaults,
                   .size = sizeof broker_settings_defaults},
      .callbacks = {.size = sizeof part.callbacks,
                    .user = &broker,
                    .deliver = broker_deliver,
                    .policies = policies,
                    .values = values,
                    .has_session = broker_has_session,
                    .subscriptions = broker_subscriptions,
                    .end_connection = broker_end_connection,
                    .event = event},
      .user = &broker,
      .open = open_broker,
      .close = close_broker,
      .stop = stop_broker,
      .describe = describe,
  };
  return program_run(&part, argc, argv);
}
