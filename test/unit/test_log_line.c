/* Tests of the log entry of a call.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "dm/dm.h"

/* 2026-05-28 12:34:56.789 UTC */
#define NOW UINT64_C(1779971696789)

#define TRACE_PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/* Of the events of one test. */
static dm_caller caller;

static dm_event success(void) {
  caller = (dm_caller){
      .size = sizeof caller,
      .principal = SPAN("backend"),
      .source_ip = SPAN("192.0.2.7"),
      .invocation_id = SPAN("inv-1"),
      .protocol = DM_PROTOCOL_HTTP,
      .attempt = 2,
      .source_port = 50000,
  };
  return (dm_event){
      .size = sizeof(dm_event),
      .kind = DM_EVENT_CALL,
      .operation = DM_OPERATION_SEND,
      .outcome = DM_CONFIRMED,
      .delivered = DM_DELIVERED_YES,
      .trace_id = {{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0x4D, 0xEF, 0x81, 0x23, 0x45, 0x67, 0x89,
                    0xAB, 0xCD, 0xEF}},
      .account = SPAN("123456789012"),
      .client_id = SPAN("boiler-7"),
      .topic = SPAN("cmd/restart"),
      .caller = &caller,
      .timeout = 5 * DM_SECOND,
      .ack_latency = 83,
      .mode = DM_MODE_ACKNOWLEDGED,
  };
}

static void assert_line(const dm_event *event, const char *expected) {
  char line[DM_LOG_LINE_MAX];
  size_t len = dm_event_log_line(event, NOW, line, sizeof line);
  assert_in_range(len, 1, sizeof line);
  if (len != strlen(expected) || memcmp(line, expected, len) != 0)
    fail_msg("got      %.*s\nexpected %s", (int)len, line, expected);
}

/* ---- Exact texts -------------------------------------------------------- */

static void test_queries_log_what_is_common(void **state) {
  (void)state;
  static const struct {
    int operation;
    const char *word;
  } operations[] = {{DM_OPERATION_GET_CONNECTION, "GetConnection"},
                    {DM_OPERATION_LIST_SUBSCRIPTIONS, "ListSubscriptions"},
                    {DM_OPERATION_DELETE_CONNECTION, "DeleteConnection"}};
  for (size_t i = 0; i < 3; i++) {
    dm_event event = success();
    event.operation = operations[i].operation;
    event.outcome = DM_DONE;
    event.topic = SPAN("");
    event.ack_latency = DM_NEVER;
    char expected[600] = "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"INFO\","
                         "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                         "\"accountId\":\"123456789012\",\"status\":\"Success\","
                         "\"eventType\":\"";
    strcat(expected, operations[i].word);
    strcat(expected, "\",\"protocol\":\"HTTP\",\"clientId\":\"boiler-7\","
                     "\"principalId\":\"backend\",\"sourceIp\":\"192.0.2.7\","
                     "\"sourcePort\":50000,\"invocationId\":\"inv-1\",\"attempt\":2}");
    assert_line(&event, expected);
  }
}

static void test_a_refused_query(void **state) {
  (void)state;
  dm_event event = {.size = sizeof event,
                    .kind = DM_EVENT_CALL,
                    .operation = DM_OPERATION_DELETE_CONNECTION,
                    .outcome = DM_QUERY_THROTTLED,
                    .client_id = SPAN("boiler-7"),
                    .ack_latency = DM_NEVER,
                    .text = "Too often."};
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"ERROR\","
                      "\"traceId\":\"00000000-0000-0000-0000-000000000000\","
                      "\"status\":\"Failure\",\"eventType\":\"DeleteConnection\","
                      "\"protocol\":\"C\",\"clientId\":\"boiler-7\","
                      "\"reason\":\"QUERY_THROTTLED\",\"details\":\"Too often.\"}");
}

