/* Tests of what holds for all policies: order does not matter, a Deny more never allows more,
 * work is bounded; and of what is explained.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dm/policy.h"

#define ARN "arn:aws:iot:r:1:"

static dm_policy *parsed(const char *json) {
  dm_policy *policy = NULL;
  dm_policy_error error = {0};
  if (dm_policy_parse(&policy, dm_text(json), SIZE_MAX, NULL, &error) != DM_OK)
    fail_msg("%u:%u %s, in: %s", error.line, error.column, error.text, json);
  return policy;
}

/* ---- Order, and a Deny more ---- */

static const char *const allows[] = {
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}",
    "{\"Effect\":\"Allow\",\"NotAction\":\"iot:A\",\"Resource\":\"" ARN "topic/*\"}",
    "{\"Effect\":\"Allow\",\"Action\":\"iot:?\",\"NotResource\":\"" ARN "*/${iot:ClientId}\"}",
    "{\"Effect\":\"Allow\",\"Action\":\"iot:A\",\"Resource\":\"*\",\"Condition\":"
    "{\"StringNotEquals\":{\"iot:Topic\":\"${iot:ClientId}\"}}}",
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
    "{\"ForAllValues:NumericLessThan\":{\"iot:Topic\":5}}}",
};
static const char *const denies[] = {
    "{\"Effect\":\"Deny\",\"Action\":\"iot:A\",\"Resource\":\"" ARN "topic/a\"}",
    "{\"Effect\":\"Deny\",\"NotAction\":\"iot:A\",\"NotResource\":\"" ARN "*/${iot:ClientId}\"}",
    "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
    "{\"StringNotEquals\":{\"iot:Topic\":\"${iot:ClientId}\"}}}",
    "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
    "{\"IpAddress\":{\"iot:Topic\":\"10.0.0.0/8\"},\"Null\":{\"iot:ClientId\":true}}}",
};
static const char *const topics[] = {"a", "b", "3", "7", "10.1.1.1", ""};

#define ALLOWS (sizeof allows / sizeof *allows)
#define DENIES (sizeof denies / sizeof *denies)

/* A policy of statements in their order, or backwards. */
static dm_policy *policy_of(const char *const *statements, size_t count, bool backwards) {
  char json[3000] = "{\"Version\":\"2012-10-17\",\"Statement\":[";
  for (size_t i = 0; i < count; i++) {
    strcat(json, i == 0 ? "" : ",");
    strcat(json, statements[backwards ? count - 1 - i : i]);
  }
  return parsed(strcat(json, "]}"));
}

static int decide(const dm_policy *const *policies, size_t count, size_t which) {
  static const char *const words[] = {"iot:A", "iot:B", ARN "topic/a", ARN "client/b"};
  dm_policy_value values[2] = {{dm_text("iot:Topic"), dm_text(topics[which / 4 % 6])},
                               {dm_text("iot:ClientId"), dm_text(which / 24 % 2 ? "a" : "b")}};
  dm_policy_request request = {sizeof(dm_policy_request), dm_text(words[which % 2]),
                               dm_text(words[2 + which / 2 % 2]), values, which / 48 % 3};
  return dm_policy_evaluate(&(dm_policy_list){policies, count}, &request);
}

#define REQUESTS 144

/* For each choice of statements: in one document either way round, and in one each. */
static void check_choice(unsigned choice) {
  const char *chosen[ALLOWS + DENIES];
  const dm_policy *single[ALLOWS + DENIES];
  size_t count = 0;
  for (size_t i = 0; i < ALLOWS + DENIES; i++)
    if (choice >> i & 1)
      chosen[count++] = i < ALLOWS ? allows[i] : denies[i - ALLOWS];
  dm_policy *forwards = policy_of(chosen, count, false),
            *backwards = policy_of(chosen, count, true);
  for (size_t i = 0; i < count; i++)
    single[i] = policy_of(&chosen[i], 1, false);
  for (size_t which = 0; which < REQUESTS; which++) {
    int decision = decide((const dm_policy *const[]){forwards}, 1, which);
    if (decide((const dm_policy *const[]){backwards}, 1, which) != decision ||
        decide(single, count, which) != decision)
      fail_msg("choice %u, request %zu: order matters", choice, which);
  }
  for (size_t i = 0; i < count; i++)
    dm_policy_free((dm_policy *)(uintptr_t)single[i]);
  dm_policy_free(forwards);
  dm_policy_free(backwards);
}

