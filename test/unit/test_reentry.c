/* Tests of calls into the library from its callbacks: what happens to the message that is
 * on its way, and that every call gets its one answer in every combination.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

/* ---- What a callback may do --------------------------------------------- */

static void disconnect(host *h) {
  h->hook_result =
      dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, h->now);
}

static void take_over(host *h) {
  dm_connection given = host_connection(h, "boiler");
  h->hook_result = dm_connected(h->context, &given, h->now, &h->connection);
}

static void connect_another(host *h) {
  dm_connection given = host_connection(h, "valve");
  dm_connection_id id;
  h->hook_result = dm_connected(h->context, &given, h->now, &id);
}

static void acknowledge(host *h) {
  h->hook_result = host_puback(h, 0);
}

static void reject(host *h) {
  h->hook_result = host_puback(h, 0x80);
}

static void cancel_delivered(host *h) {
  h->hook_result = dm_cancel(h->context, h->delivered.message_id, h->now);
}

static void cancel_other(host *h) {
  h->hook_result = dm_cancel(h->context, h->other->sent.message_id, h->now);
}

static void acknowledge_other(host *h) {
  h->hook_result = dm_puback(h->context, h->connection, h->other->sent.message_id, 0, h->now);
}

static void time_out(host *h) {
  h->now += 20 * DM_SECOND;
  h->hook_result = dm_tick(h->context, h->now);
}

static void stop(host *h) {
  h->hook_result = dm_stop(h->context, h->now);
}

static void end(host *h) {
  dm_free(h->context);
  h->freed = true;
}

static void send_confirmed(host *h) {
  h->hook_result = host_send(host_confirmed(h, "boiler"));
}

static void send_unconfirmed(host *h) {
  h->hook_result = host_send(host_unconfirmed(h, "boiler"));
}

static void set_least_limits(host *h) {
  dm_limits limits = {.size = sizeof limits,
                      .max_connections = 1,
                      .max_waiting = 1,
                      .max_unacknowledged = 1,
                      .sends_per_second = 1,
                      .publishes_per_second = 1,
                      .max_payload = 1,
                      .default_timeout = 1,
                      .max_timeout = 1};
  h->hook_result = dm_set_limits(h->context, &limits);
}

static void nothing(host *h) {
  (void)h;
}

/* ---- Inside deliver() --------------------------------------------------- */

/* Sends a confirmed message while `hook` runs inside deliver(). */
static host_call *send_with(host *h, host_hook hook) {
  h->connection = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->in_deliver = hook;
  host_send(call);
  return call;
}

static void test_a_disconnect_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, disconnect);
  assert_sent(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_string_equal(h->order, "PPDE");
  assert_int_equal(h->told.event.connection, h->connection);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_statistics(h).late, 0);
  assert_int_equal(host_statistics(h).connections, 0);
}

static void test_a_takeover_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, take_over);
  assert_sent(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 0);
  assert_int_equal(dm_puback(h->context, h->connection, h->delivered.message_id, 0, h->now),
                   DM_ERROR_STALE_HANDLE);
}

/* Answered, but its packet identifier is taken until the PUBACK. */
static void assert_keeps_its_place(host *h, int outcome) {
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 1);
  assert_int_equal(host_statistics(h).late, 1);
  assert_int_equal(host_statistics(h).waiting, 0);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(h->told.event.kind, DM_EVENT_LATE_PUBACK);
  assert_int_equal(h->told.event.outcome, outcome);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 0);
}

static void test_a_cancel_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, cancel_delivered);
  assert_int_equal(h->hook_result, DM_OK);
  assert_sent(call, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT, DM_DELIVERED_MAYBE);
  assert_keeps_its_place(h, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
}

static void test_a_deadline_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, time_out);
  assert_sent(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_keeps_its_place(h, DM_DELIVERY_CONFIRMATION_TIMEOUT);
}

static void test_a_stop_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, stop);
  assert_sent(call, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_keeps_its_place(h, DM_SHUTTING_DOWN);
}

static void test_an_end_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, end);
  h->context = NULL;
  assert_sent(call, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_int_equal(h->memory.blocks, 0);
}

