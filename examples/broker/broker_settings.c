/* What the configuration file says to the broker alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker_settings.h"

#define NUMBER(key, option, member, min, max)                                                      \
  { key, option, SETTINGS_NUMBER, offsetof(struct broker_settings, member), min, max, NULL }

static const settings_field object_fields[] = {
    NUMBER("maxConnections", NULL, max_connections, 1, UINT32_MAX),
    NUMBER("maxSessions", NULL, max_sessions, 1, UINT32_MAX),
    NUMBER("maxConnectSize", NULL, max_connect_size, 64, 268435460),
    NUMBER("maxPacketSize", NULL, max_packet_size, 64, 268435460),
    NUMBER("maxOutputBytes", NULL, max_output_bytes, 1024, 1073741824),
    NUMBER("maxInflight", NULL, max_inflight, 1, 65535),
    NUMBER("maxQueuedMessages", NULL, max_queued_messages, 1, UINT32_MAX),
    NUMBER("maxQueuedBytes", NULL, max_queued_bytes, 1, UINT32_MAX),
    NUMBER("maxSubscriptions", NULL, max_subscriptions, 1, UINT32_MAX),
    NUMBER("sessionExpirySeconds", NULL, session_expiry_seconds, 0, UINT32_MAX),
    NUMBER("connectTimeoutSeconds", NULL, connect_timeout_seconds, 1, 3600),
    NUMBER("maxKeepAliveSeconds", NULL, max_keep_alive_seconds, 0, 65535),
    {"logClients", "--log-clients", SETTINGS_SWITCH, offsetof(struct broker_settings, log_clients),
     0, 0, NULL},
    {0},
};

const settings_field broker_settings_fields[] = {
    {"mqtt", "--mqtt", SETTINGS_PORT, offsetof(struct broker_settings, mqtt), 0, 0, NULL},
    {"broker", NULL, SETTINGS_OBJECT, 0, 0, 0, object_fields},
    {0},
};

const struct broker_settings broker_settings_defaults = {
    .mqtt = {.host = "127.0.0.1", .port = 1883},
    .max_connections = 10000,
    .max_sessions = 100000,
    .max_connect_size = 16384,
    .max_packet_size = 262144,
    .max_output_bytes = 262144,
    .max_inflight = 100,
    .max_queued_messages = 1000,
    .max_queued_bytes = 1048576,
    .max_subscriptions = 1000,
    .session_expiry_seconds = 3600,
    .connect_timeout_seconds = 10,
    .max_keep_alive_seconds = 1200,
};
