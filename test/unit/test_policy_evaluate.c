/* Tests of decisions.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dm/policy.h"

#define ARN "arn:aws:iot:eu-west-1:123456789012:"

/* One statement in a document of its own. */
#define DOCUMENT(statement) "{\"Version\":\"2012-10-17\",\"Statement\":" statement "}"
#define STATEMENT(effect, action, resource)                                                        \
  "{\"Effect\":\"" effect "\",\"Action\":" action ",\"Resource\":" resource "}"
#define CONDITION(effect, condition)                                                               \
  "{\"Effect\":\"" effect "\",\"Action\":\"iot:SendDirectMessage\",\"Resource\":\"*\","            \
  "\"Condition\":" condition "}"

static dm_policy *parsed(const char *json) {
  dm_policy *policy = NULL;
  dm_policy_error error = {0};
  if (dm_policy_parse(&policy, dm_text(json), 0, NULL, &error) != DM_OK)
    fail_msg("%u:%u %s, in: %s", error.line, error.column, error.text, json);
  return policy;
}

static int decide(const char *json, const char *action, const char *resource,
                  const dm_policy_value *values, size_t value_count) {
  dm_policy *policy = parsed(json);
  const dm_policy *policies[] = {policy};
  dm_policy_list list = {policies, 1};
  dm_policy_request request = {sizeof(dm_policy_request), dm_text(action), dm_text(resource),
                               values, value_count};
  int decision = dm_policy_evaluate(&list, &request);
  dm_policy_free(policy);
  return decision;
}

static int receive(const char *json, const char *resource) {
  return decide(json, "iot:Receive", resource, NULL, 0);
}

static int send_on(const char *json, const char *topic) {
  dm_policy_value value = {dm_text("iot:Topic"), dm_text(topic)};
  return decide(json, "iot:SendDirectMessage", ARN "client/boiler-7", &value, 1);
}