static void test_a_success(void **state) {
  (void)state;
  dm_event event = success();
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"INFO\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Success\","
                      "\"eventType\":\"SendDirectMessage\",\"protocol\":\"HTTP\","
                      "\"topicName\":\"cmd/restart\",\"clientId\":\"boiler-7\","
                      "\"principalId\":\"backend\",\"confirmation\":true,\"timeout\":5,"
                      "\"sourceIp\":\"192.0.2.7\",\"sourcePort\":50000,\"invocationId\":\"inv-1\","
                      "\"attempt\":2,\"delivered\":\"yes\",\"ackLatencyMs\":0.083}");
}

static void test_a_trace_parent_is_told(void **state) {
  (void)state;
  dm_event event = success();
  caller.trace_parent = SPAN(TRACE_PARENT);
  char expected[700] = "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"INFO\","
                       "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                       "\"accountId\":\"123456789012\",\"status\":\"Success\","
                       "\"eventType\":\"SendDirectMessage\",\"protocol\":\"HTTP\","
                       "\"topicName\":\"cmd/restart\",\"clientId\":\"boiler-7\","
                       "\"principalId\":\"backend\",\"confirmation\":true,\"timeout\":5,"
                       "\"sourceIp\":\"192.0.2.7\",\"sourcePort\":50000,"
                       "\"invocationId\":\"inv-1\",\"attempt\":2,"
                       "\"traceparent\":\"" TRACE_PARENT "\","
                       "\"delivered\":\"yes\",\"ackLatencyMs\":0.083}";
  assert_line(&event, expected);
}

/* What is none is left out, not escaped. */
static void test_what_is_no_trace_parent_is_not_told(void **state) {
  (void)state;
  dm_event event = success();
  char without[DM_LOG_LINE_MAX], with[DM_LOG_LINE_MAX];
  size_t len = dm_event_log_line(&event, NOW, without, sizeof without);
  caller.trace_parent = SPAN("00-\"}{\"");
  assert_int_equal(dm_event_log_line(&event, NOW, with, sizeof with), len);
  assert_memory_equal(with, without, len);
}

static void test_an_unconfirmed_success_has_no_timeout(void **state) {
  (void)state;
  dm_event event = success();
  event.outcome = DM_SENT;
  event.delivered = DM_DELIVERED_MAYBE;
  event.mode = DM_MODE_SENT;
  event.ack_latency = DM_NEVER;
  caller.protocol = DM_PROTOCOL_C;
  caller.source_ip = caller.invocation_id = (dm_span){NULL, 0};
  caller.source_port = 0;
  caller.attempt = 0;
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"INFO\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Success\","
                      "\"eventType\":\"SendDirectMessage\",\"protocol\":\"C\","
                      "\"topicName\":\"cmd/restart\",\"clientId\":\"boiler-7\","
                      "\"principalId\":\"backend\",\"confirmation\":false,"
                      "\"delivered\":\"maybe\"}");
}

static void test_a_failure(void **state) {
  (void)state;
  dm_event event = success();
  event.outcome = DM_DELIVERY_CONFIRMATION_TIMEOUT;
  event.delivered = DM_DELIVERED_MAYBE;
  event.ack_latency = DM_NEVER;
  event.text = "It took too long.";
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"ERROR\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Failure\","
                      "\"eventType\":\"SendDirectMessage\",\"protocol\":\"HTTP\","
                      "\"topicName\":\"cmd/restart\",\"clientId\":\"boiler-7\","
                      "\"principalId\":\"backend\",\"confirmation\":true,\"timeout\":5,"
                      "\"sourceIp\":\"192.0.2.7\",\"sourcePort\":50000,\"invocationId\":\"inv-1\","
                      "\"attempt\":2,\"reason\":\"DELIVERY_CONFIRMATION_TIMEOUT\","
                      "\"details\":\"It took too long.\",\"delivered\":\"maybe\"}");
}

