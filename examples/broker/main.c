/* dm-broker: a small MQTT broker with libdm's whole API on it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "broker.h"
#include "common/http_server.h"

static const char help[] =
    "usage: dm-broker [OPTION...]\n"
    "\n"
    "An MQTT broker (MQTT 3.1.1 and 5) whose connected clients can be sent direct messages\n"
    "over HTTP: POST /connections/{clientId}/messages?topic=...&confirmation=true\n"
    "\n"
    "  --mqtt HOST:PORT     where MQTT clients connect\n"
    "  --http HOST:PORT     where the HTTP API listens\n"
    "  --config FILE        the configuration file, JSON; without one everybody may do\n"
    "                       everything\n"
    "  --log-clients true   a line on standard error when a connection ends\n"
    "  --help               this text\n"
    "  --version            the version\n"
    "\n"
    "QoS 0 and 1. There is no QoS 2, there are no retained messages and no shared\n"
    "subscriptions: MQTT 5 clients are told so. Nobody is authenticated: user names and\n"
    "passwords are accepted and not looked at, every client is the principal \"anonymous\".\n"
    "Sessions live in memory and end with the broker.\n"
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
    "  logClients false             the same as --log-clients\n"
    "\n"
    "SIGTERM stops in order, SIGHUP reads configuration and policies again.\n";

/* All of it, for the service's callbacks. */
struct program {
  service service;
  struct broker broker;
  http_server http;
};

static void stop(void *user) {
  struct program *program = user;
  http_server_stop(&program->http);
  broker_stop(&program->broker);
}

static int has_session(void *user, dm_span client_id) {
  struct program *program = user;
  return broker_has_session(&program->broker, client_id);
}

static void reload(void *user) {
  struct program *program = user;
  http_server_reload(&program->http);
}

static int run(struct program *program) {
  char mqtt[ADDRESS_TEXT_SIZE];
  char http[ADDRESS_TEXT_SIZE];
  service_say(&program->service, "mqtt %s, http %s",
              address_text(&program->broker.listener.bound, mqtt),
              address_text(&program->http.listener.bound, http));
  int status = service_run(&program->service);
  broker_close(&program->broker);
  return status;
}

static int serve(struct program *program) {
  problem p;
  int status = 1;
  if (!http_server_open(&program->http, &program->service, &p)) {
    service_say(&program->service, "%s", p.text);
    return status;
  }
  if (broker_open(&program->broker, &program->service, &p))
    status = run(program);
  else
    service_say(&program->service, "%s", p.text);
  http_server_close(&program->http);
  return status;
}

int main(int argc, char **argv) {
  static const settings_program description = {
      .name = "dm-broker",
      .help = help,
      .fields = broker_settings_fields,
      .defaults = &broker_settings_defaults,
      .size = sizeof broker_settings_defaults,
  };
  static struct program program;
  const service_hooks hooks = {
      .user = &program,
      .deliver = broker_deliver,
      .has_session = has_session,
      .stop = stop,
      .reload = reload,
  };
  settings chosen;
  problem p;
  int status;
  if (!settings_start(&chosen, &description, argc, argv, &status))
    return status;
  if (service_open(&program.service, &chosen, argc, argv, &hooks, &p, &status)) {
    status = serve(&program);
    service_close(&program.service);
  } else {
    fprintf(stderr, "%s\n", p.text);
  }
  settings_free(&chosen);
  return status;
}
