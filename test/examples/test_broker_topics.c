/* Tests of who has subscribed to what in dm-broker. Its own files are no library: they are
 * included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "broker/topic_tree.c"

struct subscriber {
  struct subscription_list list;
  unsigned matched;
};

static struct topic_level root;
static struct subscriber first;
static struct subscriber second;

static int setup(void **state) {
  (void)state;
  root = (struct topic_level){0};
  first = (struct subscriber){0};
  second = (struct subscriber){0};
  return 0;
}

static void leave(struct subscriber *subscriber) {
  while (!LIST_EMPTY(&subscriber->list))
    subscription_remove(LIST_FIRST(&subscriber->list));
}

static int teardown(void **state) {
  (void)state;
  leave(&first);
  leave(&second);
  /* What nobody needs any more is gone with the last subscription. */
  assert_null(root.children);
  return 0;
}

static struct subscription *subscribe(struct subscriber *subscriber, const char *filter) {
  bool added;
  struct subscription *subscription =
      subscription_add(&root, subscriber, &subscriber->list, dm_text(filter), &added);
  assert_non_null(subscription);
  return subscription;
}

static void unsubscribe(struct subscriber *subscriber, const char *filter) {
  struct subscription *subscription = subscription_find(&root, &subscriber->list, dm_text(filter));
  assert_non_null(subscription);
  subscription_remove(subscription);
}

static void count(void *user, struct subscription *subscription) {
  struct subscriber *subscriber = subscription->subscriber;
  (void)user;
  subscriber->matched++;
}

/* How many subscriptions of the first and the second match. */
static void expect_matches(const char *topic, unsigned of_first, unsigned of_second) {
  first.matched = second.matched = 0;
  subscriptions_match(&root, dm_text(topic), count, NULL);
  assert_int_equal(first.matched, of_first);
  assert_int_equal(second.matched, of_second);
}

static void test_match(void **state) {
  (void)state;
  subscribe(&first, "a/b");
  subscribe(&first, "a/+");
  subscribe(&first, "a/#");
  subscribe(&second, "+/b/#");
  expect_matches("a/b", 3, 1);
  expect_matches("a/c", 2, 0);
  expect_matches("a", 1, 0);
  expect_matches("a/b/c", 1, 1);
  expect_matches("b/b", 0, 1);
  expect_matches("b", 0, 0);
}

static void test_empty_levels(void **state) {
  (void)state;
  subscribe(&first, "/a");
  subscribe(&first, "a//b");
  subscribe(&second, "+/+");
  expect_matches("/a", 1, 1);
  expect_matches("a//b", 1, 0);
  expect_matches("a/", 0, 1);
}

/* [MQTT-4.7.2-1] */
static void test_wildcards_do_not_reach_dollar(void **state) {
  (void)state;
  subscribe(&first, "#");
  subscribe(&first, "+/a");
  subscribe(&second, "$x/#");
  expect_matches("$x/a", 0, 1);
  expect_matches("x/$a", 1, 0);
}

static void test_same_filter(void **state) {
  (void)state;
  bool added = true;
  struct subscription *once = subscribe(&first, "a/b");
  assert_ptr_equal(subscription_add(&root, &first, &first.list, dm_text("a/b"), &added), once);
  assert_false(added);
  assert_ptr_not_equal(subscribe(&second, "a/b"), once);
  expect_matches("a/b", 1, 1);
}

static void test_unsubscribe(void **state) {
  (void)state;
  subscribe(&first, "a/b/c");
  subscribe(&second, "a");
  assert_null(subscription_find(&root, &first.list, dm_text("a/b")));
  assert_null(subscription_find(&root, &first.list, dm_text("a")));
  unsubscribe(&first, "a/b/c");
  expect_matches("a/b/c", 0, 0);
  expect_matches("a", 0, 1);
}

static void test_filter_text(void **state) {
  static const char *const filters[] = {"a", "/", "a//+/#", "/a/"};
  bytes text = {0};
  (void)state;
  for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
    assert_true(subscription_filter(subscribe(&first, filters[i]), &text));
    assert_int_equal(text.len, strlen(filters[i]));
    assert_memory_equal(text.data, filters[i], text.len);
  }
  bytes_free(&text);
}

static void test_levels(void **state) {
  char filter[2 * SUBSCRIPTION_LEVELS_MAX];
  (void)state;
  for (size_t i = 0; i < SUBSCRIPTION_LEVELS_MAX; i++) {
    filter[2 * i] = 'a';
    filter[2 * i + 1] = '/';
  }
  assert_true(subscription_levels_allowed(dm_bytes(filter, sizeof filter - 1)));
  assert_false(subscription_levels_allowed(dm_bytes(filter, sizeof filter)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_match, setup, teardown),
      cmocka_unit_test_setup_teardown(test_empty_levels, setup, teardown),
      cmocka_unit_test_setup_teardown(test_wildcards_do_not_reach_dollar, setup, teardown),
      cmocka_unit_test_setup_teardown(test_same_filter, setup, teardown),
      cmocka_unit_test_setup_teardown(test_unsubscribe, setup, teardown),
      cmocka_unit_test_setup_teardown(test_filter_text, setup, teardown),
      cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
