/* Tests of the queries: who may ask, in which order they are refused, their limits, events.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "core/text_limits.h"

/* A host whose clients may be asked about as often as a test likes. */
static int setup(void **state) {
  host_setup(state);
  host *h = *state;
  h->limits.client_queries_per_second = DM_UNLIMITED;
  host_reopen(h);
  return 0;
}

#define query_test(function) cmocka_unit_test_setup_teardown(function, setup, host_teardown)

static const char only_socketless[] =
    "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": "
    "\"iot:GetConnection\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": "
    "{\"iot:IncludeSocketInformation\": \"false\"}}}}";

/* ---- Permission --------------------------------------------------------- */

static void allow_only(host *h, const char *action, const char *resource) {
  char json[300] = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"";
  strcat(json, action);
  strcat(json, "\", \"Resource\": \"arn:aws:iot:eu-west-1:123456789012:");
  strcat(json, resource);
  strcat(json, "\"}}");
  host_policy(h, "backend", json);
}

static void test_each_has_its_action_on_the_client(void **state) {
  host *h = *state;
  static const char *const actions[] = {"iot:GetConnection", "iot:ListSubscriptions",
                                        "iot:DeleteConnection", "iot:SendDirectMessage"};
  host_page page = {0};
  dm_connection_information known;
  host_connect(h, "boiler");
  host_connect(h, "pump");
  for (size_t i = 0; i < 4; i++) {
    allow_only(h, actions[i], "client/boiler");
    int denied = DM_SEND_AUTHORIZATION_FAILURE;
    assert_int_equal(host_get(h, "boiler", 0, &known), i == 0 ? DM_OK : denied);
    assert_int_equal(host_list(h, "boiler", 0, NULL, &page), i == 1 ? DM_OK : denied);
    assert_int_equal(host_delete(h, "boiler", 0, 0), i == 2 ? DM_OK : denied);
    assert_int_equal(host_get(h, "pump", 0, &known), denied);
    assert_int_equal(host_list(h, "pump", 0, NULL, &page), denied);
    assert_int_equal(host_delete(h, "pump", 0, 0), denied);
    assert_non_null(strstr(h->told.event.text, "iot:DeleteConnection"));
  }
  assert_int_equal(h->sender.connection, 0);
}

/* Whether or not the client exists. */
static void test_who_may_not_ask_learns_nothing(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_policy(h, "backend", NULL);
  host_connect(h, "boiler");
  host_forget(h);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(h->told.event.connection, 0);
  assert_int_equal(host_get(h, "pump", 0, &known), DM_SEND_AUTHORIZATION_FAILURE);
  assert_string_equal(h->order, "PEPE");
}

static void test_socket_information_has_a_condition(void **state) {
  host *h = *state;
  dm_policy *policy = NULL;
  dm_connection_information known;
  if (dm_policy_parse(&policy, dm_text(only_socketless), 0, NULL, NULL) != DM_OK)
    skip();
  dm_policy_free(policy);
  host_policy(h, "backend", only_socketless);
  host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(host_get(h, "boiler", 1, &known), DM_SEND_AUTHORIZATION_FAILURE);
}

static void test_policies_that_cannot_be_had(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_connect(h, "boiler");
  h->policies_result = -1;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_INTERNAL_SERVER_ERROR);
}

/* ---- The order of checks, and limits ------------------------------------ */

static void test_malformed_queries(void **state) {
  host *h = *state;
  char text[400];
  memset(text, 'a', sizeof text);
  text[sizeof text - 1] = '\0';
  dm_result result = {.size = sizeof result};
  dm_query query = host_query("$x");
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, &result),
                   DM_MALFORMED_CLIENTID);
  dm_caller caller = host_caller();
  query = host_query("boiler");
  query.caller = &caller;
  caller.principal = dm_bytes(text, DM_PRINCIPAL_MAX + 1);
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, NULL),
                   DM_INVALID_REQUEST);
  caller.principal.len--;
  caller.source_ip = dm_bytes(text, IP_MAX + 1);
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, NULL),
                   DM_INVALID_REQUEST);
  caller.source_ip.len--;
  caller.invocation_id = dm_bytes(text, INVOCATION_ID_MAX + 1);
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, NULL),
                   DM_INVALID_REQUEST);
  caller.invocation_id.len--;
  assert_string_equal(h->order, "EEEE");
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, NULL),
                   DM_TARGET_CLIENT_ID_NOT_FOUND);
}

