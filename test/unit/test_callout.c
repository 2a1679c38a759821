/* Tests of the host's callbacks: what they are given, and what their results mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

/* ---- deliver() ---------------------------------------------------------- */

static void test_what_deliver_is_given(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  int something;
  given.user = &something;
  given.protocol_level = 4;
  dm_connection_id boiler;
  assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);

  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  assert_string_equal(h->delivered.client_id, "boiler");
  assert_string_equal(h->delivered.topic, "a/b");
  assert_string_equal(h->delivered.payload, "hello");
  assert_int_equal(h->delivered.connection, boiler);
  assert_ptr_equal(h->delivered.connection_user, &something);
  assert_int_not_equal(h->delivered.message_id, 0);
  assert_int_equal(h->delivered.message_id, call->sent.message_id);
  assert_int_equal(h->delivered.qos, 1);
  assert_int_equal(h->delivered.protocol_level, 4);
}

static void count_unacknowledged(host *h) {
  h->hook_result = (int)dm_unacknowledged(h->context, h->delivered.connection);
}

static void test_inside_deliver_the_message_counts_already(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  for (int expected = 1; expected <= 2; expected++) {
    h->in_deliver = count_unacknowledged;
    host_send_pending(host_confirmed(h, "boiler"));
    assert_int_equal(h->hook_result, expected);
  }
}

static void test_an_unconfirmed_message_has_no_id(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_SENT);
  assert_int_equal(h->delivered.message_id, 0);
  assert_int_equal(h->delivered.qos, 0);
  assert_int_equal(h->delivered.protocol_level, 5);
  assert_int_equal(call->sent.message_id, 0);
}

static void assert_refusal(host *h, host_call *call, int outcome) {
  h->deliver_result = outcome;
  assert_int_equal(host_send(call), outcome);
  assert_sent(call, outcome, DM_DELIVERED_NO);
  assert_int_equal(h->told.event.outcome, outcome);
  assert_int_equal(h->told.event.delivered, DM_DELIVERED_NO);
  assert_int_equal(call->sent.message_id, 0);
  bool throttled = dm_outcome_of(outcome)->http_status == 429;
  assert_int_equal(call->sent.retry_after, throttled ? DM_SECOND : 0);
}

/* What the host refused was not delivered, and leaves nothing behind. */
static void test_what_a_host_may_refuse_with(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  static const int refusals[] = {
      DM_CLIENT_ENDPOINT_NOT_WRITABLE, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED,
      DM_RECEIVE_SESSION_THROTTLED, DM_RECEIVER_PACKET_TOO_LARGE, DM_RECEIVER_DISCONNECTED};
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    assert_refusal(h, host_confirmed(h, "boiler"), refusals[i]);
    assert_refusal(h, host_unconfirmed(h, "boiler"), refusals[i]);
    assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
    assert_int_equal(dm_unacknowledged(h->context, boiler), 0);
    assert_int_equal(host_statistics(h).waiting, 0);
    assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  }
}

static void test_any_other_refusal_is_an_internal_error(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  static const int results[] = {DM_PENDING, DM_SENT,   DM_CONFIRMED,         DM_RECEIVER_REJECTED,
                                -1,         -2,        DM_PAYLOAD_TOO_LARGE, -1000,
                                INT32_MIN,  INT32_MAX, DM_SHUTTING_DOWN};
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
    h->deliver_result = results[i];
    host_call *call = i % 2 == 0 ? host_confirmed(h, "boiler") : host_unconfirmed(h, "boiler");
    assert_int_equal(host_send(call), DM_INTERNAL_SERVER_ERROR);
    assert_sent(call, DM_INTERNAL_SERVER_ERROR, DM_DELIVERED_NO);
  }
}

/* ---- policies() --------------------------------------------------------- */

static void test_who_is_asked_about(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  int something;
  given.user = &something;
  dm_connection_id boiler;
  assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);
  host_send(host_unconfirmed(h, "boiler"));
  assert_int_equal(h->parties, 2);
  assert_string_equal(h->sender.principal, "backend");
  assert_int_equal(h->sender.connection, 0);
  assert_null(h->sender.connection_user);
  assert_string_equal(h->receiver.principal, "thing");
  assert_int_equal(h->receiver.connection, boiler);
  assert_ptr_equal(h->receiver.connection_user, &something);
}

static void test_a_connection_may_have_no_principal(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  given.principal = (dm_span){NULL, 0};
  dm_connection_id boiler;
  assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);
  host_call *call = host_unconfirmed(h, "boiler");
  call->caller.principal = (dm_span){NULL, 0};
  assert_int_equal(host_send(call), DM_SENT);
  assert_string_equal(h->sender.principal, "");
  assert_string_equal(h->receiver.principal, "");
}

