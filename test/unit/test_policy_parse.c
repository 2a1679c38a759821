/* Tests of what a policy document may hold, and of what is said when it is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "policy_text.h"

#define ACTION   "\"Action\":\"iot:Receive\""
#define RESOURCE "\"Resource\":\"*\""
#define BODY     "\"Effect\":\"Allow\"," ACTION "," RESOURCE

static void documents(void **state) {
  (void)state;
  expect_accepted("{\"Statement\":{" BODY "}}");
  expect_accepted("{\"Statement\":[{" BODY "}]}");
  expect_accepted("{\"Version\":\"2012-10-17\",\"Statement\":[{" BODY "},{" BODY "}]}");
  expect_accepted("{\"Version\":\"2008-10-17\",\"Id\":\"\",\"Statement\":{" BODY "}}");
  expect_accepted(" \r\n\t{\"Statement\" : {" BODY "} }\n");
  expect_accepted("{\"Stat\\u0065ment\":{" BODY "}}");

  expect_refused("@[]", "must be an object");
  expect_refused("@{}", "must not be empty");
  expect_refused("@{\"Id\":\"x\"}", "missing element: \"Statement\"");
  expect_refused("{@\"Statement\":[]}", "must not be empty: \"Statement\"");
  expect_refused("{@\"Statement\":7}", "must be an object: \"Statement\"");
  expect_refused("{\"Statement\":[{" BODY "},@7]}", "must be an object: \"Statement\"");
  expect_refused("{@\"statement\":{" BODY "}}", "element not understood: \"statement\"");
  expect_refused("{\"Statement\":{" BODY "},\n @\"Extra\":1}", "element not understood: \"Extra\"");
  expect_refused("{@\"Id\":1}", "must be a string: \"Id\"");
}

static void versions(void **state) {
  (void)state;
  expect_refused("{@\"Version\":\"2012-10-18\",\"Statement\":{" BODY "}}",
                 "Version must be \"2012-10-17\" or \"2008-10-17\", not: \"2012-10-18\"");
  expect_refused("{@\"Version\":20121017}", "must be a string: \"Version\"");
  expect_refused("{@\"Version\":\"\"}", "Version must be");
  expect_refused("{@\"Version\":null}", "must be a string");
}

static void statements(void **state) {
  (void)state;
  expect_accepted("{\"Statement\":{\"Sid\":\"one\"," BODY "}}");
  expect_accepted("{\"Statement\":{\"Effect\":\"Deny\"," ACTION "," RESOURCE "}}");

  expect_refused("{@\"Statement\":{}}", "must not be empty");
  expect_refused("{\"Statement\":{@\"Sid\":false," BODY "}}", "must be a string: \"Sid\"");
  expect_refused("{@\"Statement\":{" ACTION "," RESOURCE "}}", "missing element: \"Effect\"");
  expect_refused("{\"Statement\":[{" BODY "},\n@{\"Effect\":\"Deny\"," RESOURCE "}]}",
                 "missing element: \"Action\"");
  expect_refused("{\"Statement\":[@{\"Effect\":\"Deny\"," ACTION "}]}",
                 "missing element: \"Resource\"");
  expect_refused("{\"Statement\":{@\"Effect\":\"allow\"}}",
                 "Effect must be \"Allow\" or \"Deny\", not: \"allow\"");
  expect_refused("{\"Statement\":{@\"Effect\":\"Allow \"}}", "not: \"Allow \"");
  expect_refused("{\"Statement\":{@\"Effect\":[\"Allow\"]}}", "must be a string: \"Effect\"");
  expect_refused("{\"Statement\":{" BODY ",@\"NotAction\":\"iot:Connect\"}}",
                 "excluded by element: \"Action\"");
  expect_refused("{\"Statement\":{@\"NotResource\":\"*\"," BODY "}}",
                 "excluded by element: \"Resource\"");
  expect_accepted("{\"Statement\":{\"Effect\":\"Allow\",\"NotAction\":[\"iot:*\",\"s3:Get?\"],"
                  "\"NotResource\":[\"*\"]}}");
  expect_refused("{\"Statement\":{@\"NotAction\":\"iot\"}}", "Action must be");
  expect_refused("{\"Statement\":{@\"NotAction\":[]}}", "must not be empty: \"NotAction\"");
  expect_refused("{\"Statement\":{@\"NotResource\":\"client/a\"}}", "Resource must be");
  expect_refused("{\"Statement\":{" BODY ",@\"Principal\":\"*\"}}",
                 "element not understood: \"Principal\"");
}

static void actions(void **state) {
  (void)state;
  static const char *const good[] = {"\"*\"",
                                     "\"iot:*\"",
                                     "\"iot:Receive\"",
                                     "\"IOT:sendDIRECTmessage\"",
                                     "[\"iot:Get*\",\"iot:?onnect\",\"s3:GetObject\"]",
                                     "\"execute-api:Invoke\""};
  static const char *const bad[] = {"\"\"",          "\"iot\"",       "\"iot:\"",
                                    "\":Receive\"",  "\"iot*\"",      "\"i*:Receive\"",
                                    "\"*:*\"",       "\"iot:Re ce\"", "\"iot:Receive:x\"",
                                    "\"iot:${*}\"",  "\"**\"",        "\"iot:R\\u00e9ceive\"",
                                    "\" iot:Send\"", "\"iot:R/x\""};
  char json[TEXT_MAX];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    snprintf(json, sizeof json, "{\"Statement\":{\"Effect\":\"Allow\"," RESOURCE ",\"Action\":%s}}",
             good[i]);
    expect_accepted(json);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    snprintf(json, sizeof json, "{\"Version\":\"2012-10-17\",\"Statement\":{@\"Action\":%s}}",
             bad[i]);
    expect_refused(json, "Action must be \"*\" or \"service:Name\"");
    snprintf(json, sizeof json,
             "{\"Version\":\"2012-10-17\",\"Statement\":{\"Action\":[\"iot:*\",\n  @%s]}}", bad[i]);
    expect_refused(json, "Action must be \"*\" or \"service:Name\"");
  }
  expect_refused("{\"Statement\":{@\"Action\":[]}}", "must not be empty: \"Action\"");
  expect_refused("{\"Statement\":{@\"Action\":{}}}", "must be a string or an array of strings");
  expect_refused("{\"Statement\":{@\"Action\":null}}", "must be a string or an array of strings");
  expect_refused("{\"Statement\":{\"Action\":[@1]}}", "must be a string: \"Action\"");
  expect_refused("{\"Statement\":{\"Action\":[\"*\",@[\"*\"]]}}", "must be a string: \"Action\"");
}

static void resources(void **state) {
  (void)state;
  static const char *const good[] = {"*",
                                     "arn:aws:iot:eu-west-1:123456789012:client/boiler-7",
                                     "arn:aws:iot:*:*:topic/a/*",
                                     "arn:*",
                                     "arn:aws:iot:?:?:?",
                                     "a*",
                                     "?rn:aws:iot:r:a:client/x",
                                     "*:client/x",
                                     "arn:*:client/X:y",
                                     "arn:AWS:iot:R:A:client/X",
                                     "arn:aws-cn:iot:r:a:client/",
                                     "arn:aws:iot:r:a:client/$x$",
                                     "arn:aws:iot:r:a:topic/+/#",
                                     "arn:aws:iot:r:a:client/${*}${?}${$}$(*)$(?)$($)"};
  static const char *const bad[] = {"",
                                    "client/boiler-7",
                                    "arn",
                                    "arn:",
                                    "arn:aws:iot:r:a",
                                    "arm:*",
                                    "?rm:*",
                                    "ARN:aws:iot:r:a:client/x",
                                    "${*}",
                                    " *",
                                    "$($)*",
                                    "ar${?}:*",
                                    "arn:aws:iot:eu-west-1:client/boiler-7"};
  char json[TEXT_MAX];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    snprintf(json, sizeof json,
             "{\"Version\":\"2012-10-17\",\"Statement\":"
             "{\"Effect\":\"Allow\"," ACTION ",\"Resource\":\"%s\"}}",
             good[i]);
    expect_accepted(json);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    snprintf(json, sizeof json,
             "{\"Version\":\"2012-10-17\",\"Statement\":{\"Resource\":[\"*\", @\"%s\"]}}", bad[i]);
    expect_refused(json, "Resource must be \"*\" or arn:partition:service:region:account:resource");
  }
  static const char *const capitals[] = {"arn:aws:IOT:r:a:client/x", "arn:aws:Iot:*:*:client/x",
                                         "arn:aws:I*:r:a:client/x", "arn:*:IOT:*:*:client/x"};
  for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++) {
    snprintf(json, sizeof json, "{\"Statement\":{\"NotResource\":[\"*\", @\"%s\"]}}", capitals[i]);
    expect_refused(json, "the service in an ARN, such as iot, has no capital letters, not: \"arn");
  }
  expect_refused("{\"Statement\":{@\"Resource\":[]}}", "must not be empty: \"Resource\"");
  expect_refused("{\"Statement\":{@\"Resource\":true}}", "must be a string or an array of strings");
  expect_refused("{\"Statement\":{\"Resource\":[@{}]}}", "must be a string: \"Resource\"");
}

static void variables_and_escapes(void **state) {
  (void)state;
#define RESOURCE_AT                                                                                \
  "{\"Version\":\"2012-10-17\",\"Statement\":{@\"Resource\":\"arn:aws:iot:r:a:client/"
  expect_refused(RESOURCE_AT "${iot:ClientID2}\"}}", "policy variable not understood: \"arn:");
  expect_refused(RESOURCE_AT "${aws:PrincipalTag/}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId,}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId, x}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId, 'x}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId, 'x' y}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${iot:ClientId 'x'}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${${iot:ClientId}}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "$(iot:ClientId)\"}}", "only $(*), $(?) and $($) are");
  expect_refused(RESOURCE_AT "${}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${*\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${*)\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${**}\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "${\"}}", "policy variable not understood");
  expect_refused(RESOURCE_AT "$(x)\"}}", "only $(*), $(?) and $($) are");
  expect_refused(RESOURCE_AT "$(*\"}}", "only $(*), $(?) and $($) are");
#undef RESOURCE_AT
  /* Under the older version, also where none is named, AWS takes them literally. */
  expect_refused("{\"Statement\":{@\"Resource\":\"arn:aws:iot:r:a:client/${*}\"}}",
                 "need \"Version\": \"2012-10-17\"");
  expect_refused("{\"Statement\":{@\"Resource\":\"arn:aws:iot:r:a:client/${aws:userid}\"},"
                 "\"Version\":\"2008-10-17\"}",
                 "need \"Version\": \"2012-10-17\"");
  /* "You can't use a variable to replace parts of the ARN before the fifth colon." */
  expect_refused("{\"Version\":\"2012-10-17\",\"Statement\":{@\"Resource\":\"${aws:userid}\"}}",
                 "variables only in the last part");
  expect_refused("{\"Version\":\"2012-10-17\",\"Statement\":"
                 "{@\"Resource\":\"arn:aws:iot:r:${aws:PrincipalAccount}:client/a\"}}",
                 "variables only in the last part");
  /* The place of Version does not matter. */
  expect_accepted("{\"Statement\":{\"Effect\":\"Allow\"," ACTION
                  ",\"Resource\":\"arn:aws:iot:r:a:client/$(*)\"},\"Version\":\"2012-10-17\"}");
}

