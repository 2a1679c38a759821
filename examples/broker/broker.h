/* The broker: what its clients and sessions share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "common/base/bytes.h"
#include "common/host/service.h"
#include "common/net/tcp.h"
#include "topic_tree.h"

struct client;
LIST_HEAD(client_list, client);

/* What the configuration file says to the broker alone. Sizes are in bytes. */
struct broker_settings {
  address mqtt;                     /* where clients connect, or none; the rest is the object
                                     * "broker" */
  uint32_t max_connections;         /* more are closed as they come */
  uint32_t max_sessions;            /* connected or not; more are refused */
  uint32_t max_connect_size;        /* of a CONNECT */
  uint32_t max_packet_size;         /* of every other packet from a client */
  uint32_t max_output_bytes;        /* that wait for a slow reader; see output.h */
  uint32_t max_inflight;            /* QoS 1 of a session's own without PUBACK */
  uint32_t max_queued_messages;     /* QoS 1 that a session holds; more are dropped */
  uint32_t max_queued_bytes;        /* the same, in bytes */
  uint32_t max_subscriptions;       /* of one session */
  uint32_t session_expiry_seconds;  /* of persistent 3.1.1 sessions; at most, of MQTT 5 */
  uint32_t connect_timeout_seconds; /* from accepting a connection to its CONNECT */
  uint32_t max_keep_alive_seconds;  /* MQTT 5 clients are told; 0: as the client wants */
  bool log_clients;                 /* a line on standard error when a connection ends */
};

/* Its rows and its defaults. */
extern const settings_field broker_settings_fields[];
extern const struct broker_settings broker_settings_defaults;

struct broker {
  service *service;
  const struct broker_settings *settings;
  tcp_listener listener;
  tcp_listener secure_listener;
  struct client_list clients;
  size_t client_count;
  size_t password_checks; /* on their way */
  tree sessions;          /* by client identifier */
  size_t session_count;
  struct topic_level topics; /* the root of all subscriptions */
  bytes scratch;             /* where a packet is encoded */
  bytes identifiers;         /* Subscription Identifiers of the PUBLISH being routed */
};

/* The loop's clock. */
static inline uint64_t broker_now(const struct broker *broker) {
  return service_now(broker->service);
}

/* Listens on the settings' addresses for MQTT, plain and with TLS. On failure *p says why and there
 * is nothing to close. */
bool broker_open(struct broker *broker, service *service, problem *p);

/* Stops in order: no new clients, the others are sent home. */
void broker_stop(struct broker *broker);

/* Closes what is still open, without another word, and releases everything. */
void broker_close(struct broker *broker);

/* dm_config.deliver; `user` is not looked at, the connection knows its broker. */
int broker_deliver(void *user, const dm_delivery *delivery);

/* For dm_config.has_session, subscriptions and end_connection. */
int broker_has_session(const struct broker *broker, dm_span client_id);
int broker_subscriptions(struct broker *broker, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor);
int broker_end_connection(struct broker *broker, const dm_target *target, bool clean_session,
                          bool prevent_will);

#endif