static void test_calls_that_are_none(void **state) {
  host *h = *state;
  dm_connection_information known = {.size = sizeof known};
  dm_query query = host_query("boiler");
  dm_result result = {.size = sizeof result - 1};
  int invalid = DM_ERROR_INVALID_ARGUMENT;
  assert_int_equal(dm_get_connection(NULL, &query, 0, 0, &known, NULL), invalid);
  assert_int_equal(dm_get_connection(h->context, NULL, 0, 0, &known, NULL), invalid);
  assert_int_equal(dm_get_connection(h->context, &query, 0, 0, NULL, NULL), invalid);
  assert_int_equal(dm_get_connection(h->context, &query, 0, 0, &known, &result), invalid);
  assert_int_equal(dm_list_subscriptions(h->context, &query, 0, dm_text(NULL), 0, NULL, NULL, NULL),
                   invalid);
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, 0, &result), invalid);
  known.size--;
  assert_int_equal(dm_get_connection(h->context, &query, 0, 0, &known, NULL), invalid);
  query.client_id.ptr = NULL;
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, 0, NULL), invalid);
  dm_caller caller = host_caller();
  query = host_query("boiler");
  query.caller = &caller;
  caller.invocation_id.len = 1;
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, 0, NULL), invalid);
  assert_int_equal(h->events, 0);
}

static void test_the_accounts_rate_is_over_all_three(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_page page = {0};
  h->limits.queries_per_second = 3;
  host_reopen(h);
  host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_OK);
  host_forget(h);
  assert_int_equal(host_get(h, "unknown", 0, &known), DM_QUERY_THROTTLED);
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_QUERY_THROTTLED);
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_QUERY_THROTTLED);
  assert_string_equal(h->order, "PEPEPE");
  assert_non_null(strstr(h->told.event.text, "account"));
  h->now += 333333;
  assert_int_equal(host_get(h, "unknown", 0, &known), DM_QUERY_THROTTLED);
  h->now += 1;
  assert_int_equal(host_get(h, "unknown", 0, &known), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(host_get(h, "unknown", 0, &known), DM_QUERY_THROTTLED);
}

static void test_a_refused_caller_takes_nothing_from_the_rate(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->limits.queries_per_second = 1;
  host_reopen(h);
  host_connect(h, "boiler");
  host_policy(h, "backend", NULL);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_SEND_AUTHORIZATION_FAILURE);
  allow_only(h, "iot:*", "*");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
}

static void test_one_query_a_second_about_a_client(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_query query = host_query("boiler");
  dm_result result = {.size = sizeof result};
  h->limits.client_queries_per_second = 0;
  host_reopen(h);
  host_connect(h, "pump");
  h->connection = host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  h->now += 400 * DM_MILLISECOND;
  assert_int_equal(dm_delete_connection(h->context, &query, 0, 0, h->now, &result),
                   DM_QUERY_THROTTLED);
  assert_int_equal(result.retry_after, 600 * DM_MILLISECOND);
  assert_non_null(strstr(result.text, "This client"));
  assert_int_equal(host_get(h, "pump", 0, &known), DM_OK);
  h->now += 600 * DM_MILLISECOND;
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_OK);
}

/* Neither a disconnect, a reconnect nor a takeover is a way around it. */
static void test_the_limit_stays_with_the_client(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->limits.client_queries_per_second = 1;
  host_reopen(h);
  dm_connection_id id = host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  dm_disconnected(h->context, id, DM_DISCONNECT_CONNECTION_LOST, h->now);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_QUERY_THROTTLED);
  host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_QUERY_THROTTLED);
  host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_QUERY_THROTTLED);
  h->now += DM_SECOND;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
}

static void test_limits_change_at_once(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id id = host_connect(h, "boiler");
  dm_limits limits = {.size = sizeof limits, .queries_per_second = 7, .remembered_for = 50};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  dm_disconnected(h->context, id, DM_DISCONNECT_CONNECTION_LOST, h->now);
  h->now += DM_SECOND;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_TARGET_CLIENT_ID_NOT_FOUND);
  for (int i = 0; i < 6; i++)
    assert_int_equal(host_get(h, "boiler", 0, &known), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_QUERY_THROTTLED);
}

