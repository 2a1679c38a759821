/* Tests of the keys that a document is said to name.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <cmocka.h>

#include "dm/policy.h"

/* What was told: "0:iot:Topic 1:aws:SourceIp ", and after how many it is enough. */
typedef struct told {
  char text[500];
  size_t len;
  size_t enough;
} told;

static int tell(void *user, dm_span key, size_t statement) {
  told *t = user;
  t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%zu:%.*s ", statement,
                             (int)key.len, key.ptr);
  t->enough--;
  return t->enough == 0 ? 7 : 0;
}

static void expect_keys(const char *json, size_t enough, int result, const char *text) {
  dm_policy *policy = NULL;
  dm_policy_error error = {0};
  if (dm_policy_parse(&policy, dm_text(json), 0, NULL, &error) != DM_OK)
    fail_msg("%u:%u %s, in: %s", error.line, error.column, error.text, json);
  told t = {.enough = enough};
  assert_int_equal(dm_policy_keys(policy, tell, &t), result);
  assert_string_equal(t.text, text);
  dm_policy_free(policy);
}

#define ARN "arn:aws:iot:eu-west-1:123456789012:client/"

static const char many[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":["
    "{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"},"
    "{\"Effect\":\"Deny\",\"Action\":\"iot:*\",\"NotResource\":"
    "[\"" ARN "${iot:ClientId}-${ AWS:userid , 'x'}\",\"" ARN "${*}\"],\"Condition\":{"
    "\"Bool\":{\"aws:SecureTransport\":false},"
    "\"StringEquals\":{\"iot:Topic\":[\"a\",\"${aws:username}\"]},"
    "\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:iot:*:*:${iot:Connection.Thing.ThingName}\"},"
    "\"Null\":{\"aws:SourceIp\":true}}},"
    "{\"Effect\":\"Deny\",\"Action\":\"iot:*\",\"Resource\":\"*\",\"Condition\":{"
    "\"DateLessThan\":{\"aws:CurrentTime\":\"2026\"}}}]}";

static void every_key_in_order(void **state) {
  (void)state;
  expect_keys(many, 100, 0,
              "1:iot:ClientId 1:AWS:userid 1:aws:SecureTransport 1:iot:Topic 1:aws:username "
              "1:aws:SourceArn 1:iot:Connection.Thing.ThingName 1:aws:SourceIp "
              "2:aws:CurrentTime ");
}

static void the_visitor_ends_it(void **state) {
  (void)state;
  expect_keys(many, 1, 7, "1:iot:ClientId ");
  expect_keys(many, 3, 7, "1:iot:ClientId 1:AWS:userid 1:aws:SecureTransport ");
  expect_keys(many, 5, 7,
              "1:iot:ClientId 1:AWS:userid 1:aws:SecureTransport 1:iot:Topic 1:aws:username ");
}

static void no_keys(void **state) {
  (void)state;
  expect_keys("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}", 1, 0,
              "");
  assert_int_equal(dm_policy_keys(NULL, tell, NULL), 0);
}

static int tell_condition(void *user, dm_span condition, dm_span key, size_t statement) {
  told *t = user;
  t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%.*s ", (int)condition.len,
                             condition.ptr);
  return tell(user, key, statement);
}

static void every_condition_in_order(void **state) {
  (void)state;
  dm_policy *policy = NULL;
  assert_int_equal(dm_policy_parse(&policy, dm_text(many), 0, NULL, NULL), DM_OK);
  told t = {.enough = 100};
  assert_int_equal(dm_policy_conditions(policy, tell_condition, &t), 0);
  assert_string_equal(t.text, "Bool 1:aws:SecureTransport StringEquals 1:iot:Topic "
                              "ArnLike 1:aws:SourceArn Null 1:aws:SourceIp "
                              "DateLessThan 2:aws:CurrentTime ");
  t = (told){.enough = 2};
  assert_int_equal(dm_policy_conditions(policy, tell_condition, &t), 7);
  assert_string_equal(t.text, "Bool 1:aws:SecureTransport StringEquals 1:iot:Topic ");
  dm_policy_free(policy);
  assert_int_equal(dm_policy_conditions(NULL, tell_condition, &t), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_condition_in_order),
      cmocka_unit_test(every_key_in_order),
      cmocka_unit_test(the_visitor_ends_it),
      cmocka_unit_test(no_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
