/* What the configuration file says to the sidecar alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sidecar_settings.h"

#define OFFSET(member) offsetof(struct sidecar_settings, member)
#define NUMBER(key, member, min, max)                                                              \
  { key, NULL, SETTINGS_NUMBER, OFFSET(member), min, max, NULL }
#define SWITCH(key, option, member)                                                                \
  { key, option, SETTINGS_SWITCH, OFFSET(member), 0, 0, NULL }
#define ADDRESS(key, option, type, member)                                                         \
  { key, option, type, OFFSET(member), 0, 0, NULL }

static const settings_field object_fields[] = {
    NUMBER("maxConnections", max_connections, 1, UINT32_MAX),
    NUMBER("maxSessions", max_sessions, 1, UINT32_MAX),
    NUMBER("maxSubscriptions", max_subscriptions, 1, 100000),
    NUMBER("maxConnectSize", max_connect_size, 64, 1048576),
    NUMBER("maxOutputBytes", max_output_bytes, 1024, 1073741824),
    NUMBER("connectTimeoutSeconds", connect_timeout_seconds, 1, 3600),
    SWITCH("userNameAsClientId", NULL, user_name_as_client_id),
    SWITCH("proxyProtocol", "--proxy-protocol", proxy_protocol),
    SWITCH("logClients", "--log-clients", log_clients),
    {0},
};

const settings_field sidecar_settings_fields[] = {
    ADDRESS("listen", "--listen", SETTINGS_PORT, listen),
    ADDRESS("broker", "--broker", SETTINGS_PEER, broker),
    {"sidecar", NULL, SETTINGS_OBJECT, 0, 0, 0, object_fields},
    {0},
};

const struct sidecar_settings sidecar_settings_defaults = {
    .listen = {.host = "127.0.0.1", .port = 1884},
    .broker = {.host = "127.0.0.1", .port = 1883},
    .max_connections = 10000,
    .max_sessions = 100000,
    .max_subscriptions = 1000,
    .max_connect_size = 16384,
    .max_output_bytes = 262144,
    .connect_timeout_seconds = 10,
};
