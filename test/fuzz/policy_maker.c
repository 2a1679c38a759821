/* Policies and requests made from bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy_maker.h"

#include <stdbool.h>

/* ---- Words ---- */

typedef struct words {
  const char *const *list;
  size_t count;
} words;

#define WORDS(...)                                                                                 \
  {                                                                                                \
    (const char *const[]){__VA_ARGS__},                                                            \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)                                \
  }

#define ARN "arn:aws:iot:r:1:"

static const words actions =
    WORDS("iot:Receive", "iot:*", "*", "iot:?eceive", "IOT:send*", "s3:Get*");
static const words asked_actions = WORDS("iot:Receive", "iot:SendDirectMessage", "IOT:receive");
static const words resources =
    WORDS("*", ARN "topic/a", ARN "topic/*", "arn:*:topic/?", ARN "topic/${iot:ClientId}",
          ARN "*/${iot:ClientId}*", ARN "topic/${aws:userid, 'a'}?", ARN "topic/${*}$(?)",
          ARN "client/${iot:ClientId}${iot:ClientId}", ARN "client/${iot:ClientId}?${aws:userid}*");
static const words asked_resources = WORDS(ARN "topic/a", ARN "topic/a/a", ARN "client/aa",
                                           ARN "topic/*?", ARN "topic/ab", "arn:aws:iot:r:1");
static const words keys = WORDS("iot:Topic", "iot:ClientId", "aws:userid", "IOT:TOPIC",
                                "iot:Certificate.Subject.Country.List");
static const words sets = WORDS("", "", "ForAnyValue:", "ForAllValues:");
static const words string_operators =
    WORDS("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
          "StringLike", "StringNotLike");
static const words number_operators =
    WORDS("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
          "NumericGreaterThan", "NumericGreaterThanEquals");
static const words date_operators =
    WORDS("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
          "DateGreaterThanEquals");
