/* libdm: direct messaging for MQTT brokers.
 *
 * A backend sends one message to one connected client by its client ID, no
 * subscription needed. A confirmed message is answered when the client's own PUBACK
 * has come, and at once, with a precise reason, when it cannot be delivered.
 *
 * The library decides, the host does: sockets, threads, TLS, clocks, sessions and
 * packet identifiers are the host's. The library owns the registry of connections, the
 * evaluation of policies and the tracking of acknowledgements.
 *
 *   host                                     library
 *   a device connected                  ->   dm_connected()
 *   somebody wants to send              ->   dm_send()
 *                                       <-     policies(), values(), has_session()
 *                                       <-     deliver(): write the PUBLISH
 *   its PUBACK came                     ->   dm_puback()
 *                                       <-     complete(): here is the outcome
 *   a device's connection ended         ->   dm_disconnected()
 *   dm_next_deadline() has come         ->   dm_tick()
 *   somebody asks who is connected      ->   dm_get_connection(), dm_list_subscriptions()
 *   somebody wants a client off         ->   dm_delete_connection()
 *                                       <-     policies(), values(), end_connection()
 *
 * Threads: one thread at a time may be inside the functions that take a given context.
 * A host with several threads runs a context for each of its event loops. There is no
 * global state.
 *
 * Callbacks: any function here may be called from any callback, on the same context,
 * dm_free() included. Handles may be stale after that and are then recognised as such.
 *
 * Structures: each one that the host fills begins with its own size, and a field left
 * zero has its default. So `dm_message message = {.size = sizeof message, ...}` is
 * right today and after the library has grown. A structure smaller than the first
 * version of its kind, or larger than the library's and not zero beyond it, is refused
 * with DM_ERROR_INVALID_ARGUMENT. Structures that the library hands to callbacks are
 * borrowed for the length of the call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "dm/policy.h"
#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DM_VERSION_MAJOR 0
#define DM_VERSION_MINOR 1
#define DM_VERSION_PATCH 0

/* The version of the library that runs, "0.1.0". */
DM_EXPORT const char *dm_version(void);

/* ---- Operations and outcomes -------------------------------------------- */

/* What a call asks for. */
enum {
  DM_OPERATION_SEND = 1,               /* dm_send() */
  DM_OPERATION_GET_CONNECTION = 2,     /* dm_get_connection() */
  DM_OPERATION_LIST_SUBSCRIPTIONS = 3, /* dm_list_subscriptions() */
  DM_OPERATION_DELETE_CONNECTION = 4,  /* dm_delete_connection() */

  DM_OPERATION_LAST = DM_OPERATION_DELETE_CONNECTION
};

/* What became of a message: one word everywhere, in C, in the HTTP answer's body, in
 * the log and in the counters. Failures are below zero. The word is the constant's
 * name without "DM_". */
enum {
  DM_PENDING = 1,   /* the answer comes later, through complete() */
  DM_SENT = 2,      /* unconfirmed: the host took it for the client's socket */
  DM_CONFIRMED = 3, /* the client's own PUBACK has come */
  DM_DONE = 4,      /* a query (below) has its answer; nothing was sent */

  /* The request is wrong. Nothing was delivered. */
  DM_MALFORMED_CLIENTID = -100,
  DM_INVALID_TOPIC = -101,
  DM_INVALID_TIMEOUT_PARAMETER = -102,
  DM_INVALID_CONFIRMATION_PARAMETER = -103,
  DM_INVALID_RESPONSE_TOPIC = -104,
  DM_INVALID_CONTENT_TYPE = -105,
  DM_INVALID_USER_PROPERTIES = -106,
  DM_INVALID_PAYLOAD_FORMAT = -107,
  DM_INVALID_CORRELATION_DATA = -108,
  DM_INVALID_REQUEST = -109,
  DM_METHOD_NOT_ALLOWED = -110,
  DM_UNKNOWN_PATH = -111,
  DM_PAYLOAD_TOO_LARGE = -112,

  /* The caller, or the target, may not. Nothing was delivered. */
  DM_AUTHENTICATION_FAILURE = -113,
  DM_SEND_AUTHORIZATION_FAILURE = -114,
  DM_RECEIVE_AUTHORIZATION_FAILURE = -115,

