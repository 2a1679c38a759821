/* Tests of the table of outcomes, held against the contract's table, restated here.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/outcome.h"

static const struct contract_row {
  int code;
  const char *reason;
  int status;
  const char *exception;
  int delivered;
} contract[] = {
    {DM_MALFORMED_CLIENTID, "MALFORMED_CLIENTID", 400, "InvalidRequestException", 0},
    {DM_INVALID_TOPIC, "INVALID_TOPIC", 400, "InvalidRequestException", 0},
    {DM_INVALID_TIMEOUT_PARAMETER, "INVALID_TIMEOUT_PARAMETER", 400, "InvalidRequestException", 0},
    {DM_INVALID_CONFIRMATION_PARAMETER, "INVALID_CONFIRMATION_PARAMETER", 400,
     "InvalidRequestException", 0},
    {DM_INVALID_RESPONSE_TOPIC, "INVALID_RESPONSE_TOPIC", 400, "InvalidRequestException", 0},
    {DM_INVALID_CONTENT_TYPE, "INVALID_CONTENT_TYPE", 400, "InvalidRequestException", 0},
    {DM_INVALID_USER_PROPERTIES, "INVALID_USER_PROPERTIES", 400, "InvalidRequestException", 0},
    {DM_INVALID_PAYLOAD_FORMAT, "INVALID_PAYLOAD_FORMAT", 400, "InvalidRequestException", 0},
    {DM_INVALID_CORRELATION_DATA, "INVALID_CORRELATION_DATA", 400, "InvalidRequestException", 0},
    {DM_INVALID_REQUEST, "INVALID_REQUEST", 400, "InvalidRequestException", 0},
    {DM_METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", 405, "MethodNotAllowedException", 0},
    {DM_UNKNOWN_PATH, "UNKNOWN_PATH", 404, "ResourceNotFoundException", 0},
    {DM_PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", 413, "RequestEntityTooLargeException", 0},
    {DM_AUTHENTICATION_FAILURE, "AUTHENTICATION_FAILURE", 401, "UnauthorizedException", 0},
    {DM_SEND_AUTHORIZATION_FAILURE, "SEND_AUTHORIZATION_FAILURE", 403, "ForbiddenException", 0},
    {DM_RECEIVE_AUTHORIZATION_FAILURE, "RECEIVE_AUTHORIZATION_FAILURE", 403, "ForbiddenException",
     0},
    {DM_TARGET_CLIENT_ID_NOT_FOUND, "TARGET_CLIENT_ID_NOT_FOUND", 404, "ResourceNotFoundException",
     0},
    {DM_TARGET_CLIENT_NOT_CONNECTED, "TARGET_CLIENT_NOT_CONNECTED", 404,
     "ResourceNotFoundException", 0},
    {DM_RECEIVER_PACKET_TOO_LARGE, "RECEIVER_PACKET_TOO_LARGE", 413,
     "RequestEntityTooLargeException", 0},
    {DM_SEND_DIRECT_MESSAGE_THROTTLED, "SEND_DIRECT_MESSAGE_THROTTLED", 429, "ThrottlingException",
     0},
    {DM_RECEIVE_SESSION_THROTTLED, "RECEIVE_SESSION_THROTTLED", 429, "ThrottlingException", 0},
    {DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, "RECEIVER_MAX_UNACKED_QOS1_EXCEEDED", 429,
     "ThrottlingException", 0},
    {DM_CLIENT_ENDPOINT_NOT_WRITABLE, "CLIENT_ENDPOINT_NOT_WRITABLE", 429, "ThrottlingException",
     0},
    {DM_RECEIVER_REJECTED, "RECEIVER_REJECTED", 409, "ConflictException", 2},
    {DM_DELIVERY_CONFIRMATION_TIMEOUT, "DELIVERY_CONFIRMATION_TIMEOUT", 504,
     "GatewayTimeoutException", 1},
    {DM_RECEIVER_DISCONNECTED, "RECEIVER_DISCONNECTED", 504, "GatewayTimeoutException", 1},
    {DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT, "DELIVERY_CONFIRMATION_SENDER_DISCONNECT", 0, NULL,
     1},
    {DM_SHUTTING_DOWN, "SHUTTING_DOWN", 503, "ServiceUnavailableException", 0},
    {DM_INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", 500, "InternalFailureException", 0},
    {DM_METHOD_NOT_IMPLEMENTED, "METHOD_NOT_IMPLEMENTED", 501, "NotImplementedException", 0},
    {DM_QUERY_THROTTLED, "QUERY_THROTTLED", 429, "ThrottlingException", 0},
    {DM_SENT, "SENT", 200, NULL, 1},
    {DM_CONFIRMED, "CONFIRMED", 200, NULL, 2},
    {DM_DONE, "DONE", 200, NULL, 0},
};

enum {
  ROWS = sizeof contract / sizeof *contract
};

static void test_the_table_says_what_the_contract_says(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    const dm_outcome *row = dm_outcome_of(contract[i].code);
    assert_non_null(row);
    assert_int_equal(row->code, contract[i].code);
    assert_string_equal(row->reason, contract[i].reason);
    assert_int_equal(row->http_status, contract[i].status);
    assert_int_equal(row->delivered, contract[i].delivered);
    if (contract[i].exception == NULL)
      assert_null(row->exception);
    else
      assert_string_equal(row->exception, contract[i].exception);
  }
}

/* The page for those who call shows the table: each row, and no other. */
static void test_the_page_on_http_shows_the_table(void **state) {
  (void)state;
  static char page[40000];
  FILE *file = fopen("examples/HTTP.md", "rb");
  assert_non_null(file);
  size_t len = fread(page, 1, sizeof page - 1, file);
  fclose(file);
  assert_true(len < sizeof page - 1);
  char *shown = strstr(page, "| status |");
  assert_non_null(shown);
  size_t rows = 0;
  for (int code = DM_OUTCOME_FIRST; code >= DM_OUTCOME_LAST; code--) {
    const dm_outcome *row = dm_outcome_of(code);
    char line[400];
    if (row->http_status == 0)
      continue;
    snprintf(line, sizeof line, "\n| %d | `%s` | %s | %s | %s | %s |\n", row->http_status,
             row->reason, row->exception, dm_delivered_text(row->delivered),
             row->retryable ? "yes" : "no", row->text);
    if (strstr(shown, line) == NULL)
      fail_msg("examples/HTTP.md lacks:%s", line);
    rows++;
  }
  for (const char *at = shown; (at = strstr(at, "\n| ")) != NULL; at++)
    rows--;
  assert_int_equal(rows, 0);
}