static void order_does_not_matter(void **state) {
  (void)state;
  for (unsigned choice = 1; choice < 1u << (ALLOWS + DENIES); choice++)
    check_choice(choice);
}

static void a_deny_never_allows(void **state) {
  (void)state;
  size_t allowed = 0, denied = 0;
  for (unsigned choice = 1; choice < 1u << ALLOWS; choice++)
    for (size_t d = 0; d < DENIES; d++) {
      const char *chosen[ALLOWS + 1];
      size_t count = 0;
      for (size_t i = 0; i < ALLOWS; i++)
        if (choice >> i & 1)
          chosen[count++] = allows[i];
      dm_policy *without = policy_of(chosen, count, false);
      chosen[count++] = denies[d];
      dm_policy *with = policy_of(chosen, count, false);
      for (size_t which = 0; which < REQUESTS; which++) {
        int before = decide((const dm_policy *const[]){without}, 1, which);
        int after = decide((const dm_policy *const[]){with}, 1, which);
        assert_true(after == before || after == DM_POLICY_EXPLICIT_DENY);
        allowed += before == DM_POLICY_ALLOWED;
        denied += after == DM_POLICY_EXPLICIT_DENY;
      }
      dm_policy_free(without);
      dm_policy_free(with);
    }
  /* The requests have something to do with the policies. */
  assert_true(allowed > 1000 && denied > 1000);
}

/* ---- Explaining ---- */

static dm_policy_match explain(const char *json, size_t statement, const dm_policy_value *values,
                               size_t count) {
  dm_policy_request request = {sizeof(dm_policy_request), dm_text("iot:A"), dm_text(ARN "client/c"),
                               values, count};
  dm_policy *policy = parsed(json);
  dm_policy_match m = {.size = sizeof m};
  assert_int_equal(dm_policy_explain(policy, statement, &request, &m), DM_OK);
  /* The spans go with the policy; these tests ask for their presence and length only. */
  dm_policy_free(policy);
  return m;
}

/* A variable is named only where it is why. */
static void variables_that_are_no_reason(void **state) {
  (void)state;
#define STATEMENT(effect, more)                                                                    \
  "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect "\",\"Action\":\"*\"," more "}}"
#define UNKNOWN ARN "client/${iot:ClientId}"
  dm_policy_value topic = {dm_text("iot:Topic"), dm_text("t")};
  dm_policy_match m =
      explain(STATEMENT("Allow", "\"Resource\":[\"" UNKNOWN "\",\"*\"],\"Condition\":"
                                 "{\"StringEquals\":{\"iot:Topic\":\"x\"}}"),
              0, &topic, 1);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_CONDITION);
  assert_null(m.variable.ptr);
  m = explain(STATEMENT("Deny", "\"NotResource\":[\"" UNKNOWN "\",\"*\"]"), 0, NULL, 0);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_RESOURCE);
  assert_null(m.variable.ptr);
  m = explain(STATEMENT("Allow", "\"Resource\":\"*\",\"Condition\":{\"StringNotEquals\":"
                                 "{\"iot:Topic\":[\"${iot:ClientId}\",\"t\"]}}"),
              0, &topic, 1);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_CONDITION);
  assert_null(m.variable.ptr);
  m = explain(STATEMENT("Allow", "\"Resource\":\"*\",\"Condition\":{\"ArnLike\":"
                                 "{\"iot:Topic\":\"a:b:c:d:e:${iot:ClientId}\"}}"),
              0, &topic, 1);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_CONDITION);
  assert_null(m.variable.ptr);
  /* A Deny applies for want of a value, and says so even where a condition holds behind it. */
  m = explain(STATEMENT("Deny", "\"NotResource\":\"" UNKNOWN "\",\"Condition\":"
                                "{\"StringEquals\":{\"iot:Topic\":\"t\"}}"),
              0, &topic, 1);
  assert_int_equal(m.match, DM_POLICY_MATCH_FULL);
  assert_int_equal(m.effect, DM_POLICY_EXPLICIT_DENY);
  assert_int_equal(m.variable.len, strlen("iot:ClientId"));
  /* What fails in the end is the reason, not what was passed. */
  m = explain(STATEMENT("Deny", "\"NotResource\":\"" UNKNOWN "\",\"Condition\":"
                                "{\"StringEquals\":{\"iot:Topic\":\"x\"}}"),
              0, &topic, 1);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_CONDITION);
  assert_null(m.variable.ptr);
}

