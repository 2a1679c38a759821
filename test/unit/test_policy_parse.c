/* Tests of what a policy document may hold, and of what is said when it is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#include "dm/policy.h"

#define ACTION   "\"Action\":\"iot:Receive\""
#define RESOURCE "\"Resource\":\"*\""
#define BODY     "\"Effect\":\"Allow\"," ACTION "," RESOURCE

#define TEXT_MAX 6000

static int parse(dm_span json, size_t size_limit, dm_policy_error *error) {
  dm_policy *policy = NULL;
  int status = dm_policy_parse(&policy, json, size_limit, NULL, error);
  assert_true((status == DM_OK) == (policy != NULL));
  dm_policy_free(policy);
  return status;
}

static void expect_accepted(const char *json) {
  dm_policy_error error = {0};
  if (parse(dm_text(json), 0, &error) != DM_OK)
    fail_msg("%u:%u %s, in: %s", error.line, error.column, error.text, json);
}

/* An '@' in the document marks the byte that the error has to name. */
static void expect_refused(const char *marked, const char *text) {
  char json[TEXT_MAX];
  size_t mark = strcspn(marked, "@"), len = strlen(marked) - 1;
  assert_true(len < sizeof json && marked[mark] == '@');
  memcpy(json, marked, mark);
  memcpy(json + mark, marked + mark + 1, len - mark);
  unsigned line = 1, column = 1;
  for (size_t i = 0; i < mark; i++) {
    column = json[i] == '\n' ? 1 : column + 1;
    line += json[i] == '\n';
  }
  dm_policy_error error = {0};
  if (parse(dm_bytes(json, len), 0, &error) != DM_ERROR_NOT_UNDERSTOOD)
    fail_msg("not refused: %s", marked);
  if (error.line != line || error.column != column || strstr(error.text, text) == NULL)
    fail_msg("%u:%u %s, not %u:%u %s, in: %s", error.line, error.column, error.text, line, column,
             text, marked);
}

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

static void conditions(void **state) {
  (void)state;
#define WITH_CONDITION "{\"Version\":\"2012-10-17\",\"Statement\":{" BODY ","
  expect_accepted(WITH_CONDITION "\"Condition\":{\"StringEquals\":{\"iot:Topic\":\"a\"}}}}");
  expect_accepted(WITH_CONDITION "\"Condition\":{\"StringLike\":{\"IOT:tOPIC\":[\"a\",\"\"]},"
                                 "\"StringEquals\":{\"iot:Topic\":[\"a*${?}\"]}}}}");

  expect_refused(WITH_CONDITION "@\"Condition\":{}}}", "must not be empty: \"Condition\"");
  expect_refused(WITH_CONDITION "@\"Condition\":[]}}", "must be an object: \"Condition\"");
  expect_refused(WITH_CONDITION "\"Condition\":{@\"StringLike\":{}}}}",
                 "must not be empty: \"StringLike\"");
  expect_refused(WITH_CONDITION "\"Condition\":{@\"StringLike\":\"iot:Topic\"}}}",
                 "must be an object: \"StringLike\"");
  static const char *const operators[] = {"stringLike",
                                          "StringEqual",
                                          "StringLikeIfExist",
                                          "StringLikeifexists",
                                          "StringLikeIfExistsIfExists",
                                          "IfExists",
                                          "NumericNotLessThan",
                                          "BinaryNotEquals",
                                          "BoolEquals",
                                          "IpAddressLike",
                                          "ArnMatch",
                                          "NullIfExists",
                                          "ForAnyValue:Null",
                                          "ForAllValues:Null",
                                          "ForAnyValue:",
                                          "ForAnyValue:ForAllValues:StringLike",
                                          "ForSomeValues:StringLike",
                                          "forAnyValue:StringLike",
                                          "ForAnyValue: StringLike",
                                          "StringEquals ",
                                          ""};
  char json[TEXT_MAX];
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    snprintf(json, sizeof json, WITH_CONDITION "\"Condition\":{@\"%s\":{\"iot:Topic\":\"a\"}}}}",
             operators[i]);
    expect_refused(json, "condition operator not understood");
  }