static void test_what_was_asked_of_policies_is_told(void **state) {
  (void)state;
  dm_event event = {.size = sizeof event,
                    .kind = DM_EVENT_CALL,
                    .operation = DM_OPERATION_GET_CONNECTION,
                    .outcome = DM_SEND_AUTHORIZATION_FAILURE,
                    .ack_latency = DM_NEVER,
                    .text = "No.",
                    .action = SPAN("iot:GetConnection"),
                    .resource = SPAN("arn:aws:iot:::client/a\"b")};
  assert_line(&event,
              "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"ERROR\","
              "\"traceId\":\"00000000-0000-0000-0000-000000000000\","
              "\"status\":\"Failure\",\"eventType\":\"GetConnection\","
              "\"protocol\":\"C\",\"reason\":\"SEND_AUTHORIZATION_FAILURE\","
              "\"details\":\"No. Asked: iot:GetConnection on arn:aws:iot:::client/a\\\"b.\"}");
}

static void test_a_rejection_has_its_reason_code(void **state) {
  (void)state;
  dm_event event = success();
  event.outcome = DM_RECEIVER_REJECTED;
  event.puback_reason = 0x87;
  event.text = "No.";
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"ERROR\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Failure\","
                      "\"eventType\":\"SendDirectMessage\",\"protocol\":\"HTTP\","
                      "\"topicName\":\"cmd/restart\",\"clientId\":\"boiler-7\","
                      "\"principalId\":\"backend\",\"confirmation\":true,\"timeout\":5,"
                      "\"sourceIp\":\"192.0.2.7\",\"sourcePort\":50000,\"invocationId\":\"inv-1\","
                      "\"attempt\":2,\"reason\":\"RECEIVER_REJECTED\",\"details\":\"No.\","
                      "\"delivered\":\"yes\",\"ackLatencyMs\":0.083,\"mqttReasonCode\":135}");
}

/* As the core tells it: who sent the message, and how, is not kept that long. */
static dm_event late(void) {
  return (dm_event){
      .size = sizeof(dm_event),
      .kind = DM_EVENT_LATE_PUBACK,
      .operation = DM_OPERATION_SEND,
      .outcome = DM_DELIVERY_CONFIRMATION_TIMEOUT,
      .delivered = DM_DELIVERED_YES,
      .trace_id = success().trace_id,
      .account = SPAN("123456789012"),
      .client_id = SPAN("boiler-7"),
      .ack_latency = 6123456,
      .mode = DM_MODE_ACKNOWLEDGED,
  };
}

static void test_a_late_puback_says_what_the_caller_was_told(void **state) {
  (void)state;
  dm_event event = late();
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"INFO\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Success\","
                      "\"eventType\":\"DirectMessageLatePuback\",\"clientId\":\"boiler-7\","
                      "\"confirmation\":true,\"reason\":\"DELIVERY_CONFIRMATION_TIMEOUT\","
                      "\"delivered\":\"yes\",\"ackLatencyMs\":6123.456}");
}

static void test_a_late_rejection_is_a_failure(void **state) {
  (void)state;
  dm_event event = late();
  event.puback_reason = 0x80;
  assert_line(&event, "{\"timestamp\":\"2026-05-28 12:34:56.789\",\"logLevel\":\"ERROR\","
                      "\"traceId\":\"01234567-89ab-4def-8123-456789abcdef\","
                      "\"accountId\":\"123456789012\",\"status\":\"Failure\","
                      "\"eventType\":\"DirectMessageLatePuback\",\"clientId\":\"boiler-7\","
                      "\"confirmation\":true,\"reason\":\"DELIVERY_CONFIRMATION_TIMEOUT\","
                      "\"delivered\":\"yes\",\"ackLatencyMs\":6123.456,\"mqttReasonCode\":128}");
}

/* ---- Parsed back -------------------------------------------------------- */

/* Writes a line into a buffer of just its size and reads it back. */
static json_t *parsed(const dm_event *event) {
  size_t len = dm_event_log_line(event, NOW, NULL, 0);
  assert_in_range(len, 1, DM_LOG_LINE_MAX);
  char *line = malloc(len);
  assert_non_null(line);
  assert_int_equal(dm_event_log_line(event, NOW, line, len), len);
  for (size_t i = 0; i < len; i++)
    assert_false((unsigned char)line[i] < 0x20 || line[i] == 0x7F);
  json_error_t error;
  json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  if (object == NULL)
    fail_msg("%s in %.*s", error.text, (int)len, line);
  free(line);
  return object;
}

