/* What one client is subscribed to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device_subscriptions.h"

#include <stdlib.h>
#include <string.h>

#define TOO_MANY        "there are more than maxSubscriptions"
#define TOO_LONG        "the topic filters are longer than 256 KB together"
#define TOO_MANY_ASKED  "too many requests wait for their answers"
#define OUT_OF_MEMORY   "out of memory"
#define UNSEEN          "a SUBSCRIBE or UNSUBSCRIBE was longer than maxConnectSize"
#define UNREADABLE      "an answer of the broker does not fit its request"
#define BEFORE_OUR_TIME "the session was not remembered here"

struct subscription {
  size_t len;
  uint8_t qos;
  char filter[];
};

/* A SUBSCRIBE or UNSUBSCRIBE that has no answer yet. */
struct subscription_request {
  struct subscription_request *next;
  size_t count; /* of its topic filters */
  size_t len;
  uint16_t packet_id;
  uint8_t type;
  char encoded[];
};

/* The first reason stays. */
void subscriptions_miss(struct subscriptions *all, const char *why) {
  if (all->gap == NULL)
    all->gap = why;
}

/* ---- The list ---------------------------------------------------------------- */

static int compare(const struct subscription *subscription, dm_span filter) {
  size_t common = subscription->len < filter.len ? subscription->len : filter.len;
  int order = memcmp(subscription->filter, filter.ptr, common);
  if (order != 0)
    return order;
  return subscription->len == filter.len ? 0 : subscription->len < filter.len ? -1 : 1;
}

/* Where a filter stands, or would. */
static size_t find(const struct subscriptions *all, dm_span filter, bool *found) {
  size_t low = 0;
  size_t high = all->count;
  *found = false;
  while (low < high && !*found) {
    size_t middle = low + (high - low) / 2;
    int order = compare(all->sorted[middle], filter);
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
    *found = order == 0;
  }
  return high;
}

static bool make_room(struct subscriptions *all) {
  size_t capacity = all->capacity == 0 ? 4 : 2 * all->capacity;
  if (all->count < all->capacity)
    return true;
  struct subscription **sorted = realloc(all->sorted, capacity * sizeof *sorted);
  if (sorted == NULL)
    return false;
  all->sorted = sorted;
  all->capacity = capacity;
  return true;
}

static void insert(struct subscriptions *all, size_t place, dm_span filter, uint8_t qos) {
  struct subscription *added = malloc(sizeof *added + filter.len);
  if (added == NULL || !make_room(all)) {
    free(added);
    subscriptions_miss(all, OUT_OF_MEMORY);
    return;
  }
  added->len = filter.len;
  added->qos = qos;
  memcpy(added->filter, filter.ptr, filter.len);
  struct subscription **at = all->sorted + place;
  memmove(at + 1, at, (all->count - place) * sizeof *at);
  *at = added;
  all->count++;
  all->filter_bytes += filter.len;
}

static void subscribe(struct subscriptions *all, dm_span filter, uint8_t qos, size_t max) {
  bool found;
  size_t place = find(all, filter, &found);
  if (found)
    all->sorted[place]->qos = qos;
  else if (all->count >= max)
    subscriptions_miss(all, TOO_MANY);
  else if (all->filter_bytes + filter.len > SUBSCRIPTION_FILTERS_MAX)
    subscriptions_miss(all, TOO_LONG);
  else
    insert(all, place, filter, qos);
}

static void unsubscribe(struct subscriptions *all, dm_span filter) {
  bool found;
  size_t place = find(all, filter, &found);
  if (!found)
    return;
  struct subscription **at = all->sorted + place;
  free(*at);
  all->count--;
  all->filter_bytes -= filter.len;
  memmove(at, at + 1, (all->count - place) * sizeof *at);
}

/* ---- Requests ------------------------------------------------------------------- */

static size_t size_of(const struct subscription_request *request) {
  return sizeof *request + request->len;
}

static struct subscription_request *make_request(const dm_mqtt_packet *packet, size_t count,
                                                 dm_span encoded) {
  struct subscription_request *request = malloc(sizeof *request + encoded.len);
  if (request == NULL)
    return NULL;
  request->next = NULL;
  request->count = count;
  request->len = encoded.len;
  request->packet_id = packet->packet_id;
  request->type = packet->type;
  memcpy(request->encoded, encoded.ptr, encoded.len);
  return request;
}

static void add_request(struct subscriptions *all, const dm_mqtt_packet *packet, size_t count,
                        dm_span encoded) {
  struct subscription_request *request = make_request(packet, count, encoded);
  struct subscription_request **end = &all->requests;
  if (request == NULL) {
    subscriptions_miss(all, OUT_OF_MEMORY);
    return;
  }
  if (all->request_bytes + size_of(request) > SUBSCRIPTION_REQUESTS_MAX) {
    free(request);
    subscriptions_miss(all, TOO_MANY_ASKED);
    return;
  }
  while (*end != NULL)
    end = &(*end)->next;
  *end = request;
  all->request_bytes += size_of(request);
}