static void test_a_stopped_context_answers_nobody(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_page page = {0};
  host_connect(h, "boiler");
  assert_int_equal(dm_stop(h->context, h->now), DM_OK);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_SHUTTING_DOWN);
  assert_int_equal(host_list(h, "boiler", 999, "?", &page), DM_SHUTTING_DOWN);
  assert_int_equal(host_delete(h, "$", 0, 0), DM_SHUTTING_DOWN);
  assert_string_equal(h->order, "EEE");
}

/* ---- Events ------------------------------------------------------------- */

static void test_the_events(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_page page = {0};
  dm_connection_id id = host_connect(h, "boiler");
  host_get(h, "boiler", 0, &known);
  assert_int_equal(h->told.event.operation, DM_OPERATION_GET_CONNECTION);
  assert_int_equal(h->told.event.outcome, DM_DONE);
  assert_null(h->told.event.text);
  assert_string_equal(h->told.client_id, "boiler");
  assert_string_equal(h->told.principal, "backend");
  assert_string_equal(h->told.account, "123456789012");
  assert_string_equal(h->told.topic, "");
  host_list(h, "boiler", 0, NULL, &page);
  assert_int_equal(h->told.event.operation, DM_OPERATION_LIST_SUBSCRIPTIONS);
  host_delete(h, "boiler", 0, 0);
  assert_int_equal(h->told.event.operation, DM_OPERATION_DELETE_CONNECTION);
  assert_int_equal(h->told.event.connection, id);
  assert_int_equal(h->told.event.kind, DM_EVENT_CALL);
  assert_int_equal(dm_count(h->context, DM_OPERATION_GET_CONNECTION, DM_DONE), 1);
  assert_int_equal(dm_count(h->context, DM_OPERATION_LIST_SUBSCRIPTIONS, DM_DONE), 1);
  assert_int_equal(dm_count(h->context, DM_OPERATION_DELETE_CONNECTION, DM_DONE), 1);
}

static void test_refusing_a_query(void **state) {
  host *h = *state;
  dm_query query = host_query("boiler");
  dm_caller caller = host_caller();
  query.caller = &caller;
  caller.source_ip = dm_text("192.0.2.9");
  caller.source_port = 7;
  caller.protocol = DM_PROTOCOL_HTTP;
  caller.invocation_id = dm_text("attempt-id");
  caller.attempt = 2;
  dm_result result = {.size = sizeof result};
  assert_int_equal(dm_refuse_query(h->context, &query, DM_OPERATION_LIST_SUBSCRIPTIONS,
                                   DM_INVALID_REQUEST, "No.", h->now, &result),
                   DM_INVALID_REQUEST);
  assert_string_equal(result.text, "No.");
  assert_int_equal(h->told.event.operation, DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_string_equal(h->told.source_ip, "192.0.2.9");
  assert_string_equal(h->told.invocation_id, "attempt-id");
  assert_int_equal(h->told.caller.source_port, 7);
  assert_int_equal(h->told.caller.attempt, 2);
  assert_int_equal(h->told.caller.protocol, DM_PROTOCOL_HTTP);
  assert_int_equal(dm_count(h->context, DM_OPERATION_LIST_SUBSCRIPTIONS, DM_INVALID_REQUEST), 1);
  int bad_operations[] = {-1, 0, DM_OPERATION_SEND, DM_OPERATION_LAST + 1};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(dm_refuse_query(h->context, &query, bad_operations[i], DM_INVALID_REQUEST,
                                     NULL, h->now, NULL),
                     DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(
      dm_refuse_query(h->context, &query, DM_OPERATION_GET_CONNECTION, DM_DONE, NULL, h->now, NULL),
      DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(h->events, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      query_test(test_each_has_its_action_on_the_client),
      query_test(test_who_may_not_ask_learns_nothing),
      query_test(test_socket_information_has_a_condition),
      query_test(test_policies_that_cannot_be_had),
      query_test(test_malformed_queries),
      query_test(test_calls_that_are_none),
      query_test(test_the_accounts_rate_is_over_all_three),
      query_test(test_a_refused_caller_takes_nothing_from_the_rate),
      query_test(test_one_query_a_second_about_a_client),
      query_test(test_the_limit_stays_with_the_client),
      query_test(test_limits_change_at_once),
      query_test(test_a_stopped_context_answers_nobody),
      query_test(test_the_events),
      query_test(test_refusing_a_query),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