static void spans_of_the_policy(void **state) {
  (void)state;
  char json[] =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"\",\"Effect\":\"Allow\","
      "\"Action\":\"*\",\"Resource\":\"*\"},{\"Sid\":\"Second\",\"Effect\":\"Deny\","
      "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"ForAnyValue:StringLikeIfExists\":"
      "{\"IOT:topic\":\"${aws:PrincipalTag/a b}\"}}},"
      "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}";
  dm_policy *policy = parsed(json);
  memset(json, 'x', sizeof json);
  assert_int_equal(dm_policy_statement_count(policy), 3);
  dm_policy_value topic = {dm_text("iot:Topic"), dm_text("t")};
  dm_policy_request request = {sizeof(dm_policy_request), dm_text("iot:A"), dm_text(ARN "client/c"),
                               &topic, 1};
  dm_policy_match m = {.size = sizeof m};
  assert_int_equal(dm_policy_explain(policy, 0, &request, &m), DM_OK);
  assert_true(m.match == DM_POLICY_MATCH_FULL && m.effect == DM_POLICY_ALLOWED);
  assert_true(m.sid.ptr != NULL && m.sid.len == 0);
  assert_true(m.condition.ptr == NULL && m.key.ptr == NULL && m.variable.ptr == NULL);
  assert_int_equal(dm_policy_explain(policy, 1, &request, &m), DM_OK);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_CONDITION);
  assert_memory_equal(m.sid.ptr, "Second", m.sid.len);
  assert_int_equal(m.condition.len, strlen("ForAnyValue:StringLikeIfExists"));
  assert_memory_equal(m.condition.ptr, "ForAnyValue:StringLikeIfExists", m.condition.len);
  assert_int_equal(m.key.len, strlen("iot:Topic"));
  assert_memory_equal(m.key.ptr, "IOT:topic", m.key.len);
  assert_memory_equal(m.variable.ptr, "aws:PrincipalTag/a b", m.variable.len);
  assert_int_equal(dm_policy_explain(policy, 2, &request, &m), DM_OK);
  assert_int_equal(m.match, DM_POLICY_MATCH_NOT_ACTION);
  assert_null(m.sid.ptr);
  assert_int_equal(dm_policy_explain(policy, 3, &request, &m), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_explain(NULL, 0, &request, &m), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_explain(policy, 0, NULL, &m), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_explain(policy, 0, &request, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_statement_count(NULL), 0);
  dm_policy_free(policy);
}

