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
 * This file is the manual's main part. Beside it: types.h, what everything is made of and how
 * structures grow; outcome.h, how a call can end; caller.h, who calls; event.h, what to log
 * and to count; query.h, the last three rows above; policy.h, who may do what.
 *
 * Threads: one thread at a time may be inside the functions that take a given context.
 * A host with several threads runs a context for each of its event loops. There is no
 * global state.
 *
 * Callbacks: any function here may be called from any callback, on the same context,
 * dm_free() included. Handles may be stale after that and are then recognised as such.
 *
 * Errors: what a function may return beside DM_OK or an outcome ends its comment, one a line.
 * Nothing has changed then.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "dm/caller.h"
#include "dm/event.h"
#include "dm/outcome.h"
#include "dm/policy.h"
#include "dm/query.h"
#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DM_VERSION_MAJOR 0
#define DM_VERSION_MINOR 1
#define DM_VERSION_PATCH 0

/* The version of the library that runs, "0.1.0". */
DM_EXPORT const char *dm_version(void);

/* ---- Connections -------------------------------------------------------- */

/* A client whose CONNECT the host has accepted. All text is copied. */
typedef struct dm_connection {
  size_t size;
  void *user;                   /* handed to the callbacks that are about this connection */
  dm_span client_id;            /* the assigned one where the host assigned it */
  dm_span principal;            /* at most 256 bytes */
  dm_span thing_name;           /* what the host knows the device as; at most 128 bytes; absent:
                                 * NULL */
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
} dm_connection;

/* Registers a connection, best before CONNACK is written: deliver() may be called for
 * it from here on, even before this returns (then *out is already set). A connection
 * with the same client ID is taken over, unless this fails: its handle goes stale and who
 * waits for it is answered DM_RECEIVER_DISCONNECTED; closing its socket is the host's.
 *
 * DM_MALFORMED_CLIENTID      an id that no message could name: serve such a client without
 *                            registering it
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a field out of range, a NULL
 * DM_ERROR_LIMIT             max_connections are there
 * DM_ERROR_NO_MEMORY
 * DM_ERROR_CLOSED */
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
 * unless memory is short or the client comes back.
 *
 * DM_ERROR_STALE_HANDLE      it was taken over or taken out before: harmless
 * DM_ERROR_INVALID_ARGUMENT  a reason that is none
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_disconnected(dm_context *context, dm_connection_id connection, int reason,
                              dm_time now);

/* Counts one PUBLISH of the host's own, in or out, against the connection's
 * publishes_per_second.
 *
 * DM_RECEIVE_SESSION_THROTTLED  the rate is used up; what follows from that is the host's
 * DM_ERROR_STALE_HANDLE
 * DM_ERROR_INVALID_ARGUMENT
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_count_publish(dm_context *context, dm_connection_id connection, dm_time now);

/* How many direct messages of this connection hold a packet identifier: handed over at
 * QoS 1 and without their PUBACK, late ones included, and inside deliver() already the one
 * that it is given. They count against the client's Receive Maximum together with the
 * host's own. 0 for a stale handle. */
DM_EXPORT uint32_t dm_unacknowledged(const dm_context *context, dm_connection_id connection);

/* ---- Messages ----------------------------------------------------------- */

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

/* One direct message. All that it points to is borrowed until dm_send() returns. */
typedef struct dm_message {
  size_t size;

  dm_span client_id; /* the receiver: 1..128 bytes of UTF-8, not beginning with '$' */
  dm_span topic;     /* 1..256 bytes of UTF-8, at most 7 '/', no '+', '#' or leading '$', no
                      * control characters and no non-characters, at which devices may close
                      * their connection (MQTT 5 section 1.5.4) */
  dm_span payload;   /* opaque, may be empty */

  int mode;            /* DM_MODE_... */
  dm_duration timeout; /* how long to wait for the PUBACK; 0: the configured default;
                        * at most the configured maximum; ignored with DM_MODE_SENT */

  /* MQTT 5 properties, for MQTT 5 receivers only: a host leaves them out for others. No control
   * characters and non-characters in their texts either. */
  dm_span content_type;     /* absent: NULL */
  dm_span response_topic;   /* absent: NULL; else a topic as above */
  dm_span correlation_data; /* absent: NULL */
  const dm_property *user_properties;
  size_t user_property_count;
  int payload_format; /* DM_PAYLOAD_FORMAT_... */

  const dm_caller *caller; /* who sends it; NULL: somebody in this process, without a name */

  /* Called exactly once when, and only when, dm_send() returned DM_PENDING. NULL: the
   * sender does not want to know; the event tells. */
  void (*complete)(void *user, const dm_result *result);
  void *user; /* handed to complete() */
} dm_message;

/* Sends one message to one client. Returns the outcome: DM_SENT or a failure, final; or
 * for a confirmed message DM_PENDING, followed by exactly one complete(), or DM_CONFIRMED
 * or a failure where it was settled inside deliver(), final. Everything but DM_PENDING
 * is final and complete() is not called.
 *
 * The order of checks: the message is well formed; the sender's policies allow
 * iot:SendDirectMessage on client/<client_id>, with iot:Topic known; payload size; rate
 * of sends; the target is connected; its policies allow iot:Receive on topic/<topic>;
 * its packet size, window and rate; max_waiting. A sender without permission learns
 * nothing about who is connected.
 *
 * Allocates nothing once the context has held as many waiting messages before. Where memory is
 * short a message ends with DM_INTERNAL_SERVER_ERROR.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, or a NULL where none may be: that is
 *                            no call, it has no event */
