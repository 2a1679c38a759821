/* The broker: what its clients and sessions share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "common/base/bytes.h"
#include "common/host/service.h"
#include "common/net/listener.h"
#include "common/net/orderly_close.h"
#include "broker_settings.h"
#include "password_check.h"
#include "session_store.h"
#include "topic_tree.h"

struct client;
LIST_HEAD(client_list, client);

struct broker {
  service *service;
  const struct broker_settings *settings;
  listener listener;
  listener secure_listener;
  struct client_list clients;
  size_t client_count;     /* those that are not closing */
  closing_streams closing; /* the streams of those that were */
  struct password_checks password_checks;
  struct session_store sessions;
  struct topic_level topics; /* the root of all subscriptions */
  bytes scratch;             /* where a packet is encoded */
  bytes identifiers;         /* Subscription Identifiers of the PUBLISH being routed */
};

/* The loop's clock. */
static inline dm_time broker_now(const struct broker *broker) {
  return service_now(broker->service);
}

#endif
