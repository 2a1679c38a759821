/* Tests of what is asked of the policies of the two parties.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#define CLIENT "arn:aws:iot:eu-west-1:123456789012:client/"
#define TOPIC  "arn:aws:iot:eu-west-1:123456789012:topic/"

/* A document with one statement. */
static const char *document(const char *effect, const char *action, const char *resource,
                            const char *condition) {
  static char json[2048];
  int len = snprintf(json, sizeof json,
                     "{\"Statement\": {\"Effect\": \"%s\", \"Action\": \"%s\", "
                     "\"Resource\": \"%s\"%s}}",
                     effect, action, resource, condition);
  assert_in_range(len, 1, sizeof json - 1);
  return json;
}

static int send_to(host *h, const char *client_id, const char *topic) {
  host_call *call = host_unconfirmed(h, client_id);
  call->message.topic = dm_text(topic);
  return host_send(call);
}

/* ---- The sender --------------------------------------------------------- */

static void test_a_sender_without_policies_may_not(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "backend", NULL);
  assert_int_equal(send_to(h, "boiler", "a"), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(h->parties, 1);
}

static void test_the_sender_needs_the_target_as_resource(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_connect(h, "boiler/2");
  host_policy(h, "backend", document("Allow", "iot:SendDirectMessage", CLIENT "boiler", ""));
  assert_int_equal(send_to(h, "boiler", "a"), DM_SENT);
  assert_int_equal(send_to(h, "boiler/2", "a"), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(send_to(h, "boile", "a"), DM_SEND_AUTHORIZATION_FAILURE);
  host_policy(h, "backend", document("Allow", "iot:SendDirectMessage", CLIENT "boiler*", ""));
  assert_int_equal(send_to(h, "boiler/2", "a"), DM_SENT);
}

static void test_other_actions_do_not_help_the_sender(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  static const char *const actions[] = {"iot:Publish", "iot:Receive", "iot:Connect",
                                        "iot:SendDirectMessages", "iot:GetConnection"};
  for (size_t i = 0; i < 5; i++) {
    host_policy(h, "backend", document("Allow", actions[i], "*", ""));
    assert_int_equal(send_to(h, "boiler", "a"), DM_SEND_AUTHORIZATION_FAILURE);
  }
}

static void test_the_senders_topic_is_a_condition(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "backend",
              document("Allow", "iot:SendDirectMessage", "*",
                       ", \"Condition\": {\"StringLike\": {\"iot:Topic\": \"cmd/*\"}}"));
  assert_int_equal(send_to(h, "boiler", "cmd/restart"), DM_SENT);
  assert_int_equal(send_to(h, "boiler", "other/restart"), DM_SEND_AUTHORIZATION_FAILURE);
}

static void test_what_a_sender_writes_is_literal(void **state) {
  host *h = *state;
  host_connect(h, "*");
  host_policy(h, "backend", document("Allow", "iot:SendDirectMessage", CLIENT "boiler", ""));
  assert_int_equal(send_to(h, "*", "a"), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(send_to(h, "boile?", "a"), DM_SEND_AUTHORIZATION_FAILURE);
}

/* ---- The receiver ------------------------------------------------------- */

static void test_a_receiver_without_policies_may_not(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "thing", NULL);
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_sent(call, DM_RECEIVE_AUTHORIZATION_FAILURE, DM_DELIVERED_NO);
  assert_int_equal(h->deliveries, 0);
}