/* The host has the last word, unless the client has spoken. */
static void test_a_refusal_after_something_inside_deliver(void **state) {
  host *h = *state;
  static const host_hook hooks[] = {nothing, disconnect, take_over, cancel_delivered, time_out};
  h->deliver_result = DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
    host_call *call = send_with(h, hooks[i]);
    assert_sent(call, DM_CLIENT_ENDPOINT_NOT_WRITABLE, DM_DELIVERED_NO);
    assert_int_equal(host_statistics(h).late, 0);
    assert_int_equal(host_statistics(h).waiting, 0);
    assert_int_equal(dm_unacknowledged(h->context, h->connection), 0);
    assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  }
}

static void time_out_then_acknowledge(host *h) {
  time_out(h);
  acknowledge(h);
}

static void cancel_then_reject(host *h) {
  cancel_delivered(h);
  reject(h);
}

static void acknowledge_then_all(host *h) {
  acknowledge(h);
  assert_int_equal(h->hook_result, DM_OK);
  cancel_delivered(h);
  assert_int_equal(h->hook_result, DM_ERROR_STALE_HANDLE);
  time_out(h);
  reject(h);
  assert_int_equal(h->hook_result, DM_ERROR_STALE_HANDLE);
  disconnect(h);
  stop(h);
}

static void disconnect_then_acknowledge(host *h) {
  disconnect(h);
  acknowledge(h);
}