static const words other_operators[] = {
    WORDS("Bool"), WORDS("BinaryEquals"), WORDS("IpAddress", "NotIpAddress"),
    WORDS("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), WORDS("Null")};
static const words string_values =
    WORDS("\"\"", "\"a\"", "\"A\"", "\"a*\"", "\"?\"", "\"*a?*\"", "\"${iot:ClientId}\"",
          "\"*${iot:ClientId}*\"", "\"a${aws:userid}?\"", "\"${aws:userid, 'A'}?\"",
          "\"${iot:ClientId}${aws:userid}\"", "\"${*}\"", "\"$(?)\"", "\"\xC3\xA9\"", "\"1\"");
static const words number_values = WORDS("0", "\"-0.0\"", "1", "\"1.0\"", "\"1.5\"", "-1",
                                         "\"-1.5\"", "\"010\"", "10", "\"99999999999999999999\"");
static const words date_values =
    WORDS("0", "\"1970\"", "\"1970-01-01T00:00:01Z\"", "\"1970-01-01T01:00:00+01:00\"", "\"1\"",
          "\"2024-02-29\"", "\"1969-12-31T23:59:59.5Z\"", "1709164800");
static const words truth_values = WORDS("true", "false", "\"true\"", "\"False\"");
static const words binary_values = WORDS("\"\"", "\"YQ==\"", "\"YWE=\"", "\"w6k=\"", "\"Kg==\"");
static const words address_values =
    WORDS("\"10.0.0.1\"", "\"10.0.0.0/8\"", "\"0.0.0.0/0\"", "\"::/0\"", "\"2001:db8::/33\"",
          "\"::ffff:10.0.0.0/104\"", "\"11.0.0.0/7\"");
static const words arn_values = WORDS(
    "\"arn:aws:iot:r:1:topic/a\"", "\"*:*:*:*:*:*\"", "\"arn:*:iot:?:*:topic/${iot:ClientId}\"",
    "\"arn:aws:iot:r:1:*:${aws:userid, 'x:y'}\"", "\":::::\"", "\"arn:aws:*:1:*:topic*\"");
static const words asked_values =
    WORDS("", "a", "A", "aa", "ab", "*", "?", "\xC3\xA9", "0", "1", "1.50", "-1", "10", "-0", "1.",
          "1970-01-01T00:00:00Z", "1709164800", "1969-12-31T23:59:59.500Z", "2024-02-29T00:00Z",
          "TRUE", "false", "10.0.0.1", "10.0.0.1/8", "2001:db8:8000::1", "::ffff:10.1.1.1",
          "arn:aws:iot:r:1:topic/a", "arn:aws:iot:r:1:a:x:y", ":::::", "99999999999999999999.1");

/* ---- Choosing ---- */

typedef struct maker {
  made_policy *made;
  dm_span bytes;
  size_t used;
} maker;

static size_t below(maker *m, size_t count) {
  size_t byte = m->used < m->bytes.len ? (unsigned char)m->bytes.ptr[m->used] : 0;
  m->used++;
  return byte % count;
}

static const char *any(maker *m, const words *from) {
  return from->list[below(m, from->count)];
}

static void put(maker *m, const char *text) {
  size_t len = strlen(text);
  if (len > sizeof m->made->json - m->made->text.len)
    return;
  memcpy(m->made->json + m->made->text.len, text, len);
  m->made->text.len += len;
}

static void put_quoted(maker *m, const char *text) {
  put(m, "\"");
  put(m, text);
  put(m, "\"");
}

/* One value, or an array of up to three. */
static void put_values(maker *m, const words *from, bool quoted) {
  size_t count = below(m, 4);
  put(m, count == 0 ? "" : "[");
  for (size_t i = 0; i < (count == 0 ? 1 : count); i++) {
    put(m, i == 0 ? "" : ",");
    (quoted ? put_quoted : put)(m, any(m, from));
  }
  put(m, count == 0 ? "" : "]");
}

/* ---- Documents ---- */

/* Each with another kind of operator: no name comes twice. */
static void put_condition(maker *m, size_t kind) {
  static const words *const operators[] = {
      &string_operators,   &number_operators,   &date_operators,     &other_operators[0],
      &other_operators[1], &other_operators[2], &other_operators[3], &other_operators[4]};
  static const words *const values[] = {&string_values, &number_values, &date_values,
                                        &truth_values,  &binary_values, &address_values,
                                        &arn_values,    &truth_values};
  bool null = kind == 7;
  put(m, "\"");
  put(m, null ? "" : any(m, &sets));
  put(m, any(m, operators[kind]));
  put(m, !null && below(m, 4) == 1 ? "IfExists" : "");
  put(m, "\":{");
  put_quoted(m, any(m, &keys));
  put(m, ":");
  put_values(m, values[kind], false);
  put(m, "}");
}

static void put_conditions(maker *m) {
  size_t count = below(m, 3), kind = below(m, 8);
  if (count == 0)
    return;
  put(m, ",\"Condition\":{");
  put_condition(m, kind);
  if (count == 2) {
    put(m, ",");
    put_condition(m, (kind + 1 + below(m, 7)) % 8);
  }
  put(m, "}");
}

static void put_statement(maker *m) {
  put(m, below(m, 3) == 1 ? "{\"Effect\":\"Deny\"" : "{\"Effect\":\"Allow\"");
  put(m, below(m, 4) == 1 ? ",\"NotAction\":" : ",\"Action\":");
  put_values(m, &actions, true);
  put(m, below(m, 4) == 1 ? ",\"NotResource\":" : ",\"Resource\":");
  put_values(m, &resources, true);
  put_conditions(m);
  put(m, "}");
}

static void make_request(maker *m) {
  dm_policy_request *r = &m->made->request;
  *r = (dm_policy_request){sizeof(dm_policy_request), dm_text(any(m, &asked_actions)),
                           dm_text(any(m, &asked_resources)), m->made->values,
                           below(m, MAKER_VALUES + 1)};
  for (size_t i = 0; i < r->value_count; i++)
    m->made->values[i] = (dm_policy_value){dm_text(any(m, &keys)), dm_text(any(m, &asked_values))};
}

void maker_make(made_policy *made, dm_span bytes) {
  maker m = {made, bytes, 0};
  made->text = dm_bytes(made->json, 0);
  make_request(&m);
  put(&m, "{\"Version\":\"2012-10-17\",\"Statement\":[");
  size_t count = 1 + below(&m, 4);
  for (size_t i = 0; i < count; i++) {
    put(&m, i == 0 ? "" : ",");
    put_statement(&m);
  }
  put(&m, "]}");
}
