/* dm-broker: a small MQTT broker with libdm's whole API on it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker_delivery.h"
#include "broker_queries.h"
#include "client.h"
#include "common/config/program_help.h"
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

static struct broker broker;

static bool open_broker(service *s, problem *p) {
  return mqtt_server_open(&broker, s, p);
}

static void close_broker(void) {
  mqtt_server_close(&broker);
}

static void stop_broker(void) {
  mqtt_server_stop(&broker);
}

static int has_session(dm_span client_id) {
  return broker_has_session(&broker, client_id);
}

static int subscriptions(const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  return broker_subscriptions(&broker, target, visit, visitor);
}

static int end_connection(const dm_target *target, int clean_session, int prevent_will) {
  return broker_end_connection(&broker, target, clean_session != 0, prevent_will != 0);
}

static access_peer peer(void *connection_user) {
  const struct client *client = connection_user;
  return service_peer(client->stream, client->certificate);
}

static void describe(char *out, size_t size) {
  size_t len = program_describe_port("mqtt", &broker.listener.bound, out, size);
  program_describe_port(len == 0 ? "mqtts" : ", mqtts", &broker.secure_listener.bound, out + len,
                        size - len);
}

int main(int argc, char **argv) {
  const program_server server = {
      .settings = {.name = "dm-broker",
                   .help = help,
                   .fields = broker_settings_fields,
                   .defaults = &broker_settings_defaults,
                   .size = sizeof broker_settings_defaults},
      .open = open_broker,
      .close = close_broker,
      .stop = stop_broker,
      .describe = describe,
      .deliver = broker_deliver,
      .has_session = has_session,
      .subscriptions = subscriptions,
      .end_connection = end_connection,
      .peer = peer,
  };
  return program_run(&server, argc, argv);
}