static dm_span member(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return dm_bytes(json_string_value(value), json_string_length(value));
}

static void test_hostile_text_stays_one_line_of_json(void **state) {
  (void)state;
  static const char hostile[] = "\"},{\"status\":\"Success\\\n\r\t\b\f\x01\x1F\x7F\0\xE2\x80\xA8";
  dm_event event = success();
  dm_span *const fields[] = {&event.topic, &event.client_id, &caller.principal, &caller.source_ip,
                             &caller.invocation_id};
  static const char *const keys[] = {"topicName", "clientId", "principalId", "sourceIp",
                                     "invocationId"};
  for (size_t i = 0; i < 5; i++) {
    event = success();
    *fields[i] = SPAN(hostile);
    json_t *object = parsed(&event);
    assert_int_equal(json_object_size(object), 18);
    assert_true(dmi_span_equal(member(object, keys[i]), SPAN(hostile)));
    json_decref(object);
  }
}

static void test_bytes_that_are_not_utf8_are_replaced(void **state) {
  (void)state;
  dm_event event = success();
  event.topic = SPAN("a\xFF"
                     "b\xC3");
  json_t *object = parsed(&event);
  assert_true(dmi_span_equal(member(object, "topicName"), SPAN("a\xEF\xBF\xBD"
                                                               "b\xEF\xBF\xBD")));
  json_decref(object);
}

/* Every byte of every field at the size that its message may have. */
static void test_long_text_is_cut_where_a_message_has_its_limit(void **state) {
  (void)state;
  static char huge[100 * 1024];
  memset(huge, 'x', sizeof huge);
  dm_event event = success();
  event.topic = event.client_id = caller.principal = caller.source_ip = caller.invocation_id =
      dm_bytes(huge, sizeof huge);
  json_t *object = parsed(&event);
  assert_int_equal(member(object, "topicName").len, 256);
  assert_int_equal(member(object, "clientId").len, 128);
  assert_int_equal(member(object, "principalId").len, 256);
  assert_int_equal(member(object, "sourceIp").len, 45);
  assert_int_equal(member(object, "invocationId").len, 64);
  json_decref(object);
}

/* The worst there is: six bytes for each, everywhere, with the longest numbers. A front end
 * may also pass a text of any length to dm_refuse(). */
static void test_no_line_is_longer_than_promised(void **state) {
  (void)state;
  static char huge[100 * 1024 + 1];
  memset(huge, '\x01', sizeof huge - 1);
  dm_span all = dm_bytes(huge, sizeof huge - 1);
  const dm_caller from = {
      .size = sizeof from,
      .principal = all,
      .source_ip = all,
      .invocation_id = all,
      .trace_parent = SPAN(TRACE_PARENT),
      .protocol = DM_PROTOCOL_HTTP,
      .attempt = UINT32_MAX,
      .source_port = UINT16_MAX,
  };
  for (int kind = DM_EVENT_CALL; kind <= DM_EVENT_LATE_PUBACK; kind++)
    for (int outcome = DM_OUTCOME_LAST; outcome <= DM_CONFIRMED; outcome++) {
      dm_event event = {
          .size = sizeof event,
          .kind = kind,
          .operation = DM_OPERATION_SEND,
          .outcome = outcome,
          .account = all,
          .client_id = all,
          .topic = all,
          .caller = &from,
          .timeout = DM_NEVER - 1,
          .ack_latency = DM_NEVER - 1,
          .mode = DM_MODE_ACKNOWLEDGED,
          .puback_reason = 0xFF,
          .text = huge,
      };
      json_decref(parsed(&event));
      char text[401] = {0};
      memset(text, '\x01', 400);
      event.text = text;
      event.action = dm_bytes(huge, 64);
      event.resource = dm_bytes(huge, 472);
      json_decref(parsed(&event));
      event.resource = all;
      json_decref(parsed(&event));
    }
}