  /* The target cannot be reached now. Nothing was delivered. */
  DM_TARGET_CLIENT_ID_NOT_FOUND = -116,
  DM_TARGET_CLIENT_NOT_CONNECTED = -117, /* offline, but its persistent session exists */
  DM_RECEIVER_PACKET_TOO_LARGE = -118,   /* its Maximum Packet Size */
  DM_SEND_DIRECT_MESSAGE_THROTTLED = -119,
  DM_RECEIVE_SESSION_THROTTLED = -120,
  DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED = -121,
  DM_CLIENT_ENDPOINT_NOT_WRITABLE = -122,

  /* It was handed over, and then: */
  DM_RECEIVER_REJECTED = -123, /* PUBACK with a reason code of 0x80 or more */
  DM_DELIVERY_CONFIRMATION_TIMEOUT = -124,
  DM_RECEIVER_DISCONNECTED = -125, /* connection lost or taken over */
  DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT = -126,

  DM_SHUTTING_DOWN = -127,
  DM_INTERNAL_SERVER_ERROR = -128,
  DM_QUERY_THROTTLED = -129, /* more queries (below) than the account or the client may have */

  DM_OUTCOME_FIRST = DM_MALFORMED_CLIENTID,
  DM_OUTCOME_LAST = DM_QUERY_THROTTLED
};

/* Whether the client has the message. */
enum {
  DM_DELIVERED_NO = 0,
  DM_DELIVERED_MAYBE = 1,
  DM_DELIVERED_YES = 2
};

/* One row of the table of outcomes. All strings are static. */
typedef struct dm_outcome {
  int code;
  int http_status;       /* 0 where nobody is left to answer */
  const char *reason;    /* "TARGET_CLIENT_ID_NOT_FOUND" */
  const char *exception; /* "ResourceNotFoundException"; NULL for success */
  int delivered;         /* DM_DELIVERED_...; dm_result says it for the single case */
  int retryable;         /* 1: the same message may succeed later, unchanged */
  const char *text;      /* a sentence for people */
} dm_outcome;

/* The row of an outcome: DM_SENT, DM_CONFIRMED, DM_DONE, or DM_OUTCOME_FIRST down to
 * DM_OUTCOME_LAST. NULL for any other code. */
DM_EXPORT const dm_outcome *dm_outcome_of(int code);

/* A sentence for any code that this library returns; never NULL. */
DM_EXPORT const char *dm_strerror(int code);

/* "no", "maybe" or "yes". */
DM_EXPORT const char *dm_delivered_text(int delivered);

/* ---- Handles ------------------------------------------------------------ */

/* A connection and a message. Each value is given out once in the life of a context
 * (until 2^31 have stood in the same place); a stale one is recognised, never
 * followed. 0 stands for none. */
typedef uint64_t dm_connection_id;
typedef uint64_t dm_message_id;

/* Names one call to the people who read logs: a random UUID (RFC 4122, version 4). */
typedef struct dm_trace_id {
  uint8_t bytes[16];
} dm_trace_id;

/* Writes "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx" and a NUL. */
DM_EXPORT void dm_trace_id_text(dm_trace_id trace_id, char out[37]);

/* ---- Messages ----------------------------------------------------------- */

/* What became of a message. */
typedef struct dm_result {
  size_t size;
  int outcome;              /* DM_PENDING, DM_SENT, DM_CONFIRMED, DM_DONE or a failure */
  int delivered;            /* DM_DELIVERED_... */
  dm_message_id message_id; /* 0 unless a confirmed message was handed over */
  dm_trace_id trace_id;
  dm_duration ack_latency; /* from hand-over to PUBACK; DM_NEVER without one */
  dm_duration retry_after; /* when throttled: trying earlier is in vain; else 0 */
  uint8_t puback_reason;   /* the PUBACK's reason code; 0 without one */
  const char *text;        /* what is wrong, for people; static; NULL on success */
} dm_result;

/* What the sender waits for. */
enum {
  DM_MODE_SENT = 0,         /* nothing: QoS 0, answered at once */
  DM_MODE_ACKNOWLEDGED = 1, /* the client's PUBACK: QoS 1 */
  DM_MODE_RESPONDED = 2     /* the client's own answer; this version refuses it with
                             * DM_INVALID_CONFIRMATION_PARAMETER */
};

/* MQTT 5 Payload Format Indicator (MQTT 5 section 3.3.2.3.2). */
enum {
  DM_PAYLOAD_FORMAT_ABSENT = 0,
  DM_PAYLOAD_FORMAT_BYTES = 1,
  DM_PAYLOAD_FORMAT_UTF8 = 2
};

