/* What the configuration file says to the broker alone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_SETTINGS_H
#define BROKER_BROKER_SETTINGS_H

#include "common/base/address.h"
#include "common/config/settings.h"

/* Sizes are in bytes. */
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

#endif