static void test_the_pubacks_word_counts_inside_deliver(void **state) {
  host *h = *state;
  host_call *call = send_with(h, time_out_then_acknowledge);
  assert_int_equal(h->hook_result, DM_OK);
  assert_sent(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(call->sent.ack_latency, 20 * DM_SECOND);
  call = send_with(h, cancel_then_reject);
  assert_int_equal(h->hook_result, DM_OK);
  assert_sent(call, DM_RECEIVER_REJECTED, DM_DELIVERED_YES);
  call = send_with(h, disconnect_then_acknowledge);
  assert_int_equal(h->hook_result, DM_ERROR_STALE_HANDLE);
  assert_sent(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  call = send_with(h, acknowledge_then_all);
  assert_sent(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(host_statistics(h).late, 0);
}

static void test_an_unconfirmed_message_inside_deliver(void **state) {
  host *h = *state;
  static const host_hook hooks[] = {disconnect, take_over, time_out, acknowledge, stop};
  for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
    h->connection = host_connect(h, "boiler");
    h->in_deliver = hooks[i];
    host_call *call = host_unconfirmed(h, "boiler");
    assert_int_equal(host_send(call), DM_SENT);
    assert_sent(call, DM_SENT, DM_DELIVERED_MAYBE);
  }
}

static void test_messages_inside_messages(void **state) {
  host *h = *state;
  host_call *outer = send_with(h, send_confirmed);
  assert_int_equal(outer->sent.outcome, DM_PENDING);
  assert_int_equal(h->hook_result, DM_PENDING);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 2);
  assert_int_equal(host_puback(h, 0), DM_OK); /* the inner one was delivered last */
  assert_int_equal(outer->completions, 0);
  assert_int_equal(host_puback_of(outer, 0), DM_OK);
  assert_completed(outer, DM_CONFIRMED, DM_DELIVERED_YES);
}

/* ---- Inside the questions ----------------------------------------------- */

static host_hook planned;

static void at_the_second_policies(host *h) {
  h->in_policies = planned;
}

static int send_while_asked(host *h, bool of_receiver, host_hook hook) {
  h->connection = host_connect(h, "boiler");
  planned = hook;
  h->in_policies = of_receiver ? at_the_second_policies : hook;
  host_call *call = host_confirmed(h, "boiler");
  int outcome = host_send(call);
  if (outcome != DM_PENDING)
    assert_sent(call, outcome, DM_DELIVERED_NO);
  return outcome;
}

static void test_the_connection_ends_while_the_sender_is_checked(void **state) {
  host *h = *state;
  assert_int_equal(send_while_asked(h, false, disconnect), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(send_while_asked(h, false, take_over), DM_PENDING);
  assert_int_equal(h->delivered.connection, h->connection);
}

static void test_the_connection_ends_while_the_receiver_is_checked(void **state) {
  host *h = *state;
  assert_int_equal(send_while_asked(h, true, disconnect), DM_RECEIVER_DISCONNECTED);
  assert_int_equal(send_while_asked(h, true, take_over), DM_RECEIVER_DISCONNECTED);
  assert_int_equal(h->deliveries, 0);
}

static void test_a_stop_while_somebody_is_checked(void **state) {
  host *h = *state;
  for (int of_receiver = 0; of_receiver < 2; of_receiver++) {
    assert_int_equal(send_while_asked(h, of_receiver, stop), DM_SHUTTING_DOWN);
    assert_int_equal(h->deliveries, 0);
    host_reopen(h);
  }
}

static void test_an_end_while_somebody_is_checked(void **state) {
  host *h = *state;
  for (int of_receiver = 0; of_receiver < 2; of_receiver++) {
    assert_int_equal(send_while_asked(h, of_receiver, end), DM_SHUTTING_DOWN);
    assert_int_equal(h->memory.blocks, 0);
    h->context = NULL;
    host_reopen(h);
  }
}

static void connect_boiler(host *h) {
  h->connection = host_connect(h, "boiler");
}

static void test_the_client_comes_while_its_session_is_asked_for(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  h->in_session = connect_boiler;
  h->has_session = 1;
  assert_int_equal(host_send(call), DM_TARGET_CLIENT_NOT_CONNECTED);
  host_send_pending(call);
}

/* ---- Inside the answers ------------------------------------------------- */

/* A caller that is told of a timeout sends the same message again, and again. */
static void send_again(host *h) {
  h->in_complete = send_again;
  host_call *again = host_confirmed(h, "boiler");
  again->message.timeout = 1;
  host_send_pending(again);
}

static void test_a_caller_that_tries_again_at_once(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  call->message.timeout = 1;
  host_send_pending(call);
  h->in_complete = send_again;
  host_wait(h, 1);
  assert_int_equal(h->completions, 1);
  host_wait(h, DM_SECOND);
  assert_int_equal(h->completions, 2);
  host_wait(h, 0);
  assert_int_equal(h->completions, 2);
  h->in_complete = NULL;
}

/* While everybody is answered, the first to be told may give up the others. */
static void cancel_all(host *h) {
  for (host_call *call = h->calls; call != NULL; call = call->next)
    dm_cancel(h->context, call->sent.message_id, h->now);
}

static void test_the_others_are_given_up_meanwhile(void **state) {
  host *h = *state;
  static const host_hook ends[] = {disconnect, take_over, time_out, stop, end};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    unsigned given_up = 0;
    h->connection = host_connect(h, "boiler");
    host_call *calls[4];
    for (size_t j = 0; j < 4; j++)
      host_send_pending(calls[j] = host_confirmed(h, "boiler"));
    h->in_complete = cancel_all;
    ends[i](h);
    for (size_t j = 0; j < 4; j++) {
      assert_int_equal(calls[j]->completions, 1);
      given_up += calls[j]->completed.outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT;
    }
    assert_int_equal(given_up, 3);
    h->context = h->freed ? NULL : h->context;
    h->freed = false;
    host_reopen(h);
  }
}

/* ---- Everything inside everything --------------------------------------- */

/* Whatever an outermost function may be. */
static void send_to_nobody(host *h) {
  host_send(host_confirmed(h, "nobody"));
}

static void dmi_refuse(host *h) {
  host_call *call = host_confirmed(h, "boiler");
  dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, h->now, &call->sent);
}

static const host_hook entries[] = {send_confirmed,    send_unconfirmed, send_to_nobody, dmi_refuse,
                                    acknowledge_other, acknowledge,      cancel_other,   time_out,
                                    disconnect,        take_over,        stop,           end};

static const host_hook actions[] = {
    set_least_limits, nothing, disconnect,   take_over,        connect_another,
    acknowledge,      reject,  cancel_other, cancel_delivered, acknowledge_other,
    time_out,         stop,    end,          send_confirmed,   send_unconfirmed};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void at_the_second_event(host *h) {
  h->in_event = planned;
}

static void at_the_second_complete(host *h) {
  h->in_complete = planned;
}