/* Through which door a call came. */
enum {
  DM_PROTOCOL_C = 0,
  DM_PROTOCOL_HTTP = 1
};

/* One direct message and who sends it. All spans are borrowed until dm_send() returns. */
typedef struct dm_message {
  size_t size;

  dm_span client_id; /* the receiver: 1..128 bytes of UTF-8, not beginning with '$' */
  dm_span topic;     /* 1..256 bytes of UTF-8, at most 7 '/', no '+', '#' or leading '$' */
  dm_span payload;   /* opaque, may be empty */

  int mode;            /* DM_MODE_... */
  dm_duration timeout; /* how long to wait for the PUBACK; 0: the configured default;
                        * at most the configured maximum; ignored with DM_MODE_SENT */

  /* MQTT 5 properties, for MQTT 5 receivers only: a host leaves them out for others. */
  dm_span content_type;     /* absent: NULL */
  dm_span response_topic;   /* absent: NULL; else a topic as above */
  dm_span correlation_data; /* absent: NULL */
  const dm_property *user_properties;
  size_t user_property_count;
  int payload_format; /* DM_PAYLOAD_FORMAT_... */

  /* The caller. An in-process caller names itself; a front end names whom it has
   * authenticated. At most 256 bytes. */
  dm_span principal;
  dm_span source_ip;     /* for the log; at most 45 bytes; absent: NULL */
  uint16_t source_port;  /* for the log */
  int protocol;          /* DM_PROTOCOL_... */
  dm_span invocation_id; /* for the log: joins a caller's retries; at most 64 bytes */
  uint32_t attempt;      /* for the log: 1 for the first try; 0 unknown */

  /* Called exactly once when, and only when, dm_send() returned DM_PENDING. NULL: the
   * sender does not want to know; the event tells. */
  void (*complete)(void *user, const dm_result *result);
  void *user; /* handed to complete() */

  void *caller; /* handed to policies() and values() when the caller is asked about */
} dm_message;

/* A message on its way into one connection: what deliver() is given. */
typedef struct dm_delivery {
  const dm_message *message;
  dm_connection_id connection;
  void *connection_user;
  dm_message_id message_id; /* store it beside the packet identifier; 0 for QoS 0 */
  uint8_t qos;              /* 0 or 1 */
  uint8_t protocol_level;   /* the receiver's: 3, 4 or 5 */
} dm_delivery;

/* ---- Events ------------------------------------------------------------- */

enum {
  DM_EVENT_CALL = 1,       /* a call has its answer; one for each */
  DM_EVENT_LATE_PUBACK = 2 /* a PUBACK came after its caller had been answered */
};

/* What there is to log about a call. All spans are borrowed for the callback. */
typedef struct dm_event {
  int kind;      /* DM_EVENT_... */
  int operation; /* DM_OPERATION_... */
  int outcome;   /* of a late PUBACK: what the caller had been told */
  int delivered; /* DM_DELIVERED_... */
  dm_trace_id trace_id;
  dm_message_id message_id;
  dm_connection_id connection; /* the receiver's, 0 where none was found */
  dm_span account;
  dm_span client_id; /* the receiver */
  dm_span topic;     /* empty for a query; for a late PUBACK: it is not kept that long */
  dm_span principal; /* the caller; empty for a late PUBACK */
  dm_span source_ip; /* the caller's */
  dm_span invocation_id;
  dm_duration timeout;     /* 0 where it could not be read */
  dm_duration ack_latency; /* DM_NEVER without a PUBACK */
  int mode;                /* DM_MODE_..., of a message */
  int protocol;
  uint32_t attempt;
  uint16_t source_port;
  uint8_t puback_reason;
  const char *text; /* details of a failure; static; NULL on success */
} dm_event;

/* Writes an event as one line of JSON without a line feed: the entry that AWS IoT logs
 * for a SendDirectMessage, plus delivered, ackLatencyMs, mqttReasonCode and attempt. That
 * of a query has what is common to all calls.
 * Never the payload; untrusted text is escaped. `now` becomes the timestamp (UTC).
 * Writes at most `capacity` bytes, no NUL, and returns how many the line needs, at most
 * DM_LOG_LINE_MAX. May be called from any callback. */
