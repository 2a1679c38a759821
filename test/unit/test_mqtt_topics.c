/* Tests of topic names and topic filters.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/span.h"
#include "dm/mqtt.h"

static void test_names(void **state) {
  (void)state;
  const char *good[] = {"a", "/", "a/b", "/a", "a/", "//", "$SYS/x", " ", "caf\xC3\xA9", "\x7F"};
  const char *bad[] = {"", "+", "#", "a/+", "a/#", "a+b", "a#", "\xC3", "\xED\xA0\x80", "a\xFF"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(dm_mqtt_topic_name_valid(dm_text(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(dm_mqtt_topic_name_valid(dm_text(bad[i])));
  assert_false(dm_mqtt_topic_name_valid(dm_bytes("a\0b", 3)));
  assert_false(dm_mqtt_topic_name_valid(dm_text(NULL)));
}

static void test_filters(void **state) {
  (void)state;
  const char *good[] = {"a",    "/",   "#",     "+",       "a/#",    "/#",           "+/#",
                        "+/+",  "/+/", "a/+/b", "+/a/#",   "//",     "$SYS/#",       "$share/g/+",
                        "$SYS", "+//", "$",     "$share/", "$share", "caf\xC3\xA9/+"};
  const char *bad[] = {"",       "##",   "#/",   "a#",     "#a",    "a/#/b", "a/b#",
                       "++",     "a+",   "+a",   "a/b+",   "a+/b",  "+#",    "#+",
                       "a/++/b", "a/#b", "\xC3", "+/\xFF", "a/+b/c"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!dm_mqtt_topic_filter_valid(dm_text(good[i])))
      fail_msg("%s is refused", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (dm_mqtt_topic_filter_valid(dm_text(bad[i])))
      fail_msg("%s is accepted", bad[i]);
  assert_false(dm_mqtt_topic_filter_valid(dm_bytes("a\0", 2)));
}

static void test_lengths(void **state) {
  (void)state;
  char *longest = malloc(65536);
  assert_non_null(longest);
  memset(longest, 'a', 65536);
  assert_true(dm_mqtt_topic_name_valid(dm_bytes(longest, 65535)));
  assert_false(dm_mqtt_topic_name_valid(dm_bytes(longest, 65536)));
  assert_true(dm_mqtt_topic_filter_valid(dm_bytes(longest, 65535)));
  assert_false(dm_mqtt_topic_filter_valid(dm_bytes(longest, 65536)));
  free(longest);
}

static void test_shared_filters(void **state) {
  (void)state;
  dm_span name = dm_text("before");
  dm_span rest = dm_text("before");
  const char *bad[] = {"",           "a/b",         "$share",     "$share/",    "$share/g",
                       "$share/g/",  "$share//a",   "$share/+/a", "$share/#/a", "$share/g+/a",
                       "$SHARE/g/a", "$shared/g/a", "x$share/g/a"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (dm_mqtt_split_shared(dm_text(bad[i]), &name, &rest))
      fail_msg("%s is accepted", bad[i]);
  assert_true(dmi_span_equal(name, SPAN("before")));
  assert_true(dmi_span_equal(rest, SPAN("before")));
  assert_true(dm_mqtt_split_shared(dm_text("$share/g/a/#"), &name, &rest));
  assert_true(dmi_span_equal(name, SPAN("g")));
  assert_true(dmi_span_equal(rest, SPAN("a/#")));
  assert_true(dm_mqtt_split_shared(dm_text("$share/group 1//"), &name, &rest));
  assert_true(dmi_span_equal(name, SPAN("group 1")));
  assert_true(dmi_span_equal(rest, SPAN("/")));
  assert_true(dm_mqtt_split_shared(dm_text("$share/g/a"), NULL, NULL));
}

static void test_matching(void **state) {
  (void)state;
  const struct {
    const char *filter;
    const char *topic;
    int matches;
  } cases[] = {
      {"a", "a", 1},
      {"a", "b", 0},
      {"a", "A", 0},
      {"a", "ab", 0},
      {"ab", "a", 0},
      {"a/b", "a/b", 1},
      {"a/b", "a", 0},
      {"a", "a/b", 0},
      {"a/", "a", 0},
      {"a", "a/", 0},
      {"a/", "a/", 1},
      {"#", "a", 1},
      {"#", "a/b/c", 1},
      {"#", "/", 1},
      {"a/#", "a", 1},
      {"a/#", "a/", 1},
      {"a/#", "a/b/c", 1},
      {"a/#", "ab", 0},
      {"a/#", "b/a", 0},
      {"a/b/#", "a", 0},
      {"+/#", "a", 1},
      {"/#", "/", 1},
      {"/#", "a", 0},
      {"+", "a", 1},
      {"+", "a/b", 0},
      {"+", "/a", 0},
      {"+/+", "/a", 1},
      {"/+", "/a", 1},
      {"/+", "a", 0},
      {"a/+", "a", 0},
      {"a/+", "a/", 1},
      {"a/+", "a/b", 1},
      {"a/+", "a/b/c", 0},
      {"a/+/c", "a/b/c", 1},
      {"a/+/c", "a//c", 1},
      {"a/+/c", "a/b/d", 0},
      {"a/+/#", "a/b", 1},
      {"a/+/#", "a", 0},
      {"+/b/+", "a/b/c", 1},
      /* [MQTT-4.7.2-1] */
      {"#", "$SYS/a", 0},
      {"#", "$", 0},
      {"+/a", "$SYS/a", 0},
      {"+/#", "$SYS/a", 0},
      {"$SYS/#", "$SYS/a", 1},
      {"$SYS/#", "$SYS", 1},
      {"$SYS/+", "$SYS/a", 1},
      {"$SYS/a", "$SYS/a", 1},
      {"a/#", "a/$SYS", 1},
      {"+/+", "a/$b", 1},
      {"#", "a$", 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (dm_mqtt_topic_matches(dm_text(cases[i].filter), dm_text(cases[i].topic)) !=
        cases[i].matches)
      fail_msg("'%s' and '%s'", cases[i].filter, cases[i].topic);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),    cmocka_unit_test(test_filters),
      cmocka_unit_test(test_lengths),  cmocka_unit_test(test_shared_filters),
      cmocka_unit_test(test_matching),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