#define WITH_TOPIC WITH_CONDITION "\"Condition\":{\"StringLike\":{"
  expect_refused(WITH_TOPIC "@\"iot:Topic\":[]}}}}", "must not be empty: \"iot:Topic\"");
  expect_refused(WITH_TOPIC "@\"iot:Topic\":7}}}}", "must be a string or an array of strings");
  expect_refused(WITH_TOPIC "\"iot:Topic\":[\"a\",@null]}}}}", "must be a string: \"iot:Topic\"");
  expect_refused(WITH_TOPIC "\"iot:Topic\":[\"a\",@\"${iot:Client}\"]}}}}",
                 "policy variable not understood");
  expect_refused(WITH_TOPIC "\"iot:Topic\":\"a\",@\"iot:topic\":\"b\"}}}}",
                 "duplicate key: \"iot:topic\"");
}

static void condition_keys(void **state) {
  (void)state;
  static const char *const good[] = {"IOT:clientid",
                                     "iot:DomainName",
                                     "iot:IncludeSocketInformation",
                                     "iot:Connection.Thing.ThingName",
                                     "iot:Connection.Thing.ThingTypeName",
                                     "iot:Connection.Thing.IsAttached",
                                     "iot:Connection.Thing.Attributes[a,b}]",
                                     "iot:connection.thing.ATTRIBUTES[x]",
                                     "iot:Certificate.SerialNumber",
                                     "iot:Certificate.AvailableKeys",
                                     "iot:Certificate.Subject.CommonName",
                                     "iot:Certificate.Subject.Organization.List",
                                     "iot:Certificate.Issuer.Organization.1",
                                     "iot:Certificate.Issuer.Country.0",
                                     "iot:Certificate.Subject.AlternativeName.DNSName",
                                     "iot:Certificate.Issuer.AlternativeName.IPAddress.LIST",
                                     "aws:SourceIp",
                                     "aws:userid",
                                     "AWS:USERNAME",
                                     "aws:PrincipalTag/team",
                                     "aws:PrincipalTag/a b/c",
                                     "aws:CurrentTime",
                                     "aws:EpochTime",
                                     "aws:SecureTransport",
                                     "aws:UserAgent",
                                     "aws:TokenIssueTime",
                                     "aws:PrincipalArn"};
  static const char *const bad[] = {"iot:Topic ",
                                    "Topic",
                                    "",
                                    "iot:ClientID2",
                                    "iot:Connection.Thing.Attributes[]",
                                    "iot:Connection.Thing.Attributes[a",
                                    "iot:Connection.Thing.Attributes[a]b",
                                    "iot:Connection.Thing.Attributes",
                                    "iot:Certificate.Subject",
                                    "iot:Certificate.Subject.",
                                    "iot:Certificate.Subject.Name",
                                    "iot:Certificate.CommonName",
                                    "iot:Certificate.Subject.CommonName.",
                                    "iot:Certificate.Subject.CommonName.01",
                                    "iot:Certificate.Subject.CommonName.x",
                                    "iot:Certificate.Subject.CommonName.1.List",
                                    "iot:Certificate.Subject.AlternativeName",
                                    "iot:Certificate.SerialNumber.List",
                                    "aws:PrincipalTag",
                                    "aws:PrincipalTag/",
                                    "aws:Userid2",
                                    "${aws:userid}"};
  char json[TEXT_MAX];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    snprintf(json, sizeof json, WITH_CONDITION "\"Condition\":{\"StringLike\":{\"%s\":\"a\"}}}}",
             good[i]);
    expect_accepted(json);
    /* What may be tested may be put in, too. */
    snprintf(json, sizeof json,
             WITH_CONDITION "\"Condition\":{\"StringLike\":{\"iot:Topic\":\"${%s}\"}}}}", good[i]);
    expect_accepted(json);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    snprintf(json, sizeof json, WITH_CONDITION "\"Condition\":{\"StringLike\":{@\"%s\":\"a\"}}}}",
             bad[i]);
    expect_refused(json, "condition key not understood");
  }
}

