/* The sidecar: what its links share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDECAR_H
#define SIDECAR_SIDECAR_H

#include <sys/queue.h>

#include "common/host/service.h"
#include "common/net/dial.h"
#include "common/net/listener.h"
#include "common/net/orderly_close.h"
#include "common/base/names.h"
#include "dm/relay.h"
#include "forward_buffer.h"
#include "remembered_sessions.h"
#include "repeated_warning.h"
#include "sidecar_settings.h"

struct link;
LIST_HEAD(link_list, link);

struct sidecar {
  service *service;
  const struct sidecar_settings *settings;
  listener listener;
  listener secure_listener;
  dialer dialer;         /* to the broker */
  dm_relay_host *relays; /* what they have in common */
  struct link_list links;
  size_t link_count;
  closing_streams closing_devices;
  closing_streams closing_brokers;
  tree addressable; /* the newest link of each client identifier */
  struct sessions sessions;
  struct forward_buffer buffer;
  bytes head;                          /* where a PUBLISH is encoded, its payload apart */
  struct repeated_warning unreachable; /* the broker */
  struct repeated_warning unregistered;
  struct repeated_warning unfollowed;
  struct repeated_warning unlisted;  /* subscriptions */
  struct repeated_warning undeleted; /* sessions */
};

static inline struct loop *sidecar_loop(struct sidecar *sidecar) {
  return &sidecar->service->loop;
}

/* The loop's clock. */
static inline dm_time sidecar_now(const struct sidecar *sidecar) {
  return service_now(sidecar->service);
}

/* Says what goes wrong for one device after the other, but not for each of them. */
void sidecar_warn(struct sidecar *sidecar, struct repeated_warning *warning, const char *what,
                  const char *why);

#endif