/* Another client takes the place of the one that goes. */
static void disconnect(host *h) {
  h->hook_result =
      dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, h->now);
  dm_connection given = host_connection(h, "other");
  dm_connection_id id;
  given.principal = dm_text("OTHER");
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
}

static void disconnect_at_the_second(host *h) {
  h->in_policies = disconnect;
}

/* What policies() is given is borrowed for the whole call, whatever happens in it. */
static void test_the_party_outlives_its_connection(void **state) {
  host *h = *state;
  h->connection = host_connect(h, "boiler");
  h->in_policies = disconnect_at_the_second;
  host_call *call = host_unconfirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_RECEIVER_DISCONNECTED);
  assert_int_equal(h->hook_result, DM_OK);
  assert_sent(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_NO);
  assert_string_equal(h->receiver.principal, "thing");
  assert_int_equal(h->receiver.connection, h->connection);
  assert_int_equal(h->deliveries, 0);
}

static void test_policies_that_cannot_be_had_fail_the_send(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  static const int results[] = {-1, 1, DM_SEND_AUTHORIZATION_FAILURE, DM_ERROR_NO_MEMORY};
  for (size_t i = 0; i < 4; i++) {
    h->policies_result = results[i];
    host_call *call = host_unconfirmed(h, "boiler");
    assert_int_equal(host_send(call), DM_INTERNAL_SERVER_ERROR);
    assert_sent(call, DM_INTERNAL_SERVER_ERROR, DM_DELIVERED_NO);
  }
  assert_int_equal(h->parties, 4);
}

static void fail_policies(host *h) {
  h->policies_result = -1;
}

static void fail_the_second(host *h) {
  h->in_policies = fail_policies;
}

static void test_policies_of_the_receiver_that_cannot_be_had(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  h->in_policies = fail_the_second;
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_INTERNAL_SERVER_ERROR);
  assert_int_equal(h->parties, 2);
  assert_int_equal(h->deliveries, 0);
}

static int broken_policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  (void)party;
  *out = (dm_policy_list){NULL, 1};
  return DM_OK;
}

static int untouched_policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  (void)party;
  assert_null(out->policies);
  assert_int_equal(out->count, 0);
  return DM_OK;
}

static void test_lists_that_are_none(void **state) {
  host *h = *state;
  h->config.policies = broken_policies;
  host_reopen(h);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_INTERNAL_SERVER_ERROR);
  h->config.policies = untouched_policies;
  host_reopen(h);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SEND_AUTHORIZATION_FAILURE);
}

/* ---- has_session() ------------------------------------------------------ */

static void test_a_session_makes_the_difference(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->session_client_id, "boiler");
  h->has_session = 1;
  assert_int_equal(host_send(call), DM_TARGET_CLIENT_NOT_CONNECTED);
  assert_int_equal(h->sessions, 2);
}

static void test_nobody_asks_about_sessions_of_the_connected(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  assert_int_equal(h->sessions, 0);
}

static void test_without_the_callback_there_are_no_sessions(void **state) {
  host *h = *state;
  h->config.has_session = NULL;
  host_reopen(h);
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_TARGET_CLIENT_ID_NOT_FOUND);
}

/* ---- event() and complete() --------------------------------------------- */

static void test_nobody_needs_to_listen(void **state) {
  host *h = *state;
  h->config.event = NULL;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  call->message.complete = NULL;
  host_send_pending(call);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_CONFIRMED), 1);
  host_send_pending(call);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(host_statistics(h).late_pubacks, 1);
}

static void test_the_event_comes_before_the_answer(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_send_pending(host_confirmed(h, "boiler"));
  assert_string_equal(h->order, "PPD");
  host_puback(h, 0);
  assert_string_equal(h->order, "PPDEC");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_what_deliver_is_given),
      host_test(test_inside_deliver_the_message_counts_already),
      host_test(test_an_unconfirmed_message_has_no_id),
      host_test(test_what_a_host_may_refuse_with),
      host_test(test_any_other_refusal_is_an_internal_error),
      host_test(test_who_is_asked_about),
      host_test(test_a_connection_may_have_no_principal),
      host_test(test_the_party_outlives_its_connection),
      host_test(test_policies_that_cannot_be_had_fail_the_send),
      host_test(test_policies_of_the_receiver_that_cannot_be_had),
      host_test(test_lists_that_are_none),
      host_test(test_a_session_makes_the_difference),
      host_test(test_nobody_asks_about_sessions_of_the_connected),
      host_test(test_without_the_callback_there_are_no_sessions),
      host_test(test_nobody_needs_to_listen),
      host_test(test_the_event_comes_before_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