static void test_no_code_is_without_a_row(void **state) {
  (void)state;
  assert_int_equal(ROWS, OUTCOME_COUNT);
  for (int code = DM_OUTCOME_LAST - 100; code < 100; code++) {
    bool failure = code <= DM_OUTCOME_FIRST && code >= DM_OUTCOME_LAST;
    bool known = failure || (code >= DM_SENT && code <= DM_DONE);
    assert_int_equal(dm_outcome_of(code) != NULL, known);
    assert_int_equal(dmi_outcome_index(code) >= 0, known);
    assert_int_equal(dmi_outcome_is_failure(code), failure);
  }
  assert_null(dm_outcome_of(INT32_MIN));
  assert_null(dm_outcome_of(INT32_MAX));
}

static void test_each_row_has_an_index_of_its_own(void **state) {
  (void)state;
  bool taken[OUTCOME_COUNT] = {false};
  for (size_t i = 0; i < ROWS; i++) {
    int index = dmi_outcome_index(contract[i].code);
    assert_in_range(index, 0, OUTCOME_COUNT - 1);
    assert_false(taken[index]);
    taken[index] = true;
  }
}

/* What could only fail again in the same way is not worth another try; what failed for
 * want of a connection, room or time is. A rejection is the client's own decision. */
static void test_what_may_be_tried_again(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    int status = contract[i].status;
    bool expected = status == 429 || status == 504 || status == 503 || status == 500 ||
                    contract[i].code == DM_TARGET_CLIENT_ID_NOT_FOUND ||
                    contract[i].code == DM_TARGET_CLIENT_NOT_CONNECTED;
    assert_int_equal(dm_outcome_of(contract[i].code)->retryable, expected);
  }
}

/* People have to be able to tell 404 from 404 and one refused policy from the other. */
static void test_each_failure_has_a_sentence_of_its_own(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    const char *text = dm_outcome_of(contract[i].code)->text;
    assert_string_equal(dm_strerror(contract[i].code), text);
    if (contract[i].code > 0)
      continue;
    assert_int_equal(text[strlen(text) - 1], '.');
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(text, dm_outcome_of(contract[j].code)->text);
  }
}

static void test_the_details_that_the_contract_asks_for(void **state) {
  (void)state;
  assert_non_null(
      strstr(dm_strerror(DM_TARGET_CLIENT_NOT_CONNECTED), "offline. It has a persistent session"));
  assert_non_null(strstr(dm_strerror(DM_RECEIVE_AUTHORIZATION_FAILURE),
                         "Authorization failed for the target client"));
}

static void test_every_code_of_misuse_has_a_text(void **state) {
  (void)state;
  for (int code = DM_ERROR_BUFFER_TOO_SMALL; code <= DM_DONE; code++) {
    assert_non_null(dm_strerror(code));
    assert_string_not_equal(dm_strerror(code), "Unknown code.");
  }
  assert_string_equal(dm_strerror(DM_ERROR_BUFFER_TOO_SMALL - 1), "Unknown code.");
  assert_string_equal(dm_strerror(DM_OUTCOME_FIRST + 1), "Unknown code.");
  assert_string_equal(dm_strerror(DM_OUTCOME_LAST - 1), "Unknown code.");
  assert_string_equal(dm_strerror(DM_DONE + 1), "Unknown code.");
  assert_string_equal(dm_strerror(INT32_MIN), "Unknown code.");
  assert_string_equal(dm_strerror(INT32_MAX), "Unknown code.");
}

static void test_the_words_for_delivered(void **state) {
  (void)state;
  assert_string_equal(dm_delivered_text(DM_DELIVERED_NO), "no");
  assert_string_equal(dm_delivered_text(DM_DELIVERED_MAYBE), "maybe");
  assert_string_equal(dm_delivered_text(DM_DELIVERED_YES), "yes");
  assert_string_equal(dm_delivered_text(-1), "maybe");
  assert_string_equal(dm_delivered_text(3), "maybe");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_table_says_what_the_contract_says),
      cmocka_unit_test(test_the_page_on_http_shows_the_table),
      cmocka_unit_test(test_no_code_is_without_a_row),
      cmocka_unit_test(test_each_row_has_an_index_of_its_own),
      cmocka_unit_test(test_what_may_be_tried_again),
      cmocka_unit_test(test_each_failure_has_a_sentence_of_its_own),
      cmocka_unit_test(test_the_details_that_the_contract_asks_for),
      cmocka_unit_test(test_every_code_of_misuse_has_a_text),
      cmocka_unit_test(test_the_words_for_delivered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