static void duplicate_keys(void **state) {
  (void)state;
#define WITH_TOPIC "{\"Statement\":{" BODY ",\"Condition\":{\"StringLike\":{"
  expect_refused("{\"Id\":\"a\",@\"Id\":\"a\"}", "duplicate object key");
  expect_refused("{\"Id\":\"a\",@\"\\u0049d\":\"a\"}", "duplicate object key");
  expect_refused("{\"Statement\":[{" BODY ",\n@\"Effect\":\"Deny\"}]}", "duplicate object key");
  expect_refused(WITH_TOPIC "\"iot:Topic\":\"a\",@\"iot:Topic\":\"b\"}}}}", "duplicate object key");
  expect_refused("{\"Statement\":{" BODY ",@\"action\":\"*\"}}", "duplicate key: \"action\"");
}

static void not_json(void **state) {
  (void)state;
  dm_policy_error error = {0};
  assert_int_equal(policy_text_parse(dm_text(NULL), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(error.line, 1);
  assert_int_equal(error.column, 1);
  assert_int_equal(policy_text_parse(dm_text(""), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(error.column, 1);

  expect_refused("\n@ ", "cannot be read as JSON");
  expect_refused("@Version: 2012-10-17", "cannot be read as JSON");
  expect_refused("@\"Statement\"", "cannot be read as JSON");
  expect_refused("{\"Statement\":{" BODY "}@\n", "near end of file");
  expect_refused("{\"Id\":@\"x", "premature end of input");
  expect_refused("{\"Statement\":{" BODY "},@}", "cannot be read as JSON");
  expect_refused("{\"Statement\":{" BODY "}}\n@x", "end of file expected");
  expect_refused("{\"Statement\":{" BODY "}}@{}", "end of file expected");
  expect_refused("{\"Statement\" @{" BODY "}}", "':' expected");
  expect_refused("{\"Id\":@'x'}", "invalid token");
  expect_refused("{\"Id\":@tru3}", "invalid token");
  expect_refused("{\"Id\":@01}", "cannot be read as JSON");
  expect_refused("{\"Id\":@12345678901234567890123}", "too big integer");
  expect_refused("{@/* no comments */}", "cannot be read as JSON");
  expect_refused("@\xEF\xBB\xBF{}", "cannot be read as JSON");
}

static void strings(void **state) {
  (void)state;
  expect_refused("{\"Id\":\"a@\nb\"}", "unexpected newline");
  expect_refused("{\"Id\":\"a@\tb\"}", "control character 0x9");
  expect_refused("{\"Id\":\"a\\@x\"}", "invalid escape");
  expect_refused("{\"Id\":\"a\\u00@z0\"}", "invalid escape");
  expect_refused("{\"Id\":@\"\\ud800\"}", "invalid Unicode");
  expect_refused("{\"Id\":@\"\\u0000\"}", "a string must not hold U+0000");
  expect_refused("{@\"I\\u0000d\":\"\"}", "a string must not hold U+0000");
  expect_refused("{\"Id\":\"ab@\xFF\"}", "unable to decode byte 0xff");
  expect_refused("{\"Id\":\"ab@\xC0\x80\"}", "unable to decode");
  expect_refused("{\"Id\":\"ab@\xED\xA0\x80\"}", "unable to decode");
  expect_refused("{\"Id\"@\x80:1}", "unable to decode byte 0x80");
  /* Columns count bytes. */
  expect_refused("{\"Id\":\"\xC3\xA9\xE2\x82\xAC\",@\"x\":1}", "element not understood");

  static const char nul[] = "{\"Id\":\"a\0b\"}";
  dm_policy_error error = {0};
  assert_int_equal(policy_text_parse(dm_bytes(nul, sizeof nul - 1), 0, &error),
                   DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(error.line, 1);
  assert_int_equal(error.column, 9);
}

/* A document of exactly `size` bytes that are not white space. */
static dm_span document_of_size(char *out, size_t size) {
  static const char head[] = "{ \"Statement\":\t{\r\n" BODY "},\"Id\":\"";
  static const char spaces[] = " \t\r\n  ";
  size_t len = sizeof head - 1 + size - (sizeof head - 1 - 4) - 2;
  memcpy(out, head, sizeof head - 1);
  memset(out + sizeof head - 1, 'x', len - (sizeof head - 1));
  memcpy(out + len, "\"}", 2);
  memcpy(out + len + 2, spaces, sizeof spaces - 1);
  return dm_bytes(out, len + 2 + sizeof spaces - 1);
}

static void size_limit(void **state) {
  (void)state;
  char json[TEXT_MAX] = "";
  dm_policy_error error = {0};
  assert_int_equal(policy_text_parse(document_of_size(json, DM_POLICY_SIZE_LIMIT), 0, &error),
                   DM_OK);
  assert_int_equal(policy_text_parse(document_of_size(json, DM_POLICY_SIZE_LIMIT + 1), 0, &error),
                   DM_ERROR_NOT_UNDERSTOOD);
  assert_non_null(strstr(error.text, "larger than allowed"));
  /* The closing brace is the byte too many. */
  assert_int_equal(error.line, 2);
  assert_ptr_equal(json + 17 + error.column, strrchr(json, '}'));

  assert_int_equal(policy_text_parse(document_of_size(json, 300), 300, &error), DM_OK);
  assert_int_equal(policy_text_parse(document_of_size(json, 301), 300, &error),
                   DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(policy_text_parse(document_of_size(json, 4000), 5000, &error), DM_OK);
  assert_int_equal(policy_text_parse(document_of_size(json, 300), SIZE_MAX, &error), DM_OK);
}

static void nesting(void **state) {
  (void)state;
  char json[2000];
  memset(json, '[', sizeof json);
  dm_policy_error error = {0};
  assert_int_equal(policy_text_parse(dm_bytes(json, sizeof json), 0, &error),
                   DM_ERROR_NOT_UNDERSTOOD);
  assert_non_null(strstr(error.text, "nested too deeply"));
  assert_int_equal(error.column, 17);
  /* Brackets in strings do not nest. */
  expect_accepted("{\"Id\":\"[[[[[[[[[[[[[[[[[[{{{{{\\\"[[[[[[[[[[[\",\"Statement\":{" BODY "}}");
}

static void quotes_are_short_and_harmless(void **state) {
  (void)state;
  char json[TEXT_MAX] = "{\"";
  dm_policy_error error = {0};
  memset(json + 2, 'n', 1000);
  memcpy(json + 1002, "\":1}", 5);
  assert_int_equal(policy_text_parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_true(strlen(error.text) < 150);
  assert_memory_equal(error.text, "element not understood: \"nnn", 28);
  assert_string_equal(error.text + strlen(error.text) - 5, "n\"...");

  /* Many escapes: still whole, closed with its quote. */
  for (size_t i = 0; i < 100; i++)
    memcpy(json + 2 + 6 * i, "\\u0001", 6);
  memcpy(json + 602, "\":1}", 5);
  assert_int_equal(policy_text_parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_memory_equal(error.text, "element not understood: \"\\u0001\\u0001", 37);
  assert_string_equal(error.text + strlen(error.text) - 10, "\\u0001\"...");

  /* Characters are not cut. */
  for (size_t shift = 0; shift < 4; shift++) {
    memset(json + 2, 'n', shift);
    for (size_t i = 0; i < 100; i++)
      memcpy(json + 2 + shift + 4 * i, "\xF0\x9F\x98\x80", 4);
    memcpy(json + 402 + shift, "\":1}", 5);
    assert_int_equal(policy_text_parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
    assert_string_equal(error.text + strlen(error.text) - 8, "\xF0\x9F\x98\x80\"...");
  }
}

static void misuse(void **state) {
  (void)state;
  dm_policy *policy = NULL;
  dm_span json = dm_text("{\"Statement\":{" BODY "}}");
  assert_int_equal(dm_policy_parse(NULL, json, 0, NULL, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_parse(&policy, dm_bytes(NULL, 5), 0, NULL, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_policy_parse(&policy, dm_text("{}"), 0, NULL, NULL), DM_ERROR_NOT_UNDERSTOOD);
  assert_null(policy);
  assert_int_equal(dm_policy_parse(&policy, json, 0, NULL, NULL), DM_OK);
  dm_policy_free(policy);
  dm_policy_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents),      cmocka_unit_test(versions),
      cmocka_unit_test(statements),     cmocka_unit_test(actions),
      cmocka_unit_test(resources),      cmocka_unit_test(variables_and_escapes),
      cmocka_unit_test(duplicate_keys), cmocka_unit_test(not_json),
      cmocka_unit_test(strings),        cmocka_unit_test(size_limit),
      cmocka_unit_test(nesting),        cmocka_unit_test(quotes_are_short_and_harmless),
      cmocka_unit_test(misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