static void actions(void **state) {
  (void)state;
  const char *one = DOCUMENT(STATEMENT("Allow", "\"iot:Receive\"", "\"*\""));
  assert_int_equal(decide(one, "iot:Receive", ARN "topic/a", NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(decide(one, "IOT:RECEIVE", ARN "topic/a", NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(decide(one, "iot:Receiver", ARN "topic/a", NULL, 0), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(decide(one, "iot:Publish", ARN "topic/a", NULL, 0), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(decide(one, "iot:*", ARN "topic/a", NULL, 0), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(decide(one, "", ARN "topic/a", NULL, 0), DM_POLICY_IMPLICIT_DENY);

  const char *some = DOCUMENT(STATEMENT("Allow", "[\"s3:*\",\"iot:re?EIVE*\"]", "\"*\""));
  assert_int_equal(decide(some, "iot:Receive", ARN "topic/a", NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(decide(some, "iot:ReceiveMore", ARN "topic/a", NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(decide(some, "S3:GetObject", "arn:aws:s3:::b", NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(decide(some, "iot:Recive", ARN "topic/a", NULL, 0), DM_POLICY_IMPLICIT_DENY);

  const char *any = DOCUMENT(STATEMENT("Allow", "\"*\"", "\"*\""));
  assert_int_equal(decide(any, "iot:DeleteConnection", ARN "client/a", NULL, 0), DM_POLICY_ALLOWED);
}

static void resources(void **state) {
  (void)state;
  const char *literal = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/a/b\""));
  assert_int_equal(receive(literal, ARN "topic/a/b"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(literal, ARN "topic/A/b"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(literal, ARN "topic/a/b/c"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(literal, ARN "topic/a"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(literal, ""), DM_POLICY_IMPLICIT_DENY);

  const char *run = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/a/*/z\""));
  assert_int_equal(receive(run, ARN "topic/a/b/z"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(run, ARN "topic/a/b/c/z"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(run, ARN "topic/a//z"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(run, ARN "topic/a/z"), DM_POLICY_IMPLICIT_DENY);

  const char *one = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/a?\""));
  assert_int_equal(receive(one, ARN "topic/a1"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(one, ARN "topic/a\xE2\x82\xAC"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(one, ARN "topic/a"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(one, ARN "topic/a12"), DM_POLICY_IMPLICIT_DENY);

  const char *list =
      DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "[\"arn:aws:iot:*:*:topic/x\",\"" ARN "topic/y\"]"));
  assert_int_equal(receive(list, ARN "topic/x"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(list, ARN "topic/y"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(list, "arn:aws:iot:us-east-1:1:topic/x"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(list, "arn:aws:iot:us-east-1:1:topic/y"), DM_POLICY_IMPLICIT_DENY);
}

/* MQTT's wildcards are none here, and a request has none at all. */
static void literal_characters(void **state) {
  (void)state;
  const char *mqtt = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/+/#\""));
  assert_int_equal(receive(mqtt, ARN "topic/+/#"), DM_POLICY_ALLOWED);
  assert_int_equal(receive(mqtt, ARN "topic/a/b"), DM_POLICY_IMPLICIT_DENY);

  const char *narrow = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/a\""));
  assert_int_equal(receive(narrow, ARN "topic/*"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(narrow, "*"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(receive(narrow, ARN "topic/?"), DM_POLICY_IMPLICIT_DENY);

  const char *escaped[] = {
      DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/${*}${?}${$}{a}/*\"")),
      DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/$(*)$(?)$($){a}/*\""))};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(receive(escaped[i], ARN "topic/*?${a}/x"), DM_POLICY_ALLOWED);
    assert_int_equal(receive(escaped[i], ARN "topic/xx${a}/x"), DM_POLICY_IMPLICIT_DENY);
    assert_int_equal(receive(escaped[i], ARN "topic/${*}${?}${$}{a}/x"), DM_POLICY_IMPLICIT_DENY);
  }
  const char *dollar = DOCUMENT(STATEMENT("Allow", "\"iot:*\"", "\"" ARN "topic/$a$\""));
  assert_int_equal(receive(dollar, ARN "topic/$a$"), DM_POLICY_ALLOWED);
}

static void string_equals(void **state) {
  (void)state;
  const char *json =
      DOCUMENT(CONDITION("Allow", "{\"StringEquals\":{\"iot:Topic\":[\"a/b\",\"x*\",\"${*}\"]}}"));
  assert_int_equal(send_on(json, "a/b"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "A/b"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(send_on(json, "x*"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "xyz"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(send_on(json, "*"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, ""), DM_POLICY_IMPLICIT_DENY);
}

static void string_like(void **state) {
  (void)state;
  const char *json =
      DOCUMENT(CONDITION("Allow", "{\"StringLike\":{\"iot:Topic\":[\"a/*\",\"b/?\",\"${?}c\"]}}"));
  assert_int_equal(send_on(json, "a/b/c"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "a"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(send_on(json, "b/1"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "b/12"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(send_on(json, "?c"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "xc"), DM_POLICY_IMPLICIT_DENY);
}

static void all_operators_have_to_match(void **state) {
  (void)state;
  const char *json = DOCUMENT(CONDITION("Allow", "{\"StringLike\":{\"iot:Topic\":\"a/*\"},"
                                                 "\"StringEquals\":{\"iot:Topic\":"
                                                 "[\"a/b\",\"c\"]}}"));
  assert_int_equal(send_on(json, "a/b"), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(json, "a/c"), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(send_on(json, "c"), DM_POLICY_IMPLICIT_DENY);
}

static void values_of_the_request(void **state) {
  (void)state;
  const char *json = DOCUMENT(CONDITION("Allow", "{\"StringLike\":{\"IOT:topic\":\"*\"}}"));
  const char *action = "iot:SendDirectMessage", *resource = ARN "client/a";
  dm_policy_value values[] = {{dm_text("iot:Other"), dm_text("a")},
                              {dm_text("IoT:TOPIC"), dm_text("")}};
  assert_int_equal(decide(json, action, resource, values, 2), DM_POLICY_ALLOWED);
  assert_int_equal(decide(json, action, resource, values, 1), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(decide(json, action, resource, NULL, 0), DM_POLICY_IMPLICIT_DENY);
  values[1].value = dm_text(NULL);
  assert_int_equal(decide(json, action, resource, values, 2), DM_POLICY_IMPLICIT_DENY);

  /* A key that is missing does not match in a Deny either. */
  const char *deny = DOCUMENT("[" STATEMENT("Allow", "\"*\"", "\"*\"") "," CONDITION(
      "Deny", "{\"StringLike\":{\"iot:Topic\":\"*\"}}") "]");
  assert_int_equal(decide(deny, action, resource, NULL, 0), DM_POLICY_ALLOWED);
  assert_int_equal(send_on(deny, "a"), DM_POLICY_EXPLICIT_DENY);

  /* One value of several is not asked for without a set operator. */
  const char *some = DOCUMENT(CONDITION("Allow", "{\"StringEquals\":{\"iot:Topic\":\"b\"}}"));
  dm_policy_value several[] = {{dm_text("iot:Topic"), dm_text("a")},
                               {dm_text("iot:Topic"), dm_text("b")}};
  assert_int_equal(decide(some, action, resource, several, 1), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(decide(some, action, resource, several, 2), DM_POLICY_IMPLICIT_DENY);
}

static void deny_wins(void **state) {
  (void)state;
#define ALLOW_ALL STATEMENT("Allow", "\"*\"", "\"*\"")
#define DENY_A    STATEMENT("Deny", "\"iot:Receive\"", "\"" ARN "topic/a\"")
  const char *orders[] = {DOCUMENT("[" ALLOW_ALL "," DENY_A "]"),
                          DOCUMENT("[" DENY_A "," ALLOW_ALL "]"),
                          DOCUMENT("[" ALLOW_ALL "," DENY_A "," ALLOW_ALL "]")};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(receive(orders[i], ARN "topic/a"), DM_POLICY_EXPLICIT_DENY);
    assert_int_equal(receive(orders[i], ARN "topic/b"), DM_POLICY_ALLOWED);
  }
  assert_int_equal(receive(DOCUMENT(DENY_A), ARN "topic/a"), DM_POLICY_EXPLICIT_DENY);
  assert_int_equal(receive(DOCUMENT(DENY_A), ARN "topic/b"), DM_POLICY_IMPLICIT_DENY);
}

static void all_policies_count(void **state) {
  (void)state;
  dm_policy *allow = parsed(DOCUMENT(ALLOW_ALL)), *deny = parsed(DOCUMENT(DENY_A));
  dm_policy *other = parsed(DOCUMENT(STATEMENT("Allow", "\"s3:*\"", "\"*\"")));
  const dm_policy *in_order[] = {other, allow, deny}, *reversed[] = {deny, allow, other};
  dm_policy_request a = {sizeof(dm_policy_request), dm_text("iot:Receive"), dm_text(ARN "topic/a"),
                         NULL, 0};
  dm_policy_request b = {sizeof(dm_policy_request), dm_text("iot:Receive"), dm_text(ARN "topic/b"),
                         NULL, 0};
  dm_policy_list list = {in_order, 3}, backwards = {reversed, 3}, without_deny = {in_order, 2};
  assert_int_equal(dm_policy_evaluate(&list, &a), DM_POLICY_EXPLICIT_DENY);
  assert_int_equal(dm_policy_evaluate(&backwards, &a), DM_POLICY_EXPLICIT_DENY);
  assert_int_equal(dm_policy_evaluate(&without_deny, &a), DM_POLICY_ALLOWED);
  assert_int_equal(dm_policy_evaluate(&list, &b), DM_POLICY_ALLOWED);
  assert_int_equal(dm_policy_evaluate(&backwards, &b), DM_POLICY_ALLOWED);
  assert_int_equal(dm_policy_evaluate(&(dm_policy_list){in_order, 1}, &a), DM_POLICY_IMPLICIT_DENY);
  assert_int_equal(dm_policy_evaluate(&(dm_policy_list){NULL, 0}, &a), DM_POLICY_IMPLICIT_DENY);

  /* Where a policy should be and is not, a Deny may be missing. */
  const dm_policy *broken[] = {allow, NULL};
  assert_int_equal(dm_policy_evaluate(&(dm_policy_list){broken, 2}, &b), DM_POLICY_EXPLICIT_DENY);
  dm_policy_free(allow);
  dm_policy_free(deny);
  dm_policy_free(other);
}

static void broken_requests_are_refused(void **state) {
  (void)state;
  dm_policy *allow = parsed(DOCUMENT(ALLOW_ALL));
  const dm_policy *policies[] = {allow};
  dm_policy_list list = {policies, 1};
  dm_policy_value value = {dm_bytes(NULL, 1), dm_text("a")};
  dm_policy_request sound = {sizeof(dm_policy_request), dm_text("iot:Receive"), dm_text(NULL), NULL,
                             0};
  assert_int_equal(dm_policy_evaluate(&list, &sound), DM_POLICY_ALLOWED);
  size_t size = sizeof sound;
  dm_policy_request broken[] = {{size, dm_bytes(NULL, 3), dm_text("a"), NULL, 0},
                                {size, dm_text("iot:Receive"), dm_bytes(NULL, 3), NULL, 0},
                                {size, dm_text("iot:Receive"), dm_text("a"), NULL, 1},
                                {size, dm_text("iot:Receive"), dm_text("a"), &value, 1}};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(dm_policy_evaluate(&list, &broken[i]), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_evaluate(&list, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_evaluate(NULL, &sound), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_evaluate(&(dm_policy_list){NULL, 1}, &sound),
                   DM_ERROR_INVALID_ARGUMENT);
  dm_policy_free(allow);
}

/* The text a policy was read from may go away. */
static void nothing_is_borrowed(void **state) {
  (void)state;
  char json[] = DOCUMENT(CONDITION("Allow", "{\"StringLike\":{\"iot:Topic\":\"a/*\"}}"));
  dm_policy *policy = parsed(json);
  memset(json, 'x', sizeof json);
  const dm_policy *policies[] = {policy};
  dm_policy_list list = {policies, 1};
  dm_policy_value topic = {dm_text("iot:Topic"), dm_text("a/b")};
  dm_policy_request request = {sizeof(dm_policy_request), dm_text("iot:SendDirectMessage"),
                               dm_text(ARN "client/a"), &topic, 1};
  assert_int_equal(dm_policy_evaluate(&list, &request), DM_POLICY_ALLOWED);
  dm_policy_free(policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(actions),
      cmocka_unit_test(resources),
      cmocka_unit_test(literal_characters),
      cmocka_unit_test(string_equals),
      cmocka_unit_test(string_like),
      cmocka_unit_test(all_operators_have_to_match),
      cmocka_unit_test(values_of_the_request),
      cmocka_unit_test(deny_wins),
      cmocka_unit_test(all_policies_count),
      cmocka_unit_test(broken_requests_are_refused),
      cmocka_unit_test(nothing_is_borrowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