/* The library's own texts are told in full. */
static void test_the_details_of_an_outcome_are_not_cut(void **state) {
  (void)state;
  for (int outcome = DM_OUTCOME_FIRST; outcome >= DM_OUTCOME_LAST; outcome--) {
    dm_event event = success();
    event.outcome = outcome;
    event.text = dm_strerror(outcome);
    json_t *object = parsed(&event);
    assert_true(dmi_span_equal(member(object, "details"), dm_text(dm_strerror(outcome))));
    assert_true(dmi_span_equal(member(object, "reason"), dm_text(dm_outcome_of(outcome)->reason)));
    assert_true(dmi_span_equal(member(object, "status"), SPAN("Failure")));
    json_decref(object);
  }
}

static void test_a_timeout_is_told_in_whole_seconds(void **state) {
  (void)state;
  static const dm_duration given[] = {
      1, DM_SECOND - 1, DM_SECOND, DM_SECOND + 1, 15 * DM_SECOND, DM_NEVER};
  static const json_int_t told[] = {1, 1, 1, 2, 15, 18446744073710};
  for (size_t i = 0; i < 6; i++) {
    dm_event event = success();
    event.timeout = given[i];
    json_t *object = parsed(&event);
    assert_int_equal(json_integer_value(json_object_get(object, "timeout")), told[i]);
    json_decref(object);
  }
}

/* ---- The buffer --------------------------------------------------------- */

static void test_a_short_buffer_gets_the_beginning(void **state) {
  (void)state;
  dm_event event = success();
  char whole[DM_LOG_LINE_MAX];
  size_t len = dm_event_log_line(&event, NOW, whole, sizeof whole);
  for (size_t capacity = 0; capacity <= len; capacity++) {
    char *out = malloc(capacity == 0 ? 1 : capacity);
    assert_non_null(out);
    assert_int_equal(dm_event_log_line(&event, NOW, out, capacity), len);
    assert_memory_equal(out, whole, capacity);
    free(out);
  }
}

static void test_an_empty_event_makes_a_line(void **state) {
  (void)state;
  dm_event event = {.size = sizeof event};
  json_decref(parsed(&event));
}

static void test_no_event_makes_no_line(void **state) {
  (void)state;
  char line[8] = "before";
  dm_event event = success();
  assert_int_equal(dm_event_log_line(NULL, NOW, line, sizeof line), 0);
  caller.size--;
  assert_int_equal(dm_event_log_line(&event, NOW, line, sizeof line), 0);
  assert_string_equal(line, "before");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_queries_log_what_is_common),
      cmocka_unit_test(test_a_refused_query),
      cmocka_unit_test(test_a_success),
      cmocka_unit_test(test_a_trace_parent_is_told),
      cmocka_unit_test(test_what_is_no_trace_parent_is_not_told),
      cmocka_unit_test(test_an_unconfirmed_success_has_no_timeout),
      cmocka_unit_test(test_a_failure),
      cmocka_unit_test(test_what_was_asked_of_policies_is_told),
      cmocka_unit_test(test_a_rejection_has_its_reason_code),
      cmocka_unit_test(test_a_late_puback_says_what_the_caller_was_told),
      cmocka_unit_test(test_a_late_rejection_is_a_failure),
      cmocka_unit_test(test_hostile_text_stays_one_line_of_json),
      cmocka_unit_test(test_bytes_that_are_not_utf8_are_replaced),
      cmocka_unit_test(test_long_text_is_cut_where_a_message_has_its_limit),
      cmocka_unit_test(test_no_line_is_longer_than_promised),
      cmocka_unit_test(test_the_details_of_an_outcome_are_not_cut),
      cmocka_unit_test(test_a_timeout_is_told_in_whole_seconds),
      cmocka_unit_test(test_a_short_buffer_gets_the_beginning),
      cmocka_unit_test(test_an_empty_event_makes_a_line),
      cmocka_unit_test(test_no_event_makes_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
