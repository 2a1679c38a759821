/* dm-sidecar: direct messaging for any MQTT broker, by standing in front of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "common/config/program_help.h"
#include "common/host/asked_party.h"
#include "common/host/program.h"
#include "link.h"
#include "relay_server.h"
#include "sidecar_delivery.h"
#include "sidecar_queries.h"

static const char usage[] =
    "usage: dm-sidecar [OPTION...]\n"
    "\n"
    "Stands between devices and any MQTT broker (MQTT 3.1, 3.1.1 and 5), passes on\n"
    "what they say, and lets devices be sent direct messages, asked about, and sent home:\n"
    "\n"
    "  POST   /connections/{clientId}/messages?topic=...&confirmation=true\n"
    "  GET    /connections/{clientId}\n"
    "  GET    /connections/{clientId}/subscriptions\n"
    "  DELETE /connections/{clientId}?cleanSession=true&preventWillMessage=true\n"
    "\n"
    "  --listen HOST:PORT     where devices connect, default 127.0.0.1:1884\n"
    "  --broker HOST:PORT     where the broker listens, default 127.0.0.1:1883; or unix:PATH\n"
    "  --http HOST:PORT       where the HTTP API listens, default 127.0.0.1:8080\n"
    "  --mqtts, --https       with TLS: where devices connect, the HTTP API; see below\n"
    "  --proxy-protocol true  tell the broker the devices' addresses, by PROXY protocol v2\n";

static const char notes[] =
    "The broker judges user names, passwords and what devices publish and subscribe to, as\n"
    "before. Direct messages go past it: the policies here are all that judges them. Whom the\n"
    "broker has let in under the user name of one of the \"principals\" is that principal (so it\n"
    "has to look at passwords), every other device \"anonymous\", which is sent nothing with\n"
    "\"anonymousDevices\": false. Callers sign with an access key (AWS Signature Version 4) or\n"
    "show a certificate.\n"
    "\n"
    "A device whose client ID is empty and not assigned by the broker, begins with '$' or is\n"
    "longer than 128 bytes is served but cannot be sent messages. A device takes at most 50\n"
    "confirmed messages before it acknowledges one, and limits.publishesPerSecond counts\n"
    "direct messages alone: what passes through is the broker's.\n"
    "\n"
    "A list of subscriptions that would not be whole is refused with 500; standard error says\n"
    "why. DELETE ends a session (cleanSession) only while its client is connected, with MQTT 5;\n"
    "else it does nothing and answers 500. See README.md.\n"
    "\n"
    "The object \"sidecar\" of the configuration file, with its defaults (sizes in bytes):\n"
    "  maxConnections 10000         more are closed as they come\n"
    "  maxSessions 100000           persistent sessions that are remembered while their client\n"
    "                               is away: it is offline then, not unknown\n"
    "  maxSubscriptions 1000        of one device\n"
    "  maxConnectSize 16384         of a CONNECT packet\n"
    "  maxOutputBytes 262144        that wait for a slow reader, on either side; above that the\n"
    "                               other side waits, and direct messages are not taken\n"
    "  connectTimeoutSeconds 10     from connecting to the CONNECT packet, and again from there\n"
    "                               to the connection to the broker\n"
    "  userNameAsClientId false     for brokers that replace the client ID by the user name\n"
    "  proxyProtocol false          the same as --proxy-protocol\n"
    "  logClients false             the same as --log-clients\n";

static const char *const help[] = {usage, program_help_options, program_help_tls,
                                   notes, program_help_signals, NULL};

/* ---- libdm's callbacks; their user is the sidecar ------------------------------------ */

/* How a receiver is connected; a caller's connection is the HTTP server's to know. */
static access_peer peer_of(const dm_party *party) {
  const struct link *link = party->connection_user;
  return link == NULL ? (access_peer){.secure = false}
                      : stream_peer(link->device.writer.stream, link->certificate);
}

static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  const struct sidecar *sidecar = user;
  const access_peer peer = peer_of(party);
  return asked_policies(sidecar->service, party, &peer, out);
}

static int values(void *user, const dm_party *party, const dm_policy_value **out, size_t *count) {
  const struct sidecar *sidecar = user;
  const access_peer peer = peer_of(party);
  return asked_values(sidecar->service, party, &peer, out, count);
}

static void event(void *user, const dm_event *event) {
  const struct sidecar *sidecar = user;
  service_log(sidecar->service, event);
}

/* ---- The program -------------------------------------------------------------------- */

static bool open_sidecar(void *user, service *s, problem *p) {
  return relay_server_open(user, s, p);
}

static void close_sidecar(void *user) {
  relay_server_close(user);
}

static void stop_sidecar(void *user) {
  relay_server_stop(user);
}

static void describe(const void *user, char *out, size_t size) {
  const struct sidecar *sidecar = user;
  char broker[ADDRESS_TEXT_SIZE];
  size_t len = program_describe_port("listen", &sidecar->listener.bound, out, size);
  len += program_describe_port(len == 0 ? "mqtts" : ", mqtts", &sidecar->secure_listener.bound,
                               out + len, size - len);
  snprintf(out + len, size - len, "%sbroker %s", len == 0 ? "" : ", ",
           address_text(&sidecar->settings->broker, broker));
}

int main(int argc, char **argv) {
  struct sidecar sidecar;
  const program_part part = {
      .settings = {.name = "dm-sidecar",
                   .help = help,
                   .fields = sidecar_settings_fields,
                   .defaults = &sidecar_settings_defaults,
                   .anonymous_devices = true,
                   .size = sizeof sidecar_settings_defaults},
      .callbacks = {.size = sizeof part.callbacks,
                    .user = &sidecar,
                    .deliver = sidecar_deliver,
                    .policies = policies,
                    .values = values,
                    .has_session = sidecar_has_session,
                    .subscriptions = sidecar_subscriptions,
                    .end_connection = sidecar_end_connection,
                    .event = event},
      .user = &sidecar,
      .open = open_sidecar,
      .close = close_sidecar,
      .stop = stop_sidecar,
      .describe = describe,
  };
  return program_run(&part, argc, argv);
}