#define DM_LOG_LINE_MAX 8192
DM_EXPORT size_t dm_event_log_line(const dm_event *event, dm_wall_time now, char *out,
                                   size_t capacity);

/* ---- Context ------------------------------------------------------------ */

typedef struct dm_context dm_context;

/* Whose policies are asked for. */
typedef struct dm_party {
  dm_span principal;
  dm_connection_id connection; /* the receiver's; 0 when the caller is asked about */
  void *connection_user;       /* the receiver's; NULL when the caller is asked about */
  void *caller;                /* that of the message or query; NULL for a receiver */
} dm_party;

/* The client that a query is about. */
typedef struct dm_target {
  dm_span client_id;
  dm_connection_id connection; /* 0: it is not connected, but has a session */
  void *connection_user;       /* NULL: the same */
} dm_target;

/* How many values the host may know about one party. */
#define DM_VALUES_MAX 256

/* For a limit that shall not limit. */
#define DM_UNLIMITED UINT32_MAX

/* What a context bears. A zero stands for the default; DM_UNLIMITED lifts any of them but
 * max_correlation_data and the times. */
typedef struct dm_limits {
  size_t size;
  uint32_t max_connections;           /* default unlimited */
  uint32_t max_waiting;               /* confirmed messages waiting at once; default 1,000,000 */
  uint32_t max_unacknowledged;        /* QoS 1 per connection, late ones included; default 100;
                                       * never over the client's Receive Maximum */
  uint32_t sends_per_second;          /* of all callers together; default 20,000 */
  uint32_t publishes_per_second;      /* per connection, in plus out; default 100 */
  uint32_t max_payload;               /* bytes; default 131,072 */
  uint32_t max_content_type;          /* bytes; default 256 */
  uint32_t max_correlation_data;      /* bytes; default 8,192; at most 65,535 */
  uint32_t max_user_properties;       /* bytes of all keys and values; default 8,192 */
  uint32_t queries_per_second;        /* of all callers together; default 100 */
  uint32_t client_queries_per_second; /* about one client that is connected or remembered;
                                       * default 1 */
  uint32_t max_remembered;            /* clients that are gone, for dm_get_connection(); default
                                       * 100,000; beyond that the oldest are forgotten */
  dm_duration remembered_for;         /* default half an hour */
  dm_duration default_timeout;        /* default 5 seconds or max_timeout, if less; at most that */
  dm_duration max_timeout;            /* default 15 seconds */
} dm_limits;

typedef struct dm_config {
  size_t size;
  void *user; /* handed to every callback below */

  const dm_memory *memory; /* NULL: realloc() and free(); the content is copied */
  uint8_t seed[32];        /* unpredictable bytes, from getrandom() or the like; keys the
                            * hash of client IDs and the trace ids; all zero is refused */

  /* The parts of "arn:<partition>:iot:<region>:<account>:client/<id>" in policies. At
   * most 64 bytes each; copied. Absent: "aws", "local" and "000000000000". */
  dm_span partition;
  dm_span region;
  dm_span account;

  /* Required. Puts the PUBLISH into the connection's stream: RETAIN 0, DUP 0, the given
   * QoS, a packet identifier of the host's choice. The payload may be copied or written,
   * not kept. Returns DM_OK once the host has taken it, or refuses it untouched with
   * DM_CLIENT_ENDPOINT_NOT_WRITABLE, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED (the host's
   * own messages fill the window), DM_RECEIVE_SESSION_THROTTLED,
   * DM_RECEIVER_PACKET_TOO_LARGE or DM_RECEIVER_DISCONNECTED; anything else counts as
   * DM_INTERNAL_SERVER_ERROR. The PUBACK may come inside this call. */
  int (*deliver)(void *user, const dm_delivery *delivery);

  /* Required. The policies that hold for a caller or a receiver at this moment; asked
   * for on every send. The list and the policies stay valid until the next call into
   * the host. Returns DM_OK; anything else fails that send with
   * DM_INTERNAL_SERVER_ERROR. */
  int (*policies)(void *user, const dm_party *party, dm_policy_list *out);

  /* Optional. Whether a client that is not connected has an unexpired persistent
   * session: 1 or 0. NULL: none has. */
  int (*has_session)(void *user, dm_span client_id);

  /* Optional, for dm_list_subscriptions(). Calls visit() with `visitor` for each
   * subscription of a client, in any order; the library copies what it needs. Returns DM_OK,
   * or DM_TARGET_CLIENT_ID_NOT_FOUND where the client has neither a connection nor a
   * session; anything else fails the query with DM_INTERNAL_SERVER_ERROR. NULL: the query
   * is answered DM_METHOD_NOT_ALLOWED. */
  int (*subscriptions)(void *user, const dm_target *target,
                       void (*visit)(void *visitor, dm_span topic_filter, int qos), void *visitor);

  /* Optional, for dm_delete_connection(). Ends a client's connection: DISCONNECT with reason
   * code 0x98 (MQTT 5), its will published unless that is to be prevented, and, here or
   * later, dm_disconnected() with DM_DISCONNECT_API_INITIATED. With `clean_session` its
   * session ends, too. The client may come back. Returns and NULL as for subscriptions(). */
  int (*end_connection)(void *user, const dm_target *target, int clean_session, int prevent_will);

  /* Optional. One event for each call, before its complete(), and one for each late
   * PUBACK. */
  void (*event)(void *user, const dm_event *event);

  const dm_limits *limits; /* NULL: the defaults; copied */

  /* Optional. What else policies may ask about a caller or a receiver; asked for after
   * policies(): iot:Connection.Thing.ThingName and the like, which AWS knows of devices only;
   * iot:Certificate.Subject.CommonName and the like; aws:CurrentTime, aws:EpochTime,
   * aws:SecureTransport, aws:username, iot:DomainName. What the host does not tell, conditions
   * do not find (dm_policy_keys() shows what a policy asks for). The library itself knows
   * aws:SourceIp, iot:ClientId of a receiver, iot:Topic of a message and
   * iot:IncludeSocketInformation: those are not the host's to tell, a value that is told twice
   * is none. At most DM_VALUES_MAX; borrowed, as what policies() gives, until the next call
   * into the host but this one. Returns DM_OK; anything else fails that call with
   * DM_INTERNAL_SERVER_ERROR. */
  int (*values)(void *user, const dm_party *party, const dm_policy_value **out, size_t *count);
} dm_config;