/* Each operator, and what it takes as a value and what not. */
typedef struct value_example {
  const char *operators; /* separated by spaces */
  const char *good;      /* JSON values, separated by spaces */
  const char *bad;
  const char *problem;
} value_example;

static void try_value(const char *test, const char *value, const char *problem) {
  static const char *const prefixes[] = {"", "ForAnyValue:", "ForAllValues:"};
  char json[TEXT_MAX];
  bool null = strcmp(test, "Null") == 0;
  for (size_t i = 0; i < (null ? 1 : 6); i++) {
    const char *prefix = prefixes[i / 2], *suffix = i % 2 == 0 ? "" : "IfExists";
    snprintf(json, sizeof json,
             WITH_CONDITION "\"Condition\":{\"%s%s%s\":{%s\"aws:UserAgent\":%s}}}}", prefix, test,
             suffix, problem == NULL ? "" : "@", value);
    if (problem == NULL)
      expect_accepted(json);
    else
      expect_refused(json, problem);
  }
}

/* Calls `check` for each word of a list. */
static void try_values(const char *test, const char *values, const char *problem) {
  for (size_t len; *values != '\0'; values += len + (values[len] == ' ')) {
    char value[200];
    len = strcspn(values, " ");
    assert_true(len < sizeof value);
    memcpy(value, values, len);
    value[len] = '\0';
    try_value(test, value, problem);
  }
}

