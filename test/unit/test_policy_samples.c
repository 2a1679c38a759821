/* Tests of the sample policies: what each allows, and what it does not.
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

#define ARN "arn:aws:iot:eu-west-1:123456789012:"

/* Reads a sample; the tests run in the project's root. */
static dm_policy *sample(const char *name) {
  char path[200], json[4000];
  snprintf(path, sizeof path, "examples/policies/%s.json", name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("cannot open %s", path);
  size_t len = fread(json, 1, sizeof json, file);
  fclose(file);
  assert_true(len < sizeof json);
  dm_policy *policy = NULL;
  dm_policy_error error = {0};
  if (dm_policy_parse(&policy, dm_bytes(json, len), 0, NULL, &error) != DM_OK)
    fail_msg("%s:%u:%u: %s", path, error.line, error.column, error.text);
  return policy;
}

/* One request and what has to come out. */
typedef struct example {
  const char *action;
  const char *resource;
  const char *topic; /* the value of iot:Topic, NULL: not known */
  int decision;      /* true is DM_POLICY_ALLOWED, false DM_POLICY_IMPLICIT_DENY */
} example;

static void check(const char *name, const example *examples, size_t count) {
  dm_policy *policy = sample(name);
  const dm_policy *policies[] = {policy};
  dm_policy_list list = {policies, 1};
  for (size_t i = 0; i < count; i++) {
    const example *e = &examples[i];
    dm_policy_value topic = {dm_text("iot:Topic"), dm_text(e->topic)};
    dm_policy_request request = {sizeof(dm_policy_request), dm_text(e->action),
                                 dm_text(e->resource), &topic, e->topic == NULL ? 0 : 1};
    int decision = dm_policy_evaluate(&list, &request);
    if (decision != e->decision)
      fail_msg("%s: %s on %s, topic %s: %d", name, e->action, e->resource,
               e->topic == NULL ? "unknown" : e->topic, decision);
  }
  dm_policy_free(policy);
}

#define CHECK(name, examples) check(name, examples, sizeof(examples) / sizeof *(examples))

static const char send[] = "iot:SendDirectMessage";
static const char receive[] = "iot:Receive";

static void send_one_client_two_topics(void **state) {
  (void)state;
  static const example examples[] = {
      {send, ARN "client/boiler-7", "boilers/7/command", true},
      {send, ARN "client/boiler-7", "boilers/7/setpoint", true},
      {send, ARN "client/boiler-7", "boilers/7/firmware", false},
      {send, ARN "client/boiler-7", "boilers/7/command/x", false},
      {send, ARN "client/boiler-7", "Boilers/7/command", false},
      {send, ARN "client/boiler-7", NULL, false},
      {send, ARN "client/boiler-77", "boilers/7/command", false},
      {send, "arn:aws:iot:eu-west-1:210987654321:client/boiler-7", "boilers/7/command", false},
      {send, ARN "topic/boilers/7/command", "boilers/7/command", false},
      {receive, ARN "client/boiler-7", "boilers/7/command", false},
      {"iot:DeleteConnection", ARN "client/boiler-7", "boilers/7/command", false},
  };
  CHECK("send-one-client-two-topics", examples);
}

static void send_any_client_some_topics(void **state) {
  (void)state;
  static const example examples[] = {
      {send, ARN "client/boiler-7", "commands/restart", true},
      {send, ARN "client/another/one", "commands/valve/open", true},
      {send, ARN "client/boiler-7", "alerts/level-3", true},
      {send, ARN "client/boiler-7", "alerts/level-10", false},
      {send, ARN "client/boiler-7", "commands", false},
      {send, ARN "client/boiler-7", "my/commands/restart", false},
      {send, ARN "client/boiler-7", NULL, false},
      {send, "arn:aws:iot:us-east-1:123456789012:client/boiler-7", "commands/restart", false},
      {receive, ARN "topic/commands/restart", "commands/restart", false},
  };
  CHECK("send-any-client-some-topics", examples);
}

static void send_any_client_any_topic(void **state) {
  (void)state;
  static const example examples[] = {
      {send, ARN "client/boiler-7", "any/topic/at/all", true},
      {send, ARN "client/\xC3\xA9t\xC3\xA9 1/2", "x", true},
      {send, ARN "client/boiler-7", NULL, true},
      {send, ARN "topic/x", "x", false},
      {send, "arn:aws:iot:eu-west-1:210987654321:client/boiler-7", "x", false},
      {receive, ARN "topic/any", "any", false},
      {"iot:GetConnection", ARN "client/boiler-7", NULL, false},
  };
  CHECK("send-any-client-any-topic", examples);
}

static void send_boilers_not_firmware(void **state) {
  (void)state;
  static const example examples[] = {
      {send, ARN "client/boiler-7", "boilers/7/command", true},
      {send, ARN "client/pump-7", "boilers/7/command", DM_POLICY_EXPLICIT_DENY},
      {send, ARN "client/boiler-7", "firmware/1", DM_POLICY_EXPLICIT_DENY},
      {send, ARN "client/boiler-7", "boilers/7/firmware", DM_POLICY_EXPLICIT_DENY},
      {send, ARN "client/boiler-7", "boilers/7/firmwares", true},
      /* Where the topic is not known it might be one of those. */
      {send, ARN "client/boiler-7", NULL, DM_POLICY_EXPLICIT_DENY},
      {receive, ARN "topic/firmware/1", "firmware/1", false},
  };
  CHECK("send-boilers-not-firmware", examples);
}

static void receive_two_topics(void **state) {
  (void)state;
  static const example examples[] = {
      {receive, ARN "topic/boilers/7/command", NULL, true},
      {receive, ARN "topic/boilers/7/setpoint", NULL, true},
      {receive, ARN "topic/boilers/7/firmware", NULL, false},
      {receive, ARN "topic/boilers/7/command/now", NULL, false},
      {receive, ARN "topicfilter/boilers/7/command", NULL, false},
      {"iot:Subscribe", ARN "topic/boilers/7/command", NULL, false},
      {send, ARN "client/boiler-7", "boilers/7/command", false},
  };
  CHECK("receive-two-topics", examples);
}

static void receive_under_prefix(void **state) {
  (void)state;
  static const example examples[] = {
      {receive, ARN "topic/boilers/7/command", NULL, true},
      {receive, ARN "topic/boilers/7/a/b/c", NULL, true},
      {receive, ARN "topic/boilers/7/", NULL, true},
      {receive, ARN "topic/boilers/7", NULL, false},
      {receive, ARN "topic/boilers/77/command", NULL, false},
      {receive, ARN "topic/x/boilers/7/command", NULL, false},
      {"iot:Publish", ARN "topic/boilers/7/command", NULL, false},
  };
  CHECK("receive-under-prefix", examples);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(send_one_client_two_topics), cmocka_unit_test(send_any_client_some_topics),
      cmocka_unit_test(send_any_client_any_topic),  cmocka_unit_test(receive_two_topics),
      cmocka_unit_test(receive_under_prefix),       cmocka_unit_test(send_boilers_not_firmware),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