/* Creates a context. The configuration is copied. Returns DM_OK and *out;
 * DM_ERROR_INVALID_ARGUMENT for a missing callback, a zero seed, a field out of range;
 * DM_ERROR_NO_MEMORY. */
DM_EXPORT int dm_new(dm_context **out, const dm_config *config);

/* Takes over all of these limits; a zero stands for the default here, too. What is over a new
 * limit already stays: it counts for what comes. Returns DM_OK, DM_ERROR_CLOSED, or
 * DM_ERROR_INVALID_ARGUMENT for a field out of range, and then nothing has changed. */
DM_EXPORT int dm_set_limits(dm_context *context, const dm_limits *limits);

/* Fills *out, whose size must be set: with the limits in force, with the defaults. Returns
 * DM_OK or DM_ERROR_INVALID_ARGUMENT. */
DM_EXPORT int dm_get_limits(const dm_context *context, dm_limits *out);
DM_EXPORT int dm_default_limits(dm_limits *out);

/* Answers every waiting caller with DM_SHUTTING_DOWN and refuses every later dm_send() and
 * query with it. Connections stay. Returns DM_OK. May be called from a callback. */
DM_EXPORT int dm_stop(dm_context *context, dm_time now);

/* Ends a context: answers every waiting caller with DM_SHUTTING_DOWN, then releases
 * everything. NULL is fine. From a callback it takes effect when the outermost function
 * returns; until then dm_cancel(), dm_refuse(), dm_refuse_query() and the functions that
 * only look work, dm_send() and the queries refuse with DM_SHUTTING_DOWN, and every other
 * function with DM_ERROR_CLOSED. Do not use the context after the outermost function has
 * returned. */
DM_EXPORT void dm_free(dm_context *context);

/* ---- Connections -------------------------------------------------------- */

/* A client whose CONNECT the host has accepted. All text is copied. */
typedef struct dm_connection {
  size_t size;
  void *user;                   /* handed to deliver() and policies() */
  dm_span client_id;            /* the assigned one where the host assigned it */
  dm_span principal;            /* at most 256 bytes */
  uint8_t protocol_level;       /* 3 (MQTT 3.1), 4 (3.1.1) or 5 */
  uint8_t persistent;           /* 1: its session outlives this connection */
  uint16_t keep_alive;          /* seconds; 0: off */
  uint32_t session_expiry;      /* seconds; UINT32_MAX: never */
  uint32_t receive_maximum;     /* 1..65535; 0: not stated, 65535 */
  uint32_t maximum_packet_size; /* bytes; 0: not stated, no limit */
  dm_span source_ip;            /* the client's address; at most 45 bytes; absent: NULL */
  dm_span target_ip;            /* the host's address it came to */
  uint16_t source_port;
  uint16_t target_port;
  dm_span thing_name; /* what the host knows the device as; at most 128 bytes; absent: NULL */
} dm_connection;

