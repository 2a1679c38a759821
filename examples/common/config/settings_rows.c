/* What every program can be told, and the defaults.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings_rows.h"

#define LIMIT(word, member, least, most)                                                           \
  {                                                                                                \
    .key = (word), .type = SETTINGS_NUMBER, .offset = offsetof(settings, member), .min = (least),  \
    .max = (most)                                                                                  \
  }
#define SECONDS(word, member, least, most)                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_SECONDS, .offset = offsetof(settings, member), .min = (least), \
    .max = (most)                                                                                  \
  }
#define PORT(word, long_option, member)                                                            \
  {                                                                                                \
    .key = (word), .option = (long_option), .type = SETTINGS_PORT,                                 \
    .offset = offsetof(settings, member)                                                           \
  }
#define NAME(word, member)                                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_TEXT, .offset = offsetof(settings, member), .min = 1,          \
    .max = 64                                                                                      \
  }

static const settings_field limit_fields[] = {
    LIMIT("maxConnections", limits.max_connections, 1, UINT32_MAX),
    LIMIT("maxWaiting", limits.max_waiting, 1, UINT32_MAX),
    LIMIT("maxUnacknowledged", limits.max_unacknowledged, 1, UINT32_MAX),
    LIMIT("sendsPerSecond", limits.sends_per_second, 1, UINT32_MAX),
    LIMIT("publishesPerSecond", limits.publishes_per_second, 1, UINT32_MAX),
    LIMIT("maxPayload", limits.max_payload, 1, 268000000), /* what an MQTT packet can hold */
    LIMIT("maxContentType", limits.max_content_type, 1, UINT16_MAX),
    LIMIT("maxCorrelationData", limits.max_correlation_data, 1, UINT16_MAX),
    LIMIT("maxUserProperties", limits.max_user_properties, 1, 1048576),
    SECONDS("defaultTimeoutSeconds", limits.default_timeout, 1, 86400),
    SECONDS("maxTimeoutSeconds", limits.max_timeout, 1, 86400),
    LIMIT("queriesPerSecond", limits.queries_per_second, 1, UINT32_MAX),
    LIMIT("clientQueriesPerSecond", limits.client_queries_per_second, 1, UINT32_MAX),
    LIMIT("maxRemembered", limits.max_remembered, 1, UINT32_MAX),
    SECONDS("rememberedSeconds", limits.remembered_for, 1, UINT32_MAX),
    {.key = NULL}};

static const settings_field http_limit_fields[] = {
    LIMIT("maxHeaderBytes", http_limits.max_header_bytes, 256, 1048576),
    LIMIT("maxConnections", http_limits.max_connections, 1, 1000000),
    LIMIT("headerTimeoutSeconds", http_limits.header_timeout_seconds, 1, 3600),
    LIMIT("bodyTimeoutSeconds", http_limits.body_timeout_seconds, 1, 3600),
    LIMIT("idleTimeoutSeconds", http_limits.idle_timeout_seconds, 1, 86400),
    LIMIT("maxPipelined", http_limits.max_pipelined, 1, 10000),
    {.key = NULL}};

#define SWITCH(word, member)                                                                       \
  { .key = (word), .type = SETTINGS_SWITCH, .offset = offsetof(settings, member) }

static const settings_field sigv4_fields[] = {
    {.key = "region",
     .type = SETTINGS_TEXT,
     .offset = offsetof(settings, access.region),
     .max = 64},
    SWITCH("allowUnsignedPayload", access.allow_unsigned_payload),
    {.key = NULL}};

const settings_field settings_common_fields[] = {
    PORT("http", "--http", http),
    PORT("https", "--https", https),
    PORT("mqtts", "--mqtts", mqtts),
    NAME("account", account),
    NAME("region", region),
    NAME("partition", partition),
    {.key = "senderPolicies",
     .type = SETTINGS_FILES,
     .offset = offsetof(settings, sender_policies)},
    {.key = "receiverPolicies",
     .type = SETTINGS_FILES,
     .offset = offsetof(settings, receiver_policies)},
    {.key = "tls",
     .type = SETTINGS_OBJECT,
     .offset = offsetof(settings, tls),
     .fields = tls_settings_fields},
    {.key = "principals", .type = SETTINGS_FILE, .offset = offsetof(settings, principals)},
    SWITCH("anonymousCallers", access.anonymous_callers),
    SWITCH("anonymousDevices", access.anonymous_devices),
    {.key = "sigv4", .type = SETTINGS_OBJECT, .fields = sigv4_fields},
    LIMIT("busyPollMicroseconds", busy_poll_microseconds, 0, 10000),
    {.key = "limits", .type = SETTINGS_OBJECT, .fields = limit_fields},
    {.key = "httpLimits", .type = SETTINGS_OBJECT, .fields = http_limit_fields},
    {.key = NULL}};

const settings settings_common_defaults = {.http = {.host = "127.0.0.1", .port = 8080},
                                           .tls = {.handshake_timeout_seconds = 10},
                                           .account = "000000000000",
                                           .region = "local",
                                           .partition = "aws",
                                           .sender_policies = {.pointer = "/senderPolicies"},
                                           .receiver_policies = {.pointer = "/receiverPolicies"},
                                           .access = {.region = ""},
                                           .busy_poll_microseconds = 100,
                                           .limits = {.size = sizeof(dm_limits)},
                                           .http_limits = {.max_header_bytes = 32768,
                                                           .max_connections = 10000,
                                                           .header_timeout_seconds = 10,
                                                           .body_timeout_seconds = 30,
                                                           .idle_timeout_seconds = 60,
                                                           .max_pipelined = 64}};