static void test_the_receiver_needs_the_topic_as_resource(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "thing", document("Allow", "iot:Receive", TOPIC "cmd/boiler", ""));
  assert_int_equal(send_to(h, "boiler", "cmd/boiler"), DM_SENT);
  assert_int_equal(send_to(h, "boiler", "cmd/boiler/2"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_int_equal(send_to(h, "boiler", "cmd/*"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

static void test_a_subscription_is_not_needed_and_does_not_help(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "thing", document("Allow", "iot:Receive", TOPIC "*", ""));
  assert_int_equal(send_to(h, "boiler", "a"), DM_SENT);
  host_policy(h, "thing", document("Allow", "iot:Subscribe", "*", ""));
  assert_int_equal(send_to(h, "boiler", "a"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

/* iot:Topic is known for iot:SendDirectMessage only. */
static void test_the_receivers_topic_is_no_condition(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "thing",
              document("Allow", "iot:Receive", "*",
                       ", \"Condition\": {\"StringLike\": {\"iot:Topic\": \"*\"}}"));
  assert_int_equal(send_to(h, "boiler", "a"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

static void test_a_deny_wins_on_either_side(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  static const char *const json =
      "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},"
      "{\"Effect\": \"Deny\", \"Action\": \"%s\", \"Resource\": \"%s\"}]}";
  char text[512];
  snprintf(text, sizeof text, json, "iot:Receive", TOPIC "a");
  host_policy(h, "thing", text);
  assert_int_equal(send_to(h, "boiler", "a"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_int_equal(send_to(h, "boiler", "b"), DM_SENT);
  snprintf(text, sizeof text, json, "iot:SendDirectMessage", CLIENT "boiler");
  host_policy(h, "backend", text);
  assert_int_equal(send_to(h, "boiler", "b"), DM_SEND_AUTHORIZATION_FAILURE);
}

/* Asked on every message: a change cuts off a live connection. */
static void test_a_policy_change_takes_effect_at_once(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  assert_int_equal(send_to(h, "boiler", "a"), DM_SENT);
  host_policy(h, "thing", NULL);
  assert_int_equal(send_to(h, "boiler", "a"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  host_policy(h, "thing", document("Allow", "*", "*", ""));
  assert_int_equal(send_to(h, "boiler", "a"), DM_SENT);
}

/* ---- ARNs --------------------------------------------------------------- */

static void test_the_longest_arns(void **state) {
  host *h = *state;
  char name[65], client_id[129], topic[257], resource[600];
  memset(name, 'n', 64);
  memset(client_id, 'c', 128);
  memset(topic, 't', 256);
  name[64] = client_id[128] = topic[256] = '\0';
  h->config.partition = h->config.region = h->config.account = dm_text(name);
  host_reopen(h);
  host_connect(h, client_id);
  snprintf(resource, sizeof resource, "arn:%s:iot:%s:%s:client/%s", name, name, name, client_id);
  host_policy(h, "backend", document("Allow", "iot:SendDirectMessage", resource, ""));
  snprintf(resource, sizeof resource, "arn:%s:iot:%s:%s:topic/%s", name, name, name, topic);
  host_policy(h, "thing", document("Allow", "iot:Receive", resource, ""));
  assert_int_equal(send_to(h, client_id, topic), DM_SENT);
  topic[255] = 'x';
  assert_int_equal(send_to(h, client_id, topic), DM_RECEIVE_AUTHORIZATION_FAILURE);
  client_id[127] = 'x';
  assert_int_equal(send_to(h, client_id, topic), DM_SEND_AUTHORIZATION_FAILURE);
}

static void test_the_default_names_in_an_arn(void **state) {
  host *h = *state;
  h->config.partition = h->config.region = h->config.account = (dm_span){NULL, 0};
  host_reopen(h);
  host_connect(h, "boiler");
  host_policy(h, "backend",
              document("Allow", "iot:SendDirectMessage",
                       "arn:aws:iot:local:000000000000:client/boiler", ""));
  assert_int_equal(send_to(h, "boiler", "a"), DM_SENT);
  assert_string_equal(h->told.account, "000000000000");
}

/* ---- What is told ------------------------------------------------------- */

static void assert_asked(host *h, const char *action, const char *resource) {
  assert_string_equal(h->told.action, action);
  assert_string_equal(h->told.resource, resource);
}

static void test_a_refusal_tells_what_was_asked(void **state) {
  host *h = *state;
  dm_connection_information known = {.size = sizeof known};
  host_connect(h, "boiler");
  assert_int_equal(send_to(h, "boiler", "a/b"), DM_SENT);
  assert_asked(h, "", "");
  host_policy(h, "thing", NULL);
  assert_int_equal(send_to(h, "boiler", "a/b"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_asked(h, "iot:Receive", TOPIC "a/b");
  host_policy(h, "backend", NULL);
  assert_int_equal(send_to(h, "boiler", "a/b"), DM_SEND_AUTHORIZATION_FAILURE);
  assert_asked(h, "iot:SendDirectMessage", CLIENT "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_SEND_AUTHORIZATION_FAILURE);
  assert_asked(h, "iot:GetConnection", CLIENT "boiler");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_a_sender_without_policies_may_not),
      host_test(test_the_sender_needs_the_target_as_resource),
      host_test(test_other_actions_do_not_help_the_sender),
      host_test(test_the_senders_topic_is_a_condition),
      host_test(test_what_a_sender_writes_is_literal),
      host_test(test_a_receiver_without_policies_may_not),
      host_test(test_the_receiver_needs_the_topic_as_resource),
      host_test(test_a_subscription_is_not_needed_and_does_not_help),
      host_test(test_the_receivers_topic_is_no_condition),
      host_test(test_a_deny_wins_on_either_side),
      host_test(test_a_policy_change_takes_effect_at_once),
      host_test(test_the_longest_arns),
      host_test(test_the_default_names_in_an_arn),
      host_test(test_a_refusal_tells_what_was_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
