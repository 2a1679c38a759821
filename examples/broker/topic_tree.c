/* Who has subscribed to what.
 *
 * SPDX-License-Identifier: MIT
 */
#include "topic_tree.h"

#include <stdlib.h>

/* Cuts the first level off *rest, whose pointer becomes NULL after the last one. */
static dm_span next_level(dm_span *rest) {
  const char *slash = rest->len == 0 ? NULL : memchr(rest->ptr, '/', rest->len);
  dm_span level = *rest;
  if (slash == NULL) {
    *rest = dm_text(NULL);
    return level;
  }
  level.len = (size_t)(slash - level.ptr);
  *rest = dm_bytes(slash + 1, rest->len - level.len - 1);
  return level;
}

bool subscription_levels_allowed(dm_span filter) {
  size_t levels = 0;
  while (filter.ptr != NULL && levels <= SUBSCRIPTION_LEVELS_MAX) {
    next_level(&filter);
    levels++;
  }
  return levels <= SUBSCRIPTION_LEVELS_MAX;
}

/* ---- Places in the tree --------------------------------------------------- */

static struct topic_level *add_level(struct topic_level *parent, dm_span name) {
  struct topic_level *level = calloc(1, sizeof *level + name.len);
  if (level == NULL)
    return NULL;
  if (name.len != 0)
    memcpy(level + 1, name.ptr, name.len);
  level->name = dm_bytes(level + 1, name.len);
  level->parent = parent;
  if (!tree_insert(&parent->children, level)) {
    free(level);
    return NULL;
  }
  return level;
}

/* Releases a place that nobody needs any more, and those above it likewise. */
static void prune(struct topic_level *level) {
  while (level->parent != NULL && level->children == NULL && LIST_EMPTY(&level->subscriptions)) {
    struct topic_level *parent = level->parent;
    tree_remove(&parent->children, level);
    free(level);
    level = parent;
  }
}

static struct topic_level *find_place(struct topic_level *root, dm_span filter) {
  struct topic_level *level = root;
  while (level != NULL && filter.ptr != NULL)
    level = tree_find(&level->children, next_level(&filter));
  return level;
}

static struct topic_level *make_place(struct topic_level *root, dm_span filter) {
  struct topic_level *level = root;
  while (filter.ptr != NULL) {
    dm_span name = next_level(&filter);
    struct topic_level *child = tree_find(&level->children, name);
    if (child == NULL)
      child = add_level(level, name);
    if (child == NULL) {
      prune(level);
      return NULL;
    }
    level = child;
  }
  return level;
}

/* ---- Subscriptions ---------------------------------------------------------- */

static struct subscription *find_at(const struct topic_level *place,
                                    const struct subscription_list *list) {
  struct subscription *subscription;
  LIST_FOREACH(subscription, list, same_subscriber) {
    if (subscription->place == place)
      return subscription;
  }
  return NULL;
}

struct subscription *subscription_find(struct topic_level *root,
                                       const struct subscription_list *list, dm_span filter) {
  const struct topic_level *place = find_place(root, filter);
  return place == NULL ? NULL : find_at(place, list);
}

struct subscription *subscription_add(struct topic_level *root, void *subscriber,
                                      struct subscription_list *list, dm_span filter, bool *added) {
  struct topic_level *place = make_place(root, filter);
  if (place == NULL)
    return NULL;
  struct subscription *subscription = find_at(place, list);
  *added = subscription == NULL;
  if (subscription != NULL)
    return subscription;

  subscription = calloc(1, sizeof *subscription);
  if (subscription == NULL) {
    prune(place);
    return NULL;
  }
  subscription->subscriber = subscriber;
  subscription->place = place;
  LIST_INSERT_HEAD(&place->subscriptions, subscription, same_filter);
  LIST_INSERT_HEAD(list, subscription, same_subscriber);
  return subscription;
}

/* The root has no name of its own and no slash behind it. */
static bool append_levels(const struct topic_level *level, bytes *out) {
  const struct topic_level *parent = level->parent;
  if (parent->parent != NULL && (!append_levels(parent, out) || !bytes_append(out, dm_text("/"))))
    return false;
  return bytes_append(out, level->name);
}

bool subscription_filter(const struct subscription *subscription, bytes *out) {
  out->len = 0;
  return append_levels(subscription->place, out);
}

void subscription_remove(struct subscription *subscription) {
  struct topic_level *place = subscription->place;
  LIST_REMOVE(subscription, same_filter);
  LIST_REMOVE(subscription, same_subscriber);
  free(subscription);
  prune(place);
}

/* ---- Matching --------------------------------------------------------------- */

struct search {
  subscription_visitor *visit;
  void *user;
};

static void visit_place(const struct search *search, const struct topic_level *place) {
  struct subscription *subscription;
  if (place == NULL)
    return;
  LIST_FOREACH(subscription, &place->subscriptions, same_filter) {
    search->visit(search->user, subscription);
  }
}

/* Not deeper than the longest filter, and each place is visited once at most. */
static void match_below(const struct search *search, const struct topic_level *place, dm_span rest,
                        bool wildcards) {
  if (place == NULL)
    return;
  /* "a/#" matches "a" itself too, MQTT 5 section 4.7.1.2. */
  if (wildcards)
    visit_place(search, tree_find(&place->children, dm_text("#")));
  if (rest.ptr == NULL) {
    visit_place(search, place);
    return;
  }
  dm_span name = next_level(&rest);
  match_below(search, tree_find(&place->children, name), rest, true);
  if (wildcards)
    match_below(search, tree_find(&place->children, dm_text("+")), rest, true);
}

void subscriptions_match(struct topic_level *root, dm_span topic, subscription_visitor *visit,
                         void *user) {
  const struct search search = {.visit = visit, .user = user};
  /* [MQTT-4.7.2-1] */
  bool wildcards = topic.len == 0 || topic.ptr[0] != '$';
  match_below(&search, root, topic, wildcards);
}