/* The first one that says so, in the list's order. */
static void who_decides(void **state) {
  (void)state;
  dm_policy *none =
      parsed("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}");
  const char *const all[] = {allows[1], allows[0], allows[0], denies[0], denies[0]};
  dm_policy *policy = policy_of(all, 5, false);
  const dm_policy *policies[] = {none, policy, policy, NULL};
  dm_policy_request b = {sizeof(dm_policy_request), dm_text("iot:A"), dm_text(ARN "topic/b"), NULL,
                         0},
                    a = b, unsound = b;
  a.resource = dm_text(ARN "topic/a");
  unsound.resource = dm_bytes(NULL, 1);
  dm_policy_decision d = {.size = sizeof d};
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 3}, &b, &d), DM_POLICY_ALLOWED);
  assert_true(d.decision == DM_POLICY_ALLOWED && d.policy == 1 && d.statement == 1);
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 3}, &a, &d),
                   DM_POLICY_EXPLICIT_DENY);
  assert_true(d.policy == 1 && d.statement == 3);
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 4}, &b, &d),
                   DM_POLICY_EXPLICIT_DENY);
  assert_true(d.policy == 3 && d.statement == DM_POLICY_NOWHERE);
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 1}, &b, &d),
                   DM_POLICY_IMPLICIT_DENY);
  assert_true(d.policy == DM_POLICY_NOWHERE && d.statement == DM_POLICY_NOWHERE);
  d.decision = 77;
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 3}, &unsound, &d),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_decide(NULL, &b, &d), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(d.decision, 77);
  assert_int_equal(dm_policy_decide(&(dm_policy_list){policies, 3}, &b, NULL), DM_POLICY_ALLOWED);
  dm_policy_free(none);
  dm_policy_free(policy);
}

/* ---- Work ---- */

#define LONG_VALUE 60000

/* Runs, values that begin alike and texts that nearly match: a matcher that tries again all
 * it has passed would never come to an end here. */
static void work_is_bounded(void **state) {
  (void)state;
  static char json[20000], text[LONG_VALUE];
  static dm_policy_value values[40];
  size_t len = (size_t)snprintf(json, sizeof json,
                                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                                "\"Action\":\"*\",\"NotResource\":\"" ARN "*a*a*a*a*a*a*a*a*ab\","
                                "\"Condition\":{\"ForAllValues:StringNotLike\":{\"iot:Topic\":[");
  for (size_t p = 0; p < 16; p++) {
    len += (size_t)snprintf(json + len, sizeof json - len, "%s\"", p == 0 ? "" : ",");
    for (size_t v = 0; v < 32; v++)
      len += (size_t)snprintf(json + len, sizeof json - len, "*${aws:userid}");
    len += (size_t)snprintf(json + len, sizeof json - len, "?b%zu\"", p);
  }
  snprintf(json + len, sizeof json - len, "]}}}}");
  memset(text, 'a', sizeof text);
  values[0] = (dm_policy_value){dm_text("aws:userid"), dm_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")};
  for (size_t i = 1; i < 40; i++)
    values[i] = (dm_policy_value){dm_text("iot:Topic"), dm_bytes(text, 500)};
  dm_policy *policy = parsed(json);
  const dm_policy *policies[] = {policy};
  dm_policy_request request = {sizeof(dm_policy_request), dm_text("iot:A"),
                               dm_bytes(text, sizeof text), values, 40};
  dm_policy_list list = {policies, 1};
  memcpy(text, ARN, strlen(ARN));
  assert_int_equal(dm_policy_evaluate(&list, &request), DM_POLICY_ALLOWED);
  values[39].value = dm_bytes(text, sizeof text);
  assert_int_equal(dm_policy_evaluate(&list, &request), DM_POLICY_ALLOWED);
  text[LONG_VALUE - 1] = 'b';
  assert_int_equal(dm_policy_evaluate(&list, &request), DM_POLICY_IMPLICIT_DENY);
  dm_policy_free(policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(order_does_not_matter),
      cmocka_unit_test(a_deny_never_allows),
      cmocka_unit_test(variables_that_are_no_reason),
      cmocka_unit_test(spans_of_the_policy),
      cmocka_unit_test(who_decides),
      cmocka_unit_test(work_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