DM_EXPORT int dm_send(dm_context *context, const dm_message *message, dm_time now,
                      dm_result *result);

/* The client has acknowledged: hands back the message id that deliver() was given with
 * this packet identifier, and the PUBACK's reason code (0 for MQTT 3.1.1; 0x80 and above
 * is a refusal, answered DM_RECEIVER_REJECTED). The message must have been delivered to
 * this very connection. It is settled; or, where it was late, its place is free again,
 * which is told by DM_EVENT_LATE_PUBACK.
 *
 * DM_ERROR_STALE_HANDLE      that message is not, or no longer, in flight on that connection
 * DM_ERROR_INVALID_ARGUMENT
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_puback(dm_context *context, dm_connection_id connection, dm_message_id message,
                        uint8_t reason_code, dm_time now);

/* The caller has gone: settles a waiting message as
 * DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT; complete() is called. The message may
 * arrive all the same and keeps its place in the client's window.
 *
 * DM_ERROR_STALE_HANDLE      it has its answer already
 * DM_ERROR_INVALID_ARGUMENT */
DM_EXPORT int dm_cancel(dm_context *context, dm_message_id message, dm_time now);

/* Counts and reports a call that a front end refused before it became a message: a
 * parameter that cannot be read, a caller it does not know, a body too large. `message`
 * holds what is known. `text` is static and says what is wrong; NULL takes the outcome's
 * own. Returns `outcome`.
 *
 * DM_ERROR_INVALID_ARGUMENT  as from dm_send(); an outcome that is no failure */
DM_EXPORT int dm_refuse(dm_context *context, const dm_message *message, int outcome,
                        const char *text, dm_time now, dm_result *result);

/* ---- What the host is asked --------------------------------------------- */

/* A message on its way into one connection: what deliver() is given. */
typedef struct dm_delivery {
  size_t size;
  const dm_message *message;
  dm_connection_id connection;
  void *connection_user;
  dm_message_id message_id; /* store it beside the packet identifier; 0 for QoS 0 */
  uint8_t qos;              /* 0 or 1 */
  uint8_t protocol_level;   /* the receiver's: 3, 4 or 5 */
  const char **text;        /* where deliver() refuses it may say why, in a static sentence for
                             * people; NULL there stands for the outcome's own; writable */
} dm_delivery;

/* Whose policies are asked for: a caller's or a receiver's. */
typedef struct dm_party {
  size_t size;
  dm_span principal;
  const dm_caller *caller;     /* that of the message or query; NULL for a receiver */
  dm_connection_id connection; /* the receiver's; 0 when the caller is asked about */
  void *connection_user;       /* the receiver's; NULL when the caller is asked about */
} dm_party;

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

  const dm_limits *limits; /* NULL: the defaults; copied */

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

  /* Optional. Whether a client that is not connected has an unexpired persistent
   * session: 1 or 0. NULL: none has. */
  int (*has_session)(void *user, dm_span client_id);

  /* Optional, for dm_list_subscriptions() (query.h). Calls visit() with `visitor` for each
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
} dm_config;

/* ---- Contexts ----------------------------------------------------------- */

/* Creates a context. The configuration is copied.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a missing callback, a zero seed, a
 *                            field out of range
 * DM_ERROR_NO_MEMORY */
DM_EXPORT int dm_new(dm_context **out, const dm_config *config);

/* Takes over all of these limits; a zero stands for the default here, too. What is over a new
 * limit already stays: it counts for what comes.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a field out of range
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_set_limits(dm_context *context, const dm_limits *limits);

/* Fills *out, whose size must be set: with the limits in force, with the defaults.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a NULL */
DM_EXPORT int dm_get_limits(const dm_context *context, dm_limits *out);
DM_EXPORT int dm_default_limits(dm_limits *out);

/* Answers every waiting caller with DM_SHUTTING_DOWN and refuses every later dm_send() and
 * query with it. Connections stay. May be called from a callback.
 *
 * DM_ERROR_INVALID_ARGUMENT
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_stop(dm_context *context, dm_time now);

/* Ends a context: answers every waiting caller with DM_SHUTTING_DOWN, then releases
 * everything. NULL is fine. From a callback it takes effect when the outermost function
 * returns; until then dm_cancel(), dm_refuse(), dm_refuse_query() and the functions that
 * only look work, dm_send() and the queries refuse with DM_SHUTTING_DOWN, and every other
 * function with DM_ERROR_CLOSED. Do not use the context after the outermost function has
 * returned. */
DM_EXPORT void dm_free(dm_context *context);

/* ---- Time --------------------------------------------------------------- */

/* Answers everyone whose deadline is at or before `now` with
 * DM_DELIVERY_CONFIRMATION_TIMEOUT. Their messages keep their places in the clients'
 * windows until the PUBACK or the end of the connection: a packet identifier freed
 * earlier would let the late PUBACK confirm another message.
 *
 * DM_ERROR_INVALID_ARGUMENT
 * DM_ERROR_CLOSED */
DM_EXPORT int dm_tick(dm_context *context, dm_time now);

/* When dm_tick() is due next; DM_NEVER while nobody waits. */
DM_EXPORT dm_time dm_next_deadline(const dm_context *context);

#ifdef __cplusplus
}
#endif
#endif
