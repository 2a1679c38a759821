/* Tests of the parameters in a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/span.h"
#include "http/parameters.h"

static char room[512];

static dm_message read_query(const char *query, int expected_outcome) {
  dm_message message = {.size = sizeof message};
  assert_true(strlen(query) <= sizeof room);
  dmi_fault found = dmi_parameters_read(dm_text(query), room, &message);
  assert_int_equal(found.outcome, expected_outcome);
  /* The core knows which timeouts there are. */
  if (expected_outcome != DM_INVALID_TIMEOUT_PARAMETER)
    assert_int_equal(found.text != NULL, dmi_failed(found));
  return message;
}

static void assert_span(dm_span got, const char *expected) {
  assert_true(dmi_span_present(got));
  assert_int_equal(got.len, strlen(expected));
  assert_memory_equal(got.ptr, expected, got.len);
}

static void test_all_parameters(void **state) {
  (void)state;
  dm_message message = read_query("confirmation=true&contentType=text%2Fplain&responseTopic=r%2Fs"
                                  "&timeout=7&topic=a%2Fb%20c+d",
                                  DM_OK);
  assert_span(message.topic, "a/b c+d");
  assert_span(message.content_type, "text/plain");
  assert_span(message.response_topic, "r/s");
  assert_int_equal(message.mode, DM_MODE_ACKNOWLEDGED);
  assert_int_equal(message.timeout, 7 * DM_SECOND);
}

static void test_what_is_left_out_is_absent(void **state) {
  (void)state;
  dm_message message = read_query("topic=a", DM_OK);
  assert_span(message.topic, "a");
  assert_false(dmi_span_present(message.content_type));
  assert_false(dmi_span_present(message.response_topic));
  assert_int_equal(message.mode, DM_MODE_SENT);
  assert_int_equal(message.timeout, 0);
}

/* A message with a weaker promise than was meant is worse than none. */
static void test_misspelt_parameters(void **state) {
  (void)state;
  static const struct {
    const char *written, *right;
    int outcome;
  } cases[] = {{"Topic=b", "topic", DM_INVALID_TOPIC},
               {"TOPIC=b", "topic", DM_INVALID_TOPIC},
               {"topics=b", "topic", DM_INVALID_TOPIC},
               {"tpoic=b", "topic", DM_INVALID_TOPIC},
               {"confirm=true", "confirmation", DM_INVALID_CONFIRMATION_PARAMETER},
               {"Confirmation=true", "confirmation", DM_INVALID_CONFIRMATION_PARAMETER},
               {"confirmed=true", "confirmation", DM_OK},
               {"comfirmaton=true", "confirmation", DM_INVALID_CONFIRMATION_PARAMETER},
               {"conf%69rmatio=true", "confirmation", DM_INVALID_CONFIRMATION_PARAMETER},
               {"time=3", "timeout", DM_INVALID_TIMEOUT_PARAMETER},
               {"timeOut", "timeout", DM_INVALID_TIMEOUT_PARAMETER},
               {"time-out=3", "timeout", DM_INVALID_TIMEOUT_PARAMETER},
               {"content-type=a", "contentType", DM_INVALID_CONTENT_TYPE},
               {"contenttype=a", "contentType", DM_INVALID_CONTENT_TYPE},
               {"response_topic=a", "responseTopic", DM_INVALID_RESPONSE_TOPIC},
               {"token=a", NULL, DM_OK},
               {"x-amz-customauthorizer-name=a", NULL, DM_OK},
               {"co=a", NULL, DM_OK},
               {"maxResults=a", NULL, DM_OK},
               {"=a", NULL, DM_OK}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char query[80], text[80];
    dm_message message = {.size = sizeof message};
    snprintf(query, sizeof query, "topic=a&%s", cases[i].written);
    dmi_fault found = dmi_parameters_read(dm_text(query), room, &message);
    assert_int_equal(found.outcome, cases[i].outcome);
    if (found.outcome == DM_OK)
      continue;
    snprintf(text, sizeof text, "A parameter is misspelt: it is called %s.", cases[i].right);
    assert_string_equal(found.text, text);
  }
}

static void test_present_and_empty_is_present(void **state) {
  (void)state;
  dm_message message = read_query("topic=&contentType=&responseTopic", DM_OK);
  assert_span(message.topic, "");
  assert_span(message.content_type, "");
  assert_span(message.response_topic, "");
}

static void test_a_topic_is_required(void **state) {
  (void)state;
  read_query("", DM_INVALID_TOPIC);
  read_query("confirmation=true", DM_INVALID_TOPIC);
  read_query("Topic=a", DM_INVALID_TOPIC);
}

