/* The sidecar: what its links share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_H
#define SIDECAR_SIDECAR_H

#include <sys/queue.h>

#include "common/base/bytes.h"
#include "common/host/service.h"
#include "common/net/tcp.h"
#include "common/base/names.h"
#include "dm/relay.h"
#include "passing.h"
#include "remembered_sessions.h"
#include "repeated_warning.h"
#include "sidecar_settings.h"
#include "upstream.h"

struct link;
LIST_HEAD(link_list, link);

struct sidecar {
  service *service;
  const struct sidecar_settings *settings;
  tcp_listener listener;
  tcp_listener secure_listener;
  dm_relay_host *relays; /* what they have in common */
  struct link_list links;
  size_t link_count;
  tree addressable; /* the newest link of each client identifier */
  struct sessions sessions;
  struct stream_buffer buffer;
  struct upstream_line line;
  bytes head;                          /* where a PUBLISH is encoded, its payload apart */
  struct repeated_warning unreachable; /* the broker */
  struct repeated_warning unregistered;
  struct repeated_warning unlisted;  /* subscriptions */
  struct repeated_warning undeleted; /* sessions */
};

/* The loop's clock. */
static inline dm_time sidecar_now(const struct sidecar *sidecar) {
  return service_now(sidecar->service);
}

/* Listens on the settings' addresses, plain and with TLS. On failure *p says why and there is
 * nothing to close. */
bool sidecar_open(struct sidecar *sidecar, service *service, problem *p);

/* Stops in order: no new devices, the others' connections end on both sides. */
void sidecar_stop(struct sidecar *sidecar);

/* Closes what is still open, without another word, and releases everything. */
void sidecar_close(struct sidecar *sidecar);

/* Says what goes wrong for one device after the other, but not for each of them. */
void sidecar_warn(struct sidecar *sidecar, struct repeated_warning *warning, const char *what,
                  const char *why);

/* dm_config.deliver; `user` is not looked at, the connection knows its sidecar. */
int sidecar_deliver(void *user, const dm_delivery *delivery);

/* For dm_config.has_session. */
int sidecar_has_session(struct sidecar *sidecar, dm_span client_id);

/* Callback of the relay: a SUBSCRIBE or the like was passed on. */
void sidecar_follow_subscriptions(void *user, const dm_mqtt_packet *packet);

/* For dm_config.subscriptions and dm_config.end_connection. */
int sidecar_subscriptions(struct sidecar *sidecar, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor);
int sidecar_end_connection(struct sidecar *sidecar, const dm_target *target, bool clean_session,
                           bool prevent_will);

#endif
