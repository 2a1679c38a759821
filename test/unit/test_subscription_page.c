/* Tests of pages of subscriptions: whatever the host tells in whatever order, the pages
 * together hold each subscription once, and only tokens that were given out are taken.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "allocator.h"
#include "base/base64.h"
#include "base/span.h"
#include "query/subscription_page.h"
#include "core/text_limits.h"

static const dmi_siphash_key key = {{1, 2}};

static allocator counting = {.allowed = SIZE_MAX};
static dm_memory memory;

static int setup(void **state) {
  (void)state;
  counting = (allocator){.allowed = SIZE_MAX};
  memory = allocator_memory(&counting);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  return counting.blocks != 0;
}

static bool begin(dmi_subscription_page *page, dm_span token, size_t wanted) {
  return dmi_subscription_page_begin(page, &memory, key, SPAN("boiler"), token, wanted);
}

/* ---- All pages of a set of filters -------------------------------------- */

enum {
  FILTERS = 120,
  FILTER_MAX = 700
};

typedef struct filter_set {
  char text[FILTERS][FILTER_MAX];
  size_t len[FILTERS];
  unsigned seen[FILTERS];
} filter_set;

static filter_set set;

/* Of all lengths, many with the same beginnings, in no order; every byte value. */
static void fill_set(void) {
  for (size_t i = 0; i < FILTERS; i++) {
    set.len[i] = 1 + (i * 37) % (FILTER_MAX - 2);
    memset(set.text[i], 'x', FILTER_MAX);
    set.text[i][set.len[i] - 1] = (char)(unsigned char)(i + 100);
    set.seen[i] = 0;
  }
}

static size_t index_of(dm_span filter) {
  for (size_t i = 0; i < FILTERS; i++)
    if (dmi_span_equal(dm_bytes(set.text[i], set.len[i]), filter))
      return i;
  fail_msg("an unknown filter");
  return 0;
}

/* Goes through all pages; those filters that `skip` divides go away after the first. */
static void go_through(size_t wanted, size_t skip) {
  char token[DM_NEXT_TOKEN_MAX];
  dm_span next = {NULL, 0};
  unsigned pages = 0;
  do {
    dmi_subscription_page page;
    assert_true(begin(&page, next, wanted));
    for (size_t i = 0; i < FILTERS; i++)
      if (pages == 0 || skip == 0 || i % skip != 0)
        dmi_subscription_page_visit(&page, dm_bytes(set.text[i], set.len[i]), 1);
    assert_null(page.why);
    assert_true(page.count <= wanted);
    for (size_t i = 0; i < page.count; i++)
      set.seen[index_of(page.list[i].topic_filter)]++;
    next = dmi_subscription_page_token(&page, SPAN("boiler"), token);
    assert_true(next.ptr == NULL || (page.count == wanted && next.len <= DM_NEXT_TOKEN_MAX));
    dmi_subscription_page_release(&page);
    pages++;
  } while (next.ptr != NULL);
  assert_true(pages >= FILTERS / wanted / 2);
}

static void test_the_pages_hold_each_subscription_once(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 7, 60, 119, 120, 121, DM_SUBSCRIPTIONS_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    fill_set();
    go_through(sizes[i], 0);
    for (size_t k = 0; k < FILTERS; k++)
      assert_int_equal(set.seen[k], 1);
  }
}

/* Also the filter that the token was made of may go. */
static void test_what_goes_away_hides_no_other(void **state) {
  (void)state;
  for (size_t skip = 2; skip < 5; skip++) {
    fill_set();
    go_through(7, skip);
    for (size_t k = 0; k < FILTERS; k++)
      assert_true(set.seen[k] == 1 || (k % skip == 0 && set.seen[k] == 0));
  }
}

/* ---- The order ---------------------------------------------------------- */

static void test_bytes_then_length(void **state) {
  (void)state;
  dmi_subscription_page page;
  assert_true(begin(&page, dm_text(NULL), 10));
  static const char *const told[] = {"b", "\xC3\xA4", "ab", "a", "a/b", "B"};
  static const char *const sorted[] = {"B", "a", "a/b", "ab", "b", "\xC3\xA4"};
  for (size_t i = 0; i < 6; i++)
    dmi_subscription_page_visit(&page, dm_text(told[i]), 2);
  for (size_t i = 0; i < 6; i++) {
    assert_true(dmi_span_equal(page.list[i].topic_filter, dm_text(sorted[i])));
    assert_int_equal(page.list[i].qos, 2);
  }
  dmi_subscription_page_release(&page);
}