static void test_confirmation_in_any_letter_case(void **state) {
  (void)state;
  assert_int_equal(read_query("topic=a&confirmation=TRUE", DM_OK).mode, DM_MODE_ACKNOWLEDGED);
  assert_int_equal(read_query("topic=a&confirmation=tRuE", DM_OK).mode, DM_MODE_ACKNOWLEDGED);
  assert_int_equal(read_query("topic=a&confirmation=False", DM_OK).mode, DM_MODE_SENT);
  assert_int_equal(read_query("topic=a&confirmation=%74rue", DM_OK).mode, DM_MODE_ACKNOWLEDGED);
  read_query("topic=a&confirmation=", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&confirmation", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&confirmation=1", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&confirmation=yes", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&confirmation=true%20", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&confirmation=true%00", DM_INVALID_CONFIRMATION_PARAMETER);
}

static void test_timeouts_are_plain_decimal_numbers(void **state) {
  (void)state;
  const char *const bad[] = {"0",
                             "00",
                             "",
                             "-1",
                             "+1",
                             "1.0",
                             "1e1",
                             "0x1",
                             "%201",
                             "1s",
                             "18446744073710",
                             "99999999999999999999"};
  assert_int_equal(read_query("topic=a&confirmation=true&timeout=1", DM_OK).timeout, DM_SECOND);
  assert_int_equal(read_query("topic=a&timeout=015&confirmation=true", DM_OK).timeout,
                   15 * DM_SECOND);
  assert_int_equal(read_query("topic=a&confirmation=true&timeout=18446744073709", DM_OK).timeout,
                   18446744073709 * DM_SECOND);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char query[80] = "topic=a&confirmation=true&timeout=";
    strcat(query, bad[i]);
    read_query(query, DM_INVALID_TIMEOUT_PARAMETER);
  }
}

static void test_an_unconfirmed_message_has_no_timeout(void **state) {
  (void)state;
  assert_int_equal(read_query("topic=a&timeout=0&confirmation=False", DM_OK).timeout, 0);
  assert_int_equal(read_query("topic=a&timeout=7", DM_OK).timeout, 0);
  assert_int_equal(read_query("topic=a&timeout=x", DM_OK).timeout, 0);
}

static void test_unknown_parameters_are_not_looked_at(void **state) {
  (void)state;
  assert_span(read_query("token=%ZZ&topic=a&token=1&&=&x", DM_OK).topic, "a");
}

static void test_a_name_may_be_percent_encoded(void **state) {
  (void)state;
  assert_span(read_query("%74opic=a", DM_OK).topic, "a");
  read_query("%74opic=a&topic=b", DM_INVALID_TOPIC);
  read_query("topic=a&%7=b", DM_INVALID_REQUEST);
}

static void test_a_known_parameter_stands_once(void **state) {
  (void)state;
  read_query("topic=a&topic=a", DM_INVALID_TOPIC);
  read_query("topic=a&confirmation=true&confirmation=true", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&timeout=1&timeout=1", DM_INVALID_TIMEOUT_PARAMETER);
  read_query("topic=a&contentType=&contentType=", DM_INVALID_CONTENT_TYPE);
  read_query("topic=a&responseTopic=b&responseTopic=c", DM_INVALID_RESPONSE_TOPIC);
}

static void test_bad_percent_encoding_names_its_parameter(void **state) {
  (void)state;
  read_query("topic=a%", DM_INVALID_TOPIC);
  read_query("topic=a&confirmation=%4", DM_INVALID_CONFIRMATION_PARAMETER);
  read_query("topic=a&timeout=%zz", DM_INVALID_TIMEOUT_PARAMETER);
  read_query("topic=a&contentType=%", DM_INVALID_CONTENT_TYPE);
  read_query("topic=a&responseTopic=%", DM_INVALID_RESPONSE_TOPIC);
}

static void test_a_refused_query_tells_what_was_read(void **state) {
  (void)state;
  assert_span(read_query("topic=a&confirmation=x", DM_INVALID_CONFIRMATION_PARAMETER).topic, "a");
  assert_span(read_query("topic=a&timeout=%", DM_INVALID_TIMEOUT_PARAMETER).topic, "a");
  assert_false(dmi_span_present(read_query("topic=%", DM_INVALID_TOPIC).topic));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_parameters),
      cmocka_unit_test(test_what_is_left_out_is_absent),
      cmocka_unit_test(test_misspelt_parameters),
      cmocka_unit_test(test_present_and_empty_is_present),
      cmocka_unit_test(test_a_topic_is_required),
      cmocka_unit_test(test_confirmation_in_any_letter_case),
      cmocka_unit_test(test_timeouts_are_plain_decimal_numbers),
      cmocka_unit_test(test_an_unconfirmed_message_has_no_timeout),
      cmocka_unit_test(test_unknown_parameters_are_not_looked_at),
      cmocka_unit_test(test_a_name_may_be_percent_encoded),
      cmocka_unit_test(test_a_known_parameter_stands_once),
      cmocka_unit_test(test_bad_percent_encoding_names_its_parameter),
      cmocka_unit_test(test_a_refused_query_tells_what_was_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
