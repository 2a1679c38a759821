/* What the configuration file says to the sidecar alone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_SETTINGS_H
#define SIDECAR_SIDECAR_SETTINGS_H

#include "common/base/address.h"
#include "common/config/settings.h"

/* Sizes are in bytes. */
struct sidecar_settings {
  address listen;                   /* where devices connect, or none; these two stand beside */
  address broker;                   /* the object "sidecar", which holds the rest */
  uint32_t max_connections;         /* more are closed as they come */
  uint32_t max_sessions;            /* that are remembered */
  uint32_t max_subscriptions;       /* of each, and of each connection */
  uint32_t max_connect_size;        /* of a CONNECT */
  uint32_t max_output_bytes;        /* that wait for one reader; above that its writer waits */
  uint32_t connect_timeout_seconds; /* for CONNECT, then for the connection to the broker */
  bool user_name_as_client_id;      /* as the broker does */
  bool proxy_protocol;              /* towards the broker */
  bool log_clients;                 /* a line on standard error when a connection ends */
};

/* Its rows and its defaults. */
extern const settings_field sidecar_settings_fields[];
extern const struct sidecar_settings sidecar_settings_defaults;

#endif