static void test_what_is_no_subscription_fails_the_page(void **state) {
  (void)state;
  static const struct {
    dm_span filter;
    int qos;
  } bad[] = {{{NULL, 0}, 0}, {{"", 0}, 0}, {{NULL, 1}, 0}, {{"a", 1}, 3}, {{"a", 1}, -1}};
  for (size_t i = 0; i < 5; i++) {
    dmi_subscription_page page;
    assert_true(begin(&page, dm_text(NULL), 10));
    dmi_subscription_page_visit(&page, SPAN("a"), 0);
    dmi_subscription_page_visit(&page, bad[i].filter, bad[i].qos);
    assert_non_null(page.why);
    dmi_subscription_page_visit(&page, SPAN("b"), 0);
    assert_int_equal(page.count, 1);
    dmi_subscription_page_release(&page);
  }
}

/* ---- Tokens ------------------------------------------------------------- */

static dm_span token_after(const char *filter, size_t len, char out[DM_NEXT_TOKEN_MAX]) {
  dmi_subscription_page page;
  char *behind = malloc(len + 1);
  assert_non_null(behind);
  memcpy(behind, filter, len);
  behind[0] = '~';
  assert_true(begin(&page, dm_text(NULL), 1));
  dmi_subscription_page_visit(&page, dm_bytes(filter, len), 0);
  dmi_subscription_page_visit(&page, dm_bytes(behind, len), 0);
  dm_span token = dmi_subscription_page_token(&page, SPAN("boiler"), out);
  dmi_subscription_page_release(&page);
  free(behind);
  return token;
}

static void test_the_longest_token(void **state) {
  (void)state;
  char filter[FILTER_MAX], token[DM_NEXT_TOKEN_MAX];
  memset(filter, 'f', sizeof filter);
  assert_int_equal(token_after(filter, 255, token).len, DM_NEXT_TOKEN_MAX - 1);
  for (size_t len = 256; len < FILTER_MAX; len += 111)
    assert_int_equal(token_after(filter, len, token).len, DM_NEXT_TOKEN_MAX);
}

/* Every change of a token, every other length, client and key. */
static void test_only_tokens_given_out_are_taken(void **state) {
  (void)state;
  char token[DM_NEXT_TOKEN_MAX + 4];
  dmi_subscription_page page;
  dm_span given = token_after("a/b/c", 5, token);
  assert_true(begin(&page, given, 1));
  for (size_t i = 0; i < given.len; i++) {
    char kept = token[i];
    for (int c = 0; c < 256; c++) {
      token[i] = (char)(unsigned char)c;
      assert_int_equal(begin(&page, given, 1), token[i] == kept);
    }
    token[i] = kept;
    assert_false(begin(&page, dm_bytes(token, i), 1));
  }
  memset(token + given.len, 'A', 4);
  for (size_t more = 1; more <= 4; more++)
    assert_false(begin(&page, dm_bytes(token, given.len + more), 1));
  assert_false(dmi_subscription_page_begin(&page, &memory, key, SPAN("boilers"), given, 1));
  assert_false(dmi_subscription_page_begin(&page, &memory, (dmi_siphash_key){{1, 3}},
                                           SPAN("boiler"), given, 1));
}

static void test_a_token_far_too_long(void **state) {
  (void)state;
  char token[DM_NEXT_TOKEN_MAX * 2];
  dmi_subscription_page page;
  memset(token, 'A', sizeof token);
  for (size_t len = 0; len < sizeof token; len++)
    assert_false(begin(&page, dm_bytes(token, len), 1));
}

/* What precedes the place is not told again, what follows it is. */
static void test_a_token_stands_for_a_place(void **state) {
  (void)state;
  char token[DM_NEXT_TOKEN_MAX];
  dm_span given = token_after("m", 1, token);
  dmi_subscription_page page;
  assert_true(begin(&page, given, 5));
  static const char *const told[] = {"l", "m", "m/", "n", "lz", ""};
  for (size_t i = 0; i < 5; i++)
    dmi_subscription_page_visit(&page, dm_text(told[i]), 0);
  assert_int_equal(page.count, 2);
  assert_true(dmi_span_equal(page.list[0].topic_filter, SPAN("m/")));
  assert_true(dmi_span_equal(page.list[1].topic_filter, SPAN("n")));
  dmi_subscription_page_release(&page);
}

#define page_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      page_test(test_the_pages_hold_each_subscription_once),
      page_test(test_what_goes_away_hides_no_other),
      page_test(test_bytes_then_length),
      page_test(test_what_is_no_subscription_fails_the_page),
      page_test(test_the_longest_token),
      page_test(test_only_tokens_given_out_are_taken),
      page_test(test_a_token_far_too_long),
      page_test(test_a_token_stands_for_a_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