static void condition_values(void **state) {
  (void)state;
  static const value_example examples[] = {
      {"StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike "
       "StringNotLike",
       "\"\" \"a*?\" [\"a\",\"${aws:userid}${*}\"] \"${aws:userid,'\\u00e9'}\"", "7 true null {}",
       "must be a string or an array of strings"},
      {"NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan "
       "NumericGreaterThanEquals",
       "\"10\" 10 -2.50 \"-0.5\" [1,\"2\"] 0.1 99999999999999.5",
       "\"\" \"+1\" \"1e3\" 1e3 \"1.\" \".5\" \"0x10\" \"${aws:userid}\" \"1,5\" \"--1\" \"1.-5\"",
       "must be a number"},
      {"NumericEquals", "1", "true null {}", "value of the wrong type"},
      {"DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan "
       "DateGreaterThanEquals",
       "\"2026\" \"2026-05\" \"2026-05-28\" \"2026-05-28T10:00Z\" \"2026-05-28T10:00:00Z\" "
       "\"2026-05-28T10:00:00.25+02:00\" \"1780000000\" 1780000000 \"2024-02-29\" 0",
       "\"\" \"2026-13\" \"2026-00\" \"2026-02-29\" \"2026-02-00\" \"2026-05-28T10:00:00\" "
       "\"2026-05-28T24:00Z\" \"2026-05-28t10:00Z\" \"20260528T100000Z\" \"2026-05-28T10:00:60Z\" "
       "\"2026-05-28T10:00:00.Z\" \"2026-05-28T10Z\" \"tomorrow\" 1.5 -1 \"${aws:CurrentTime}\" "
       "\"2026-05-28*\"",
       "must be a date"},
      {"Bool", "true false \"true\" \"False\" [\"true\",false]",
       "\"yes\" \"\" \"1\" \"${aws:userid}\"", "must be true or false"},
      {"Bool", "true", "1 null {}", "value of the wrong type"},
      {"Null", "true \"false\" [true]", "\"\" \"null\"", "must be true or false"},
      {"BinaryEquals", "\"\" \"QQ==\" \"QUI=\" \"QUJD\" \"QUJDRA==\"",
       "\"A\" \"QQ\" \"QQ=\" \"QR==\" \"QQ==QUJD\" \"Q*==\" \"QUJDR===\"", "must be base64"},
      {"BinaryEquals", "\"QQ==\"", "7 true", "value of the wrong type"},
      {"IpAddress NotIpAddress",
       "\"203.0.113.0/24\" \"203.0.113.7\" \"2001:db8::/32\" \"::\" \"0.0.0.0/0\" \"::/0\" "
       "[\"10.0.0.1/32\",\"::1/128\"]",
       "\"\" \"203.0.113\" \"203.0.113.256\" \"203.0.113.0/33\" \"203.0.113.0/\" "
       "\"203.0.113.0/024\" "
       "\"10.0.0.01\" \"2001:db8::/129\" \"2001:db8:::1\" \"fe80::1%eth0\" \"*\" \"localhost\" "
       "\"${aws:SourceIp}\"",
       "must be an IP address"},
      {"ArnEquals ArnLike ArnNotEquals ArnNotLike",
       "\"arn:aws:sns:*:1:t\" \"*:*:*:*:*:*\" \"arn:aws:iot:r:1:client/${aws:userid}:x\"",
       "\"\" \"*\" \"arn:aws:sns:r:1\" \"arn:*\" \"arn:aws:iot:r:${aws:userid}\"",
       "an ARN operator compares six parts"},
      {"ArnLike", "\"a:b:c:d:e:f\"", "7 null", "must be a string or an array of strings"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    for (const char *test = examples[i].operators; *test != '\0';) {
      char name[64];
      size_t len = strcspn(test, " ");
      snprintf(name, sizeof name, "%.*s", (int)len, test);
      try_values(name, examples[i].good, NULL);
      try_values(name, examples[i].bad, examples[i].problem);
      test += len + (test[len] == ' ');
    }
  expect_refused(WITH_CONDITION "\"Condition\":{\"NumericEquals\":{\"aws:UserAgent\":[1,@[]]}}}}",
                 "value of the wrong type");
  expect_refused(WITH_CONDITION "@\"Condition\":{}}}", "must not be empty");
  expect_refused(WITH_CONDITION "\"Condition\":{\"Bool\":{@\"aws:UserAgent\":[]}}}}",
                 "must not be empty: \"aws:UserAgent\"");
  expect_refused(WITH_CONDITION
                 "\"Condition\":{\"NumericEquals\":{\"aws:UserAgent\":[1,\n @1e5]}}}}",
                 "must be a number such as 10 or -2.5, not: \"1e5\"");
}

/* Under another Version a '$' with a brace is refused, not taken literally. */
static void variables_need_a_version(void **state) {
  (void)state;
  expect_refused("{\"Statement\":{\"Condition\":{\"StringEquals\":{@\"iot:Topic\":"
                 "\"${aws:userid}\"}}}}",
                 "need \"Version\": \"2012-10-17\"");
  expect_refused("{\"Version\":\"2008-10-17\",\"Statement\":{@\"NotResource\":"
                 "\"arn:aws:iot:r:a:client/${aws:userid}\"}}",
                 "need \"Version\": \"2012-10-17\"");
}

static void many_variables(void **state) {
  (void)state;
  char json[TEXT_MAX] = WITH_CONDITION "\"Condition\":{\"StringLike\":{\"iot:Topic\":\"";
  size_t len = strlen(json);
  for (size_t i = 0; i < 33; i++)
    len += (size_t)snprintf(json + len, sizeof json - len, "${aws:userid}");
  snprintf(json + len - strlen("${aws:userid}"), 10, "\"}}}}");
  expect_accepted(json);
  memcpy(json + len - strlen("${aws:userid}"), "${aws:userid}\"}}}}", 19);
  dm_policy_error error = {0};
  assert_int_equal(parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_non_null(strstr(error.text, "more than 32 policy variables"));
}

static void duplicate_keys(void **state) {
  (void)state;
  expect_refused("{\"Id\":\"a\",@\"Id\":\"a\"}", "duplicate object key");
  expect_refused("{\"Id\":\"a\",@\"\\u0049d\":\"a\"}", "duplicate object key");
  expect_refused("{\"Statement\":[{" BODY ",\n@\"Effect\":\"Deny\"}]}", "duplicate object key");
  expect_refused(WITH_TOPIC "\"iot:Topic\":\"a\",@\"iot:Topic\":\"b\"}}}}", "duplicate object key");
  expect_refused("{\"Statement\":{" BODY ",@\"action\":\"*\"}}", "duplicate key: \"action\"");
}

static void not_json(void **state) {
  (void)state;
  dm_policy_error error = {0};
  assert_int_equal(parse(dm_text(NULL), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(error.line, 1);
  assert_int_equal(error.column, 1);
  assert_int_equal(parse(dm_text(""), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
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
  assert_int_equal(parse(dm_bytes(nul, sizeof nul - 1), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
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
  assert_int_equal(parse(document_of_size(json, DM_POLICY_SIZE_LIMIT), 0, &error), DM_OK);
  assert_int_equal(parse(document_of_size(json, DM_POLICY_SIZE_LIMIT + 1), 0, &error),
                   DM_ERROR_NOT_UNDERSTOOD);
  assert_non_null(strstr(error.text, "larger than allowed"));
  /* The closing brace is the byte too many. */
  assert_int_equal(error.line, 2);
  assert_ptr_equal(json + 17 + error.column, strrchr(json, '}'));

  assert_int_equal(parse(document_of_size(json, 300), 300, &error), DM_OK);
  assert_int_equal(parse(document_of_size(json, 301), 300, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_int_equal(parse(document_of_size(json, 4000), 5000, &error), DM_OK);
  assert_int_equal(parse(document_of_size(json, 300), SIZE_MAX, &error), DM_OK);
}

static void nesting(void **state) {
  (void)state;
  char json[2000];
  memset(json, '[', sizeof json);
  dm_policy_error error = {0};
  assert_int_equal(parse(dm_bytes(json, sizeof json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
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
  assert_int_equal(parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_true(strlen(error.text) < 150);
  assert_memory_equal(error.text, "element not understood: \"nnn", 28);
  assert_string_equal(error.text + strlen(error.text) - 5, "n\"...");

  /* Many escapes: still whole, closed with its quote. */
  for (size_t i = 0; i < 100; i++)
    memcpy(json + 2 + 6 * i, "\\u0001", 6);
  memcpy(json + 602, "\":1}", 5);
  assert_int_equal(parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_memory_equal(error.text, "element not understood: \"\\u0001\\u0001", 37);
  assert_string_equal(error.text + strlen(error.text) - 10, "\\u0001\"...");

  /* Characters are not cut. */
  for (size_t shift = 0; shift < 4; shift++) {
    memset(json + 2, 'n', shift);
    for (size_t i = 0; i < 100; i++)
      memcpy(json + 2 + shift + 4 * i, "\xF0\x9F\x98\x80", 4);
    memcpy(json + 402 + shift, "\":1}", 5);
    assert_int_equal(parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
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
      cmocka_unit_test(documents),
      cmocka_unit_test(versions),
      cmocka_unit_test(statements),
      cmocka_unit_test(actions),
      cmocka_unit_test(resources),
      cmocka_unit_test(variables_and_escapes),
      cmocka_unit_test(conditions),
      cmocka_unit_test(condition_keys),
      cmocka_unit_test(condition_values),
      cmocka_unit_test(variables_need_a_version),
      cmocka_unit_test(many_variables),
      cmocka_unit_test(duplicate_keys),
      cmocka_unit_test(not_json),
      cmocka_unit_test(strings),
      cmocka_unit_test(size_limit),
      cmocka_unit_test(nesting),
      cmocka_unit_test(quotes_are_short_and_harmless),
      cmocka_unit_test(misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