/* Registers a connection, best before CONNACK is written: deliver() may be called for
 * it from here on, even before this returns (then *out is already set). A connection
 * with the same client ID is taken over: its handle goes stale and who waits for it is
 * answered DM_RECEIVER_DISCONNECTED; closing its socket is the host's.
 *
 * Returns DM_OK; DM_MALFORMED_CLIENTID for an id that no message could name (serve such
 * a client without registering it); DM_ERROR_INVALID_ARGUMENT; DM_ERROR_LIMIT at
 * max_connections; DM_ERROR_NO_MEMORY; DM_ERROR_CLOSED. On failure nothing has changed,
 * nobody is taken over. */
DM_EXPORT int dm_connected(dm_context *context, const dm_connection *connection, dm_time now,
                           dm_connection_id *out);

/* What ended a connection, in the words of AWS IoT. */
enum {
  DM_DISCONNECT_CONNECTION_LOST = 0, /* also where the host cannot tell */
  DM_DISCONNECT_AUTH_ERROR = 1,
  DM_DISCONNECT_CLIENT_INITIATED = 2, /* DISCONNECT came */
  DM_DISCONNECT_CLIENT_ERROR = 3,     /* it did what MQTT or the host does not allow */
  DM_DISCONNECT_DUPLICATE_CLIENTID = 4,
  DM_DISCONNECT_FORBIDDEN_ACCESS = 5,
  DM_DISCONNECT_MQTT_KEEP_ALIVE_TIMEOUT = 6,
  DM_DISCONNECT_SERVER_ERROR = 7,
  DM_DISCONNECT_SERVER_INITIATED = 8,
  DM_DISCONNECT_API_INITIATED = 9, /* dm_delete_connection() */
  DM_DISCONNECT_THROTTLED = 10,
  DM_DISCONNECT_WEBSOCKET_TTL_EXPIRATION = 11,
  DM_DISCONNECT_CUSTOMAUTH_TTL_EXPIRATION = 12,

  DM_DISCONNECT_LAST = DM_DISCONNECT_CUSTOMAUTH_TTL_EXPIRATION
};

/* The word: the constant's name without "DM_DISCONNECT_", and for the three that end in
 * _INITIATED with "_DISCONNECT" behind it. NULL for any other number. */
DM_EXPORT const char *dm_disconnect_reason_text(int reason);

/* Takes a connection out; `reason` is a DM_DISCONNECT_.... Who waits for it is answered
 * DM_RECEIVER_DISCONNECTED at once. dm_get_connection() remembers it for remembered_for,
 * unless memory is short or the client comes back. Returns DM_OK; DM_ERROR_STALE_HANDLE
 * where it was taken over or taken out before: harmless; DM_ERROR_INVALID_ARGUMENT for a
 * reason that is none, and then nothing has changed. */
DM_EXPORT int dm_disconnected(dm_context *context, dm_connection_id connection, int reason,
                              dm_time now);

/* Counts one PUBLISH of the host's own, in or out, against the connection's
 * publishes_per_second. Returns DM_OK; DM_RECEIVE_SESSION_THROTTLED when the rate is
 * used up (what follows from that is the host's); DM_ERROR_STALE_HANDLE. */
DM_EXPORT int dm_count_publish(dm_context *context, dm_connection_id connection, dm_time now);

/* How many direct messages of this connection hold a packet identifier: handed over at
 * QoS 1 and without their PUBACK, late ones included, and inside deliver() already the one
 * that it is given. They count against the client's Receive Maximum together with the
 * host's own. 0 for a stale handle. */
DM_EXPORT uint32_t dm_unacknowledged(const dm_context *context, dm_connection_id connection);

/* ---- Sending ------------------------------------------------------------ */

