/* Structures of older, newer and wrong sizes: policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dm/policy.h"
#include "unit/growth.h"

static const char document[] = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":\"a\","
                               "\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

static void fill_request(void *structure) {
  dm_policy_request *request = structure;
  request->action = dm_text("iot:Receive");
  request->resource = dm_text("topic/a");
}

static dm_policy *parse(void) {
  dm_policy *policy = NULL;
  assert_int_equal(dm_policy_parse(&policy, dm_text(document), 0, NULL, NULL), DM_OK);
  return policy;
}

static int evaluate(void *const *arguments) {
  dm_policy *policy = parse();
  const dm_policy *policies[] = {policy};
  int result = dm_policy_evaluate(&(dm_policy_list){policies, 1}, arguments[0]);
  dm_policy_free(policy);
  return result;
}

static int decide(void *const *arguments) {
  dm_policy *policy = parse();
  const dm_policy *policies[] = {policy};
  const dm_policy_decision *decision = arguments[1];
  int result = dm_policy_decide(&(dm_policy_list){policies, 1}, arguments[0], arguments[1]);
  dm_policy_free(policy);
  if (result == DM_POLICY_ALLOWED)
    assert_int_equal(decision->decision, DM_POLICY_ALLOWED);
  return result;
}

static int explain(void *const *arguments) {
  dm_policy *policy = parse();
  const dm_policy_match *match = arguments[1];
  int result = dm_policy_explain(policy, 0, arguments[0], arguments[1]);
  if (result == DM_OK) {
    assert_int_equal(match->effect, DM_POLICY_ALLOWED);
    assert_int_equal(match->sid.len, 1);
  }
  dm_policy_free(policy);
  return result;
}

#define REQUEST                                                                                    \
  { "dm_policy_request", sizeof(dm_policy_request), fill_request, 0, 0 }

const growth_call growth_policy_calls[] = {
    {"dm_policy_evaluate", DM_POLICY_ALLOWED, evaluate, {REQUEST}},
    {"dm_policy_decide",
     DM_POLICY_ALLOWED,
     decide,
     {REQUEST, {"dm_policy_decision", sizeof(dm_policy_decision), NULL, 0, 0}}},
    {"dm_policy_explain",
     DM_OK,
     explain,
     {REQUEST, {"dm_policy_match", sizeof(dm_policy_match), NULL, 0, 0}}},
    {NULL, 0, NULL, {{NULL, 0, NULL, 0, 0}}},
};