/* Takes out the request that an answer is for. */
static struct subscription_request *take_request(struct subscriptions *all, uint8_t type,
                                                 uint16_t packet_id) {
  struct subscription_request **at = &all->requests;
  while (*at != NULL && ((*at)->type != type || (*at)->packet_id != packet_id))
    at = &(*at)->next;
  struct subscription_request *request = *at;
  if (request != NULL) {
    *at = request->next;
    all->request_bytes -= size_of(request);
  }
  return request;
}

/* ---- Answers --------------------------------------------------------------------- */

static void take_suback(struct subscriptions *all, const struct subscription_request *request,
                        dm_span codes, size_t max) {
  const dm_mqtt_subscribe asked = {.count = request->count,
                                   .encoded = dm_bytes(request->encoded, request->len)};
  dm_mqtt_subscription wanted;
  size_t position = 0;
  if (codes.len != request->count)
    subscriptions_miss(all, UNREADABLE);
  for (size_t i = 0; i < codes.len && dm_mqtt_next_subscription(&asked, &position, &wanted); i++) {
    uint8_t code = (uint8_t)codes.ptr[i];
    if (code <= DM_MQTT_GRANTED_QOS_2)
      subscribe(all, wanted.topic_filter, code, max);
  }
}

/* Below MQTT 5 there are no reason codes: all went well. */
static void take_unsuback(struct subscriptions *all, const struct subscription_request *request,
                          dm_span codes) {
  const dm_mqtt_unsubscribe asked = {.count = request->count,
                                     .encoded = dm_bytes(request->encoded, request->len)};
  dm_span filter;
  size_t position = 0;
  if (codes.len != 0 && codes.len != request->count)
    subscriptions_miss(all, UNREADABLE);
  for (size_t i = 0; dm_mqtt_next_topic_filter(&asked, &position, &filter); i++) {
    if (i >= codes.len || (uint8_t)codes.ptr[i] < DM_MQTT_UNSPECIFIED_ERROR)
      unsubscribe(all, filter);
  }
}

static void take_answer(struct subscriptions *all, const dm_mqtt_packet *answer, uint8_t asked_by,
                        size_t max) {
  dm_span codes = answer->suback.reason_codes;
  struct subscription_request *request = take_request(all, asked_by, answer->packet_id);
  if (request == NULL)
    subscriptions_miss(all, UNSEEN);
  else if (asked_by == DM_MQTT_SUBSCRIBE)
    take_suback(all, request, codes, max);
  else
    take_unsuback(all, request, codes);
  free(request);
}

/* ---- All of it ----------------------------------------------------------------------- */

void subscriptions_follow(struct subscriptions *all, const dm_mqtt_packet *packet, size_t max) {
  switch (packet->type) {
  case DM_MQTT_SUBSCRIBE:
    add_request(all, packet, packet->subscribe.count, packet->subscribe.encoded);
    break;
  case DM_MQTT_UNSUBSCRIBE:
    add_request(all, packet, packet->unsubscribe.count, packet->unsubscribe.encoded);
    break;
  case DM_MQTT_SUBACK:
    take_answer(all, packet, DM_MQTT_SUBSCRIBE, max);
    break;
  case DM_MQTT_UNSUBACK:
    take_answer(all, packet, DM_MQTT_UNSUBSCRIBE, max);
    break;
  default:
    break;
  }
}

static void free_list(struct subscriptions *all) {
  for (size_t i = 0; i < all->count; i++)
    free(all->sorted[i]);
  free(all->sorted);
}

void subscriptions_take_over(struct subscriptions *all, struct subscriptions *before) {
  if (before == NULL) {
    subscriptions_miss(all, BEFORE_OUR_TIME);
    return;
  }
  free_list(all); /* nothing, unless the broker answers before CONNACK */
  all->sorted = before->sorted;
  all->count = before->count;
  all->capacity = before->capacity;
  all->filter_bytes = before->filter_bytes;
  if (before->gap != NULL)
    all->gap = before->gap;
  before->sorted = NULL;
  before->count = before->capacity = before->filter_bytes = 0;
}

static void free_requests(struct subscriptions *all) {
  while (all->requests != NULL) {
    struct subscription_request *next = all->requests->next;
    free(all->requests);
    all->requests = next;
  }
  all->request_bytes = 0;
}

void subscriptions_visit(const struct subscriptions *all,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  for (size_t i = 0; i < all->count; i++) {
    const struct subscription *subscription = all->sorted[i];
    visit(visitor, dm_bytes(subscription->filter, subscription->len), subscription->qos);
  }
}

void subscriptions_free(struct subscriptions *all) {
  free_requests(all);
  free_list(all);
  *all = (struct subscriptions){.count = 0};
}
