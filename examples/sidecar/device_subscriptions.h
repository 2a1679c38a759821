/* What one client is subscribed to, learned from what it and its broker say.
 *
 * A subscription counts when SUBACK has granted it, and until UNSUBACK has ended it. A request
 * whose connection ended before its answer came counts for nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_DEVICE_SUBSCRIPTIONS_H
#define SIDECAR_DEVICE_SUBSCRIPTIONS_H

#include <stdbool.h>

#include "dm/mqtt.h"

struct subscription;
struct subscription_request;

/* So many bytes of requests wait for their answers. */
#define SUBSCRIPTION_REQUESTS_MAX 65536

/* So many bytes of topic filters are remembered. */
#define SUBSCRIPTION_FILTERS_MAX 262144

/* All zero is empty. */
struct subscriptions {
  struct subscription **sorted; /* by topic filter */
  size_t count;
  size_t capacity;
  size_t filter_bytes;
  const char *gap; /* why they are not all known; static; NULL: they are */

  struct subscription_request *requests; /* oldest first */
  size_t request_bytes;
};

/* A SUBSCRIBE, UNSUBSCRIBE, SUBACK or UNSUBACK was passed on; no more than `max` subscriptions
 * and SUBSCRIPTION_FILTERS_MAX bytes of them are remembered. */
void subscriptions_follow(struct subscriptions *all, const dm_mqtt_packet *packet, size_t max);

/* What follows will not be seen; `why` is static. */
void subscriptions_miss(struct subscriptions *all, const char *why);

/* A session is taken up again: moves the subscriptions of `before` to `all`, which has seen no
 * answer yet; requests stay where they are. NULL: nobody remembers them. */
void subscriptions_take_over(struct subscriptions *all, struct subscriptions *before);

/* Calls visit() for each subscription. */
void subscriptions_visit(const struct subscriptions *all,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor);

/* Releases the memory; empty afterwards. */
void subscriptions_free(struct subscriptions *all);

#endif