/* Lets the action run in one of the places where it may be called. */
static void arm(host *h, unsigned place, host_hook action) {
  planned = action;
  switch (place) {
  case 0:
    h->in_policies = action;
    break;
  case 1:
    h->in_policies = at_the_second_policies;
    break;
  case 2:
    h->in_session = action;
    break;
  case 3:
    h->in_deliver = action;
    break;
  case 4:
    h->in_event = action;
    break;
  case 5:
    h->in_event = at_the_second_event;
    break;
  case 6:
    h->in_complete = action;
    break;
  default:
    h->in_complete = at_the_second_complete;
  }
}

enum {
  PLACES = 8
};

/* Somebody who waits for the boiler, somebody who gave up on it, somebody who waits for
 * the pump, and somebody who waits for the boiler too. */
static void prepare(host *h) {
  h->freed = false;
  h->in_policies = h->in_session = h->in_deliver = h->in_event = h->in_complete = NULL;
  host_reopen(h);
  h->connection = host_connect(h, "boiler");
  host_connect(h, "pump");
  host_call *given_up = host_confirmed(h, "boiler");
  host_send_pending(given_up);
  assert_int_equal(dm_cancel(h->context, given_up->sent.message_id, h->now), DM_OK);
  h->other = host_confirmed(h, "boiler");
  host_send_pending(h->other);
  host_send_pending(host_confirmed(h, "pump"));
  host_send_pending(host_confirmed(h, "boiler"));
}

/* Ends the context and counts the answers: each call has one, and an event of its own. */
static void assert_one_answer_each(host *h) {
  if (h->freed)
    h->context = NULL;
  host_close(h);
  unsigned calls = 0;
  for (host_call *call = h->calls; call != NULL; call = call->next, calls++)
    assert_int_equal(call->completions, call->sent.outcome == DM_PENDING);
  assert_int_equal(h->events - h->late_events, calls);
  host_forget_calls(h);
}

static void test_every_call_has_one_answer_whatever_callbacks_do(void **state) {
  host *h = *state;
  for (size_t entry = 0; entry < COUNT(entries); entry++)
    for (unsigned place = 0; place < PLACES; place++)
      for (size_t action = 0; action < COUNT(actions); action++) {
        prepare(h);
        arm(h, place, actions[action]);
        entries[entry](h);
        assert_one_answer_each(h);
      }
}

/* One action in one callback, and inside it another in another. */
static struct {
  host_hook outer, inner;
  unsigned place;
} nested;

static void do_nested(host *h) {
  arm(h, nested.place, nested.inner);
  nested.outer(h);
}

static void test_every_call_has_one_answer_two_levels_deep(void **state) {
  host *h = *state;
  for (size_t entry = 0; entry < COUNT(entries); entry++)
    for (unsigned place = 0; place < PLACES; place++)
      for (size_t outer = 0; outer < COUNT(actions); outer++)
        for (nested.place = 3; nested.place <= 6; nested.place++)
          for (size_t inner = 0; inner < COUNT(actions); inner++) {
            nested.outer = actions[outer];
            nested.inner = actions[inner];
            prepare(h);
            arm(h, place, do_nested);
            entries[entry](h);
            assert_one_answer_each(h);
          }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_a_disconnect_inside_deliver),
      host_test(test_a_takeover_inside_deliver),
      host_test(test_a_cancel_inside_deliver),
      host_test(test_a_deadline_inside_deliver),
      host_test(test_a_stop_inside_deliver),
      host_test(test_an_end_inside_deliver),
      host_test(test_a_refusal_after_something_inside_deliver),
      host_test(test_the_pubacks_word_counts_inside_deliver),
      host_test(test_an_unconfirmed_message_inside_deliver),
      host_test(test_messages_inside_messages),
      host_test(test_the_connection_ends_while_the_sender_is_checked),
      host_test(test_the_connection_ends_while_the_receiver_is_checked),
      host_test(test_a_stop_while_somebody_is_checked),
      host_test(test_an_end_while_somebody_is_checked),
      host_test(test_the_client_comes_while_its_session_is_asked_for),
      host_test(test_a_caller_that_tries_again_at_once),
      host_test(test_the_others_are_given_up_meanwhile),
      host_test(test_every_call_has_one_answer_whatever_callbacks_do),
      host_test(test_every_call_has_one_answer_two_levels_deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
