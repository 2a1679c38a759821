/* Tests of what the conditions of a policy may hold, and of what is said when they are
 * refused.
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

#include "policy_text.h"

#define ACTION   "\"Action\":\"iot:Receive\""
#define RESOURCE "\"Resource\":\"*\""
#define BODY     "\"Effect\":\"Allow\"," ACTION "," RESOURCE

/* A statement up to its condition. */
#define WITH_CONDITION "{\"Version\":\"2012-10-17\",\"Statement\":{" BODY ","

static void conditions(void **state) {
  (void)state;
  expect_accepted(WITH_CONDITION "\"Condition\":{\"StringEquals\":{\"iot:Topic\":\"a\"}}}}");
  expect_accepted(WITH_CONDITION "\"Condition\":{\"StringLike\":{\"IOT:tOPIC\":[\"a\",\"\"]},"
                                 "\"StringEquals\":{\"iot:Topic\":[\"a*${?}\"]}}}}");

  expect_accepted(WITH_CONDITION "\"Condition\":{}}}");
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

static const char *const known_keys[] = {"IOT:clientid",
                                         "iot:DomainName",
                                         "iot:IncludeSocketInformation",
                                         "iot:Connection.Thing.ThingName",
                                         "iot:Connection.Thing.ThingTypeName",
                                         "iot:Connection.Thing.IsAttached",
                                         "iot:Connection.Thing.Attributes[a,b}]",
                                         "iot:connection.thing.ATTRIBUTES[x]",
                                         "iot:CertificateId",
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
static const char *const unknown_keys[] = {"iot:Topic ",
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

static void condition_keys(void **state) {
  (void)state;
  char json[TEXT_MAX];
  for (size_t i = 0; i < sizeof known_keys / sizeof *known_keys; i++) {
    snprintf(json, sizeof json, WITH_CONDITION "\"Condition\":{\"StringLike\":{\"%s\":\"a\"}}}}",
             known_keys[i]);
    expect_accepted(json);
    /* What may be tested may be put in, too. */
    snprintf(json, sizeof json,
             WITH_CONDITION "\"Condition\":{\"StringLike\":{\"iot:Topic\":\"${%s}\"}}}}",
             known_keys[i]);
    expect_accepted(json);
  }
  for (size_t i = 0; i < sizeof unknown_keys / sizeof *unknown_keys; i++) {
    snprintf(json, sizeof json, WITH_CONDITION "\"Condition\":{\"StringLike\":{@\"%s\":\"a\"}}}}",
             unknown_keys[i]);
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

static void condition_values(void **state) {
  (void)state;
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
  assert_int_equal(policy_text_parse(dm_text(json), 0, &error), DM_ERROR_NOT_UNDERSTOOD);
  assert_non_null(strstr(error.text, "more than 32 policy variables"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conditions),       cmocka_unit_test(condition_keys),
      cmocka_unit_test(condition_values), cmocka_unit_test(variables_need_a_version),
      cmocka_unit_test(many_variables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