/* Sends one message to one client. Returns the outcome: DM_SENT or a failure, final; or
 * for a confirmed message DM_PENDING, followed by exactly one complete(), or DM_CONFIRMED
 * or a failure where it was settled inside deliver(), final. Everything but DM_PENDING
 * is final and complete() is not called.
 *
 * *result may be NULL; else its size must be set, and it tells the same and more.
 * DM_ERROR_INVALID_ARGUMENT is returned for a structure of a wrong size or a NULL where
 * none may be: that is no call, it has no event.
 *
 * The order of checks: the message is well formed; the sender's policies allow
 * iot:SendDirectMessage on client/<client_id>, with iot:Topic known; payload size; rate
 * of sends; the target is connected; its policies allow iot:Receive on topic/<topic>;
 * its packet size, window and rate; max_waiting. A sender without permission learns
 * nothing about who is connected.
 *
 * Allocates nothing once the context has held as many waiting messages before. */
DM_EXPORT int dm_send(dm_context *context, const dm_message *message, dm_time now,
                      dm_result *result);

/* The client has acknowledged: hands back the message id that deliver() was given with
 * this packet identifier, and the PUBACK's reason code (0 for MQTT 3.1.1; 0x80 and above
 * is a refusal, answered DM_RECEIVER_REJECTED). The message must have been delivered to
 * this very connection.
 *
 * Returns DM_OK when it settled a message, or freed the place of a late one, which is
 * then told by DM_EVENT_LATE_PUBACK; DM_ERROR_STALE_HANDLE when that message is not, or
 * no longer, in flight on that connection. */
DM_EXPORT int dm_puback(dm_context *context, dm_connection_id connection, dm_message_id message,
                        uint8_t reason_code, dm_time now);

/* The caller has gone: settles a waiting message as
 * DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT; complete() is called. The message may
 * arrive all the same and keeps its place in the client's window. Returns DM_OK, or
 * DM_ERROR_STALE_HANDLE when it has its answer already. */
DM_EXPORT int dm_cancel(dm_context *context, dm_message_id message, dm_time now);

/* Counts and reports a call that a front end refused before it became a message: a
 * parameter that cannot be read, a caller it does not know, a body too large. `message`
 * holds what is known. `text` is static and says what is wrong; NULL takes the outcome's
 * own. Returns `outcome`, or DM_ERROR_INVALID_ARGUMENT when that is not a failure.
 * *result as in dm_send(). */
DM_EXPORT int dm_refuse(dm_context *context, const dm_message *message, int outcome,
                        const char *text, dm_time now, dm_result *result);

/* ---- Queries ------------------------------------------------------------ */

/* What else there is to do with a client by its ID: the operations GetConnection,
 * ListSubscriptions and DeleteConnection of AWS IoT.
 *
 * Each returns DM_OK, and then the result's outcome is DM_DONE, or the outcome of a
 * failure. There is one event. *result may be NULL; else its size must be set.
 * DM_ERROR_INVALID_ARGUMENT as from dm_send(): that is no call.
 *
 * The order of checks: the context is not stopped; the host offers the operation
 * (DM_METHOD_NOT_ALLOWED); the query is well formed; the caller's policies allow the
 * operation on client/<client_id> (DM_SEND_AUTHORIZATION_FAILURE);
 * queries_per_second (DM_QUERY_THROTTLED); there is such a client
 * (DM_TARGET_CLIENT_ID_NOT_FOUND); client_queries_per_second. A caller without permission
 * learns nothing about who is connected. */

/* Who asks, and about which client: the fields are those of dm_message. */
typedef struct dm_query {
  size_t size;
  dm_span client_id;
  dm_span principal;
  dm_span source_ip;
  uint16_t source_port;
  int protocol; /* DM_PROTOCOL_... */
  dm_span invocation_id;
  uint32_t attempt;
  void *caller;
} dm_query;

/* The bytes of a client ID, a thing name and two addresses. */
#define DM_CONNECTION_TEXT_MAX 352

/* What is known about a client. Its spans lead into its own `text`; those of a copy still
 * lead there. */
typedef struct dm_connection_information {
  size_t size;
  int connected;
  int clean_session;            /* 1: no session outlives the connection */
  dm_duration connected_for;    /* DM_NEVER unless connected */
  dm_duration disconnected_for; /* DM_NEVER unless gone and remembered */
  int disconnect_reason;        /* DM_DISCONNECT_...; where remembered */
  dm_span client_id;

  /* What is, or was, true of the connection. Nothing is known of this where only the
   * session is: not connected, and disconnected_for is DM_NEVER. */
  dm_span thing_name;      /* absent: NULL */
  uint32_t session_expiry; /* seconds */
  uint16_t keep_alive;     /* seconds */

  /* Only where asked for; else, and where the host did not tell, NULL and 0. */
  dm_span source_ip;
  dm_span target_ip;
  uint16_t source_port;
  uint16_t target_port;

  char text[DM_CONNECTION_TEXT_MAX];
} dm_connection_information;

