/* Who has subscribed to what: the topic filters of all subscribers, level by level in one
 * tree, so that a PUBLISH visits only filters that begin like its topic.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_TOPIC_TREE_H
#define BROKER_TOPIC_TREE_H

#include <sys/queue.h>

#include "dm/mqtt.h"
#include "common/base/bytes.h"
#include "common/base/names.h"

struct topic_level;

/* More levels in a filter are refused: every level costs a node. */
#define SUBSCRIPTION_LEVELS_MAX 64

/* One subscriber's subscription to one topic filter. */
struct subscription {
  void *subscriber;
  struct topic_level *place;
  LIST_ENTRY(subscription) same_filter;
  LIST_ENTRY(subscription) same_subscriber;
  SLIST_ENTRY(subscription) same_match; /* while one PUBLISH is routed */
  uint32_t identifier;                  /* MQTT 5 Subscription Identifier; 0: none */
  uint8_t qos;
  bool no_local;
};

LIST_HEAD(subscription_list, subscription);

/* One level of topic filters, "+" and "#" included. */
struct topic_level {
  dm_span name; /* first, for the tree; its text follows this struct */
  struct topic_level *parent;
  tree children;
  struct subscription_list subscriptions; /* to the filter that ends here */
};

/* Called for each subscription that matches; must not change subscriptions. */
typedef void subscription_visitor(void *user, struct subscription *subscription);

/* Whether a filter has few enough levels to be taken. */
bool subscription_levels_allowed(dm_span filter);

/* The subscription to `filter` in its subscriber's list, a new one where there is none yet;
 * *added tells which. NULL when out of memory. */
struct subscription *subscription_add(struct topic_level *root, void *subscriber,
                                      struct subscription_list *list, dm_span filter, bool *added);

/* The subscription to this filter in a subscriber's list, or NULL. */
struct subscription *subscription_find(struct topic_level *root,
                                       const struct subscription_list *list, dm_span filter);

/* Writes the topic filter of a subscription; false when out of memory. */
bool subscription_filter(const struct subscription *subscription, bytes *out);

/* Ends a subscription. */
void subscription_remove(struct subscription *subscription);

/* Visits every subscription whose filter matches the topic. */
void subscriptions_match(struct topic_level *root, dm_span topic, subscription_visitor *visit,
                         void *user);

#endif
