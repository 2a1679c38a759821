/* Tests of dm-policy check and explain, of its help, and of what it prints of other people's
 * text. The program's own files are no library: they are included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "captured.h"
#include "policy/check_command.c"
#include "policy/policy_file.c"
#include "policy/explain_command.c"
#include "policy/explain_question.c"
#include "policy/text.c"

#define main dm_policy_main
#include "policy/dm_policy.c"
#undef main

/* The other command is tested elsewhere. */
int command_eval(int argc, char **argv) {
  (void)argv;
  return argc == 0 ? 77 : 78;
}

#define ARN    "arn:aws:iot:eu-west-1:123456789012:"
#define CLIENT ARN "client/boiler-7"

static captured c;

static int policy(const char *const *arguments) {
  captured_run(&c, dm_policy_main, arguments, "", 0);
  return c.status;
}

#define POLICY(...) policy((const char *const[]){"dm-policy", __VA_ARGS__, NULL})

static int clean(void **state) {
  (void)state;
  captured_clean();
  return 0;
}

static const char allow[] = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": "
                            "\"Allow\", \"Action\": \"iot:*\", \"Resource\": \"*\"}}";
static const char several[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[\n"
    "{\"Sid\":\"Other\",\"Effect\":\"Allow\",\"Action\":\"iot:Receive\",\"Resource\":\"*\"},\n"
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"" ARN "topic/*\"},\n\n"
    "{\"Sid\":\"C\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
    "{\"ForAnyValue:StringLike\":{\"iot:Topic\":\"a/*\"}}},\n"
    "{\"Sid\":\"V\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"" ARN
    "client/${iot:ClientId}\"}]}";

static void help_and_version(void **state) {
  (void)state;
  assert_int_equal(POLICY("--help"), EXIT_GOOD);
  assert_memory_equal(c.out, "usage: dm-policy", 16);
  assert_int_equal(POLICY("explain", "--help"), EXIT_GOOD);
  assert_memory_equal(c.out, "usage: dm-policy", 16);
  assert_int_equal(POLICY("--version"), EXIT_GOOD);
  assert_memory_equal(c.out, "dm-policy 0.", 12);
  assert_string_equal(c.err, "");
  assert_int_equal(policy((const char *const[]){"dm-policy", NULL}), EXIT_MISUSED);
  assert_string_equal(c.out, "");
  assert_non_null(strstr(c.err, "try --help"));
  assert_int_equal(POLICY("chek", "x"), EXIT_MISUSED);
  assert_int_equal(POLICY("eval"), 77);
}

static void check_files(void **state) {
  (void)state;
  const char *good = captured_file("good.json", allow);
  const char *bad = captured_file("bad.json", "{\n  \"Statement\": {\"Efect\": 1}}");
  const char *empty = captured_file("empty.json", "");
  assert_int_equal(POLICY("check", good, good), EXIT_GOOD);
  assert_string_equal(c.out, "");
  assert_int_equal(POLICY("check", bad, good, empty), EXIT_BAD);
  char wanted[500];
  snprintf(wanted, sizeof wanted, "%s:2:17: element not understood: \"Efect\"\n%s:1:1: ", bad,
           empty);
  assert_memory_equal(c.out, wanted, strlen(wanted));
  assert_string_equal(c.err, "");
  assert_int_equal(POLICY("check", "/nowhere/\x1b[31m\xff"), EXIT_BAD);
  assert_memory_equal(c.out, "/nowhere/\\x1b[31m\\xff:1:1: cannot be read: ", 43);
  assert_int_equal(POLICY("check"), EXIT_MISUSED);
}

/* Statements of which other hosts may know more. */
static void check_warns(void **state) {
  (void)state;
  const char *one = captured_file(
      "one.json",
      "{\n\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
      "{\"Bool\":{\"aws:SecureTransport\":false},\"Null\":{\"AWS:SourceArn\":true}}}}");
  const char *more =
      captured_file("more.json", "{\"Version\":\"2012-10-17\",\"Statement\":[\n"
                                 "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"},\n"
                                 " {\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"" ARN
                                 "client/${aws:PrincipalTag/\u202Ex}\"}]}");
  assert_int_equal(POLICY("check", one, more), EXIT_GOOD);
  char wanted[500];
  snprintf(wanted, sizeof wanted,
           "%s:2:1: warning: names AWS:SourceArn, of which nothing is ever known here: dm-broker "
           "and dm-sidecar refuse it\n"
           "%s:3:2: warning: names aws:PrincipalTag/\\xe2\\x80\\xaex, of which nothing is ever "
           "known here: dm-broker and dm-sidecar refuse it\n",
           one, more);
  assert_string_equal(c.out, wanted);
  assert_string_equal(c.err, "");
}

#define ON(effect, action, key)                                                                    \
  "{\"Effect\":\"" effect "\",\"Action\":\"" action                                                \
  "\",\"Resource\":\"*\",\"Condition\":{\"StringLike\":{\"" key "\":\"x\"}}}"

/* A plain operator on a key of a certificate that may have several values. */
static void check_warns_of_several(void **state) {
  (void)state;
  const char *plain = captured_file(
      "plain.json",
      "{\"Statement\":[\n{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
      "{\"StringNotEqualsIfExists\":{\"iot:certificate.availablekeys\":\"a\"},"
      "\"StringLike\":{\"iot:Certificate.Subject.Organization.List\":\"a\","
      "\"iot:Certificate.Subject.Organization.1\":\"a\"},"
      "\"Null\":{\"iot:Certificate.AvailableKeys\":true},"
      "\"ForAnyValue:StringLike\":{\"iot:Certificate.AvailableKeys\":\"a\"}}}]}");
  assert_int_equal(POLICY("check", plain), EXIT_GOOD);
  char wanted[900];
#define WITH_SEVERAL                                                                               \
  " are meant: with several an Allow does not apply and a Deny does; put ForAnyValue: or "         \
  "ForAllValues: in front\n"
  snprintf(wanted, sizeof wanted,
           "%s:2:1: warning: StringNotEqualsIfExists does not say which of the values of "
           "iot:certificate.availablekeys" WITH_SEVERAL
           "%s:2:1: warning: StringLike does not say which of the values of "
           "iot:Certificate.Subject.Organization.List" WITH_SEVERAL,
           plain, plain);
  assert_string_equal(c.out, wanted);
  const char *one = captured_file("one.json", "{\"Statement\":" ON("Allow", "*", "iot:Topic") "}");
  assert_int_equal(POLICY("explain", "--policy", one, "--action", "a:b", "--resource", CLIENT,
                          "--context", "iot:Topic=a", "iot:Topic=b"),
                   EXIT_BAD);
  assert_non_null(strstr(c.out, "of iot:Topic: the request has \"a\", \"b\"; several values ask "
                                "for ForAnyValue: or ForAllValues:\n"));
}

/* Statements that would deny nothing on one side. */
static void check_warns_of_sides(void **state) {
  (void)state;
  const char *wrong =
      captured_file("wrong.json", "{\"Statement\":[\n" ON("Deny", "iot:Rec*", "iot:Topic") ",\n" ON(
                                      "Deny", "iot:getconnection", "iot:ClientId") "]}");
  const char *both = captured_file(
      "both.json", "{\"Statement\":" ON("Deny", "*", "iot:IncludeSocketInformation") "}");
  const char *right = captured_file(
      "right.json",
      "{\"Statement\":[\n" ON("Deny", "iot:Receive", "iot:ClientId") ",\n" ON(
          "Deny", "iot:SendDirectMessage",
          "iot:Topic") ",\n" ON("Deny", "iot:SendDirectMesage",
                                "iot:Topic") ",\n" ON("Allow", "iot:Publish",
                                                      "iot:Connection.Thing.ThingName") "]}");
  assert_int_equal(POLICY("check", wrong, both, right), EXIT_GOOD);
  char wanted[900];
  snprintf(
      wanted, sizeof wanted,
      "%s:3:1: warning: denies by iot:ClientId, of which nothing is ever known of callers: "
      "dm-broker and dm-sidecar refuse it among senderPolicies\n"
      "%s:2:1: warning: denies by iot:Topic, of which nothing is ever known of devices: "
      "dm-broker and dm-sidecar refuse it among receiverPolicies\n"
      "%s:1:2: warning: denies by iot:IncludeSocketInformation, of which nothing is ever known "
      "of devices: dm-broker and dm-sidecar refuse it among receiverPolicies\n"
      "%s:4:1: warning: denies nothing that dm-broker and dm-sidecar ask about\n",
      wrong, wrong, both, right);
  assert_string_equal(c.out, wanted);
}

static void allowed(void **state) {
  (void)state;
  const char *one = captured_file("one.json", allow), *more = captured_file("more.json", several);
  assert_int_equal(
      POLICY("explain", "--policy", more, one, "--action", "iot:Publish", "--resource", CLIENT),
      EXIT_GOOD);
  char wanted[500];
  snprintf(wanted, sizeof wanted, "allowed by\n  %s:3: statement 0 (Allow): applies\n", one);
  assert_string_equal(c.out, wanted);
  assert_int_equal(POLICY("explain", "--context", "IOT:Topic=b=", "iot:topic=a/b", "--policy", more,
                          "--resource", CLIENT, "--action", "iot:Publish", "--context",
                          "iot:ClientId="),
                   EXIT_GOOD);
  snprintf(wanted, sizeof wanted, "allowed by\n  %s:5: statement 2 \"C\" (Allow): applies\n", more);
  assert_string_equal(c.out, wanted);
}

static void denied(void **state) {
  (void)state;
  const char *one = captured_file("one.json", allow), *more = captured_file("more.json", several);
  assert_int_equal(POLICY("explain", "--policy", one, "--policy", more, "--action", "iot:Publish",
                          "--resource", CLIENT, "--context", "iot:ClientId=boiler-7"),
                   EXIT_BAD);
  char wanted[2000];
  snprintf(wanted, sizeof wanted, "explicit deny by\n  %s:6: statement 3 \"V\" (Deny): applies\n",
           more);
  assert_string_equal(c.out, wanted);

  assert_int_equal(POLICY("explain", "--policy", more, "--action", "iot:Publish", "--resource",
                          CLIENT, "--context", "iot:Topic=b", "IOT:TOPIC=\x1b\"c\xE2\x80\xAE"),
                   EXIT_BAD);
  snprintf(wanted, sizeof wanted,
           "implicit deny: no statement applies. How near each came:\n"
           "  %s:2: statement 0 \"Other\" (Allow): the action does not match\n"
           "  %s:3: statement 1 (Allow): the action matches, the resource does not\n"
           "  %s:5: statement 2 \"C\" (Allow): all matches but the condition "
           "ForAnyValue:StringLike of iot:Topic: the request has \"b\", "
           "\"\\x1b\"c\\xe2\\x80\\xae\"\n"
           "  %s:6: statement 3 \"V\" (Deny): the action matches, the resource does not; "
           "${iot:ClientId} has no single value in this request\n",
           more, more, more, more);
  assert_string_equal(c.out, wanted);
  assert_int_equal(
      POLICY("explain", "--policy", more, "--action", "iot:Publish", "--resource", CLIENT),
      EXIT_BAD);
  assert_non_null(strstr(c.out, "of iot:Topic: the request has no value for it\n"));
}

static void misuse(void **state) {
  (void)state;
  const char *one = captured_file("one.json", allow), *bad = captured_file("bad.json", "{}");
  assert_int_equal(POLICY("explain"), EXIT_MISUSED);
  assert_int_equal(POLICY("explain", "--policy", one, "--action", "a:b"), EXIT_MISUSED);
  assert_non_null(strstr(c.err, "explain needs"));
  assert_int_equal(POLICY("explain", "--policy", one, "--resource", "r"), EXIT_MISUSED);
  assert_int_equal(POLICY("explain", "--action", "a:b", "--resource", "r"), EXIT_MISUSED);
#define FULL "explain", "--policy", one, "--action", "a:b", "--resource", "r"
  assert_int_equal(POLICY(FULL), EXIT_BAD);
  assert_int_equal(POLICY(FULL, "--action", "a:c"), EXIT_MISUSED);
  assert_non_null(strstr(c.err, "given twice"));
  assert_int_equal(POLICY(FULL, "--context"), EXIT_MISUSED);
  assert_int_equal(POLICY(FULL, "--context", "--policy", one), EXIT_MISUSED);
  assert_int_equal(POLICY(FULL, "--context", "iot:Topic"), EXIT_MISUSED);
  assert_int_equal(POLICY(FULL, "--context", "=x"), EXIT_MISUSED);
  assert_int_equal(POLICY(FULL, "--verbose", "x"), EXIT_MISUSED);
  assert_int_equal(POLICY(FULL, "x"), EXIT_MISUSED);
  assert_string_equal(c.out, "");
  assert_int_equal(POLICY(FULL, "--policy", bad), EXIT_MISUSED);
  assert_non_null(strstr(c.err, "bad.json:1:1: "));
  assert_string_equal(c.out, "");
}

static void expect_printed(const char *text, const char *printed) {
  char out[200];
  FILE *file = fmemopen(out, sizeof out, "w");
  text_print(file, dm_text(text));
  fclose(file);
  assert_string_equal(out, printed);
}

static void harmless_text(void **state) {
  (void)state;
  expect_printed("a b~\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
                 "a b~\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  expect_printed("a\n\t\x7F\\", "a\\x0a\\x09\\x7f\\x5c");
  expect_printed("\xC2\x9B\xC2\xA0", "\\xc2\\x9b\xC2\xA0");
  expect_printed("\xE2\x80\xA8\xE2\x81\xA6\xEF\xBB\xBF\xD8\x9C",
                 "\\xe2\\x80\\xa8\\xe2\\x81\\xa6\\xef\\xbb\\xbf\\xd8\\x9c");
  /* Not UTF-8: cut, overlong, a surrogate, too large, no beginning. */
  expect_printed("\xC3", "\\xc3");
  expect_printed("\xE2\x82", "\\xe2\\x82");
  expect_printed("\xE2(a", "\\xe2(a");
  expect_printed("\xC0\x8A", "\\xc0\\x8a");
  expect_printed("\xE0\x80\x8A", "\\xe0\\x80\\x8a");
  expect_printed("\xED\xA0\x80", "\\xed\\xa0\\x80");
  expect_printed("\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
  expect_printed("\xF8\x80", "\\xf8\\x80");
  expect_printed("\x80x", "\\x80x");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(help_and_version, clean),
      cmocka_unit_test_teardown(check_files, clean),
      cmocka_unit_test_teardown(check_warns, clean),
      cmocka_unit_test_teardown(check_warns_of_several, clean),
      cmocka_unit_test_teardown(check_warns_of_sides, clean),
      cmocka_unit_test_teardown(allowed, clean),
      cmocka_unit_test_teardown(denied, clean),
      cmocka_unit_test_teardown(misuse, clean),
      cmocka_unit_test_teardown(harmless_text, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