/* Is a client connected, and how, or since when and why not any more? Answered for clients
 * that are connected, remembered, or have a session. The policies must allow
 * iot:GetConnection, with iot:IncludeSocketInformation ("true" or "false") known. *out must
 * have its size set and is filled where DM_OK is returned. */
DM_EXPORT int dm_get_connection(dm_context *context, const dm_query *query,
                                int include_socket_information, dm_time now,
                                dm_connection_information *out, dm_result *result);

typedef struct dm_subscription {
  dm_span topic_filter;
  int qos; /* 0, 1 or 2 */
} dm_subscription;

/* At most so many on a page, and so many where the caller does not say. */
#define DM_SUBSCRIPTIONS_MAX     200
#define DM_SUBSCRIPTIONS_DEFAULT 20

/* No next_token is longer than this. */
#define DM_NEXT_TOKEN_MAX 363

/* One page of the subscriptions of a client that is connected or has a session: at most
 * `max_results` of them, 0 for the default, from behind the page that gave `next_token`, or
 * from the start where that is NULL. The policies must allow iot:ListSubscriptions.
 *
 * page() is required. It is given `user` and the page, once, before the event; nothing where
 * the query fails earlier. The subscriptions are in the order of the first 256 bytes of their
 * topic filters; next_token is NULL on the last page. All is borrowed for the call. It
 * returns DM_OK; anything else fails the query with DM_INTERNAL_SERVER_ERROR.
 *
 * A token stands for a place in the order: what is subscribed to or not while a caller goes
 * through the pages changes nothing about the others. It is good for one client and for
 * contexts of one seed, and refused with DM_INVALID_REQUEST elsewhere. */
DM_EXPORT int dm_list_subscriptions(dm_context *context, const dm_query *query,
                                    uint32_t max_results, dm_span next_token, dm_time now,
                                    int (*page)(void *user, const dm_subscription *subscriptions,
                                                size_t count, dm_span next_token),
                                    void *user, dm_result *result);

/* Ends the connection of a client, and with clean_session 1 its session, which may be all
 * that there is. The policies must allow iot:DeleteConnection. The host does it:
 * dm_config.end_connection. */
DM_EXPORT int dm_delete_connection(dm_context *context, const dm_query *query, int clean_session,
                                   int prevent_will, dm_time now, dm_result *result);

/* dm_refuse() for a query; `operation` says which one it is. */
DM_EXPORT int dm_refuse_query(dm_context *context, const dm_query *query, int operation,
                              int outcome, const char *text, dm_time now, dm_result *result);

/* ---- Time --------------------------------------------------------------- */

/* Answers everyone whose deadline is at or before `now` with
 * DM_DELIVERY_CONFIRMATION_TIMEOUT. Their messages keep their places in the clients'
 * windows until the PUBACK or the end of the connection: a packet identifier freed
 * earlier would let the late PUBACK confirm another message. Returns DM_OK. */
DM_EXPORT int dm_tick(dm_context *context, dm_time now);

/* When dm_tick() is due next; DM_NEVER while nobody waits. */
DM_EXPORT dm_time dm_next_deadline(const dm_context *context);

/* ---- Counters ----------------------------------------------------------- */

/* How many calls for an operation ended with this outcome since dm_new(); 0 for a code that
 * is none. */
DM_EXPORT uint64_t dm_count(const dm_context *context, int operation, int outcome);

typedef struct dm_statistics {
  size_t size;
  uint64_t connections;  /* now */
  uint64_t waiting;      /* confirmed messages whose caller waits, now */
  uint64_t late;         /* answered, but still in a client's window, now */
  uint64_t late_pubacks; /* since dm_new() */
} dm_statistics;

/* Fills *out, whose size must be set. Returns DM_OK or DM_ERROR_INVALID_ARGUMENT. */
DM_EXPORT int dm_statistics_get(const dm_context *context, dm_statistics *out);

#ifdef __cplusplus
}
#endif
#endif
