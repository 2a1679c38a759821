/* Tests of the ends of a confirmed message: PUBACK, deadline, cancel, and what comes late.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

/* A connected client with one message that waits. */
static host_call *waiting(host *h) {
  h->connection = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  return call;
}

/* ---- PUBACK ------------------------------------------------------------- */

static void test_a_puback_confirms(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  h->now += 37;
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(call->completed.ack_latency, 37);
  assert_int_equal(call->completed.puback_reason, 0);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 0);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
}

/* 0x10, No matching subscribers, is a success: a direct message needs none. */
static void test_every_reason_code(void **state) {
  host *h = *state;
  h->limits.publishes_per_second = DM_UNLIMITED;
  host_reopen(h);
  for (unsigned code = 0; code <= 255; code++) {
    host_call *call = waiting(h);
    assert_int_equal(host_puback(h, (uint8_t)code), DM_OK);
    assert_completed(call, code < 0x80 ? DM_CONFIRMED : DM_RECEIVER_REJECTED, DM_DELIVERED_YES);
    assert_int_equal(call->completed.puback_reason, code);
    assert_int_equal(h->told.event.puback_reason, code);
  }
}

static void test_a_puback_counts_once(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_puback(h, 0x80), DM_ERROR_STALE_HANDLE);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(h->events, 1);
}

static void test_pubacks_come_in_any_order(void **state) {
  host *h = *state;
  host_call *first = waiting(h);
  host_call *second = host_confirmed(h, "boiler");
  host_call *third = host_confirmed(h, "boiler");
  host_send_pending(second);
  host_send_pending(third);
  assert_int_equal(host_puback_of(second, 0), DM_OK);
  assert_int_equal(first->completions + third->completions, 0);
  assert_int_equal(host_puback_of(third, 0), DM_OK);
  assert_int_equal(host_puback_of(first, 0), DM_OK);
  assert_completed(first, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_completed(second, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_completed(third, DM_CONFIRMED, DM_DELIVERED_YES);
}

static void test_a_puback_from_another_connection_is_foreign(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  dm_connection_id pump = host_connect(h, "pump");
  assert_int_equal(dm_puback(h->context, pump, call->sent.message_id, 0, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(call->completions, 0);
  assert_int_equal(dm_puback(h->context, h->connection, call->sent.message_id, 0, h->now), DM_OK);
}

static void test_pubacks_of_nothing(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  dm_message_id id = call->sent.message_id;
  assert_int_equal(dm_puback(NULL, h->connection, id, 0, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_puback(h->context, 0, id, 0, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_puback(h->context, h->connection, 0, 0, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_puback(h->context, h->connection, id + 1, 0, h->now), DM_ERROR_STALE_HANDLE);
  for (unsigned bit = 0; bit < 64; bit++) {
    assert_int_equal(dm_puback(h->context, h->connection, id ^ 1ull << bit, 0, h->now),
                     DM_ERROR_STALE_HANDLE);
    assert_int_equal(dm_puback(h->context, h->connection ^ 1ull << bit, id, 0, h->now),
                     DM_ERROR_STALE_HANDLE);
  }
  assert_int_equal(call->completions, 0);
}

/* ---- Inside deliver() --------------------------------------------------- */

static void ack(host *h) {
  h->hook_result = host_puback(h, 0);
}

static void test_a_puback_inside_deliver(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->in_deliver = ack;
  assert_int_equal(host_send(call), DM_CONFIRMED);
  assert_sent(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(h->hook_result, DM_OK);
  assert_int_equal(call->sent.ack_latency, 0);
  assert_int_equal(call->sent.message_id, h->delivered.message_id);
  assert_string_equal(h->order, "PPDE");
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
}

static void reject(host *h) {
  h->hook_result = host_puback(h, 0x87);
}

static void test_a_rejection_inside_deliver(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->in_deliver = reject;
  assert_int_equal(host_send(call), DM_RECEIVER_REJECTED);
  assert_sent(call, DM_RECEIVER_REJECTED, DM_DELIVERED_YES);
  assert_int_equal(call->sent.puback_reason, 0x87);
}

static void ack_then_wait(host *h) {
  h->now += 5;
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
  host_wait(h, 20 * DM_SECOND);
}

static void test_time_that_passes_after_a_puback_inside_deliver(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->in_deliver = ack_then_wait;
  assert_int_equal(host_send(call), DM_CONFIRMED);
  assert_int_equal(call->sent.ack_latency, 5);
  assert_int_equal(h->told.event.ack_latency, 5);
}

/* The client has proved a host wrong that refuses after it has delivered. */
static void test_a_puback_wins_over_a_refusal(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->in_deliver = ack;
  h->deliver_result = DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  assert_int_equal(host_send(call), DM_CONFIRMED);
  assert_sent(call, DM_CONFIRMED, DM_DELIVERED_YES);
}

/* ---- Deadlines ---------------------------------------------------------- */

static void test_a_deadline_is_kept_to_the_microsecond(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  host_wait(h, 5 * DM_SECOND - 1);
  assert_int_equal(call->completions, 0);
  host_wait(h, 1);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  host_wait(h, 100 * DM_SECOND);
  assert_int_equal(call->completions, 1);
}

/* A PUBACK that is handed in at or after the deadline, but before a tick, is in time: the
 * caller is still there. */
static void test_until_the_tick_a_puback_is_in_time(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  h->now += 6 * DM_SECOND;
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(call->completed.ack_latency, 6 * DM_SECOND);
}

static void test_a_tick_answers_all_that_are_due(void **state) {
  host *h = *state;
  h->connection = host_connect(h, "boiler");
  host_call *calls[50];
  for (dm_duration i = 0; i < 50; i++) {
    calls[i] = host_confirmed(h, "boiler");
    calls[i]->message.timeout = 1 + (i * 7) % 50;
    host_send_pending(calls[i]);
  }
  for (dm_duration passed = 0; passed < 50; passed += 5) {
    assert_int_equal(dm_next_deadline(h->context), h->now + 1);
    host_wait(h, 5);
    for (size_t i = 0; i < 50; i++)
      assert_int_equal(calls[i]->completions, calls[i]->message.timeout <= passed + 5);
  }
  assert_int_equal(h->events, 50);
}

static void test_ticking_nothing(void **state) {
  host *h = *state;
  assert_int_equal(dm_tick(NULL, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_next_deadline(NULL), DM_NEVER);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  assert_int_equal(dm_tick(h->context, 5), DM_OK);
}

/* ---- Late --------------------------------------------------------------- */

static void test_a_late_puback_is_told(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 1);
  host_forget(h);
  h->now += 1234;
  assert_int_equal(dm_puback(h->context, h->connection, call->sent.message_id, 0x10, h->now),
                   DM_OK);
  const dm_event *event = &h->told.event;
  assert_string_equal(h->order, "E");
  assert_int_equal(event->kind, DM_EVENT_LATE_PUBACK);
  assert_int_equal(event->operation, DM_OPERATION_SEND);
  assert_int_equal(event->outcome, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  assert_int_equal(event->delivered, DM_DELIVERED_YES);
  assert_memory_equal(&event->trace_id, &call->sent.trace_id, sizeof event->trace_id);
  assert_int_equal(event->message_id, call->sent.message_id);
  assert_int_equal(event->connection, h->connection);
  assert_string_equal(h->told.account, "123456789012");
  assert_string_equal(h->told.client_id, "boiler");
  assert_string_equal(h->told.topic, "");
  assert_string_equal(h->told.principal, "");
  assert_int_equal(event->ack_latency, 5 * DM_SECOND + 1234);
  assert_int_equal(event->mode, DM_MODE_ACKNOWLEDGED);
  assert_int_equal(event->puback_reason, 0x10);
  assert_null(event->text);
  assert_int_equal(call->completions, 1);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 0);
  assert_int_equal(host_statistics(h).late_pubacks, 1);
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_CONFIRMED),
                   0); /* the call was counted before */
}

static void test_a_late_puback_counts_once(void **state) {
  host *h = *state;
  waiting(h);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_statistics(h).late_pubacks, 1);
  assert_int_equal(host_statistics(h).late, 0);
}

static void test_a_late_puback_from_another_connection_is_foreign(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  dm_connection_id pump = host_connect(h, "pump");
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(dm_puback(h->context, pump, call->sent.message_id, 0, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_statistics(h).late, 1);
}

/* ---- Cancel ------------------------------------------------------------- */

static void test_a_caller_that_goes_away(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  assert_int_equal(dm_cancel(h->context, call->sent.message_id, h->now), DM_OK);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT, DM_DELIVERED_MAYBE);
  assert_string_equal(h->order, "PPDEC");
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 1);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(h->told.event.kind, DM_EVENT_LATE_PUBACK);
  assert_int_equal(h->told.event.outcome, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
}

static void test_a_caller_goes_away_once(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  dm_message_id id = call->sent.message_id;
  assert_int_equal(dm_cancel(h->context, id, h->now), DM_OK);
  assert_int_equal(dm_cancel(h->context, id, h->now), DM_ERROR_STALE_HANDLE);
  host_puback(h, 0);
  assert_int_equal(dm_cancel(h->context, id, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(call->completions, 1);
}

static void test_nobody_goes_away_after_the_answer(void **state) {
  host *h = *state;
  host_call *call = waiting(h);
  host_puback(h, 0);
  assert_int_equal(dm_cancel(h->context, call->sent.message_id, h->now), DM_ERROR_STALE_HANDLE);
  host_call *second = waiting(h);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(dm_cancel(h->context, second->sent.message_id, h->now), DM_ERROR_STALE_HANDLE);
  assert_completed(second, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
}

static void test_cancelling_nothing(void **state) {
  host *h = *state;
  assert_int_equal(dm_cancel(NULL, 1, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_cancel(h->context, 0, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_cancel(h->context, UINT64_MAX, h->now), DM_ERROR_STALE_HANDLE);
}

/* ---- Places ------------------------------------------------------------- */

/* A place is used again with another handle; what is stale stays stale. */
static void test_message_ids_are_never_given_out_twice(void **state) {
  host *h = *state;
  enum {
    MANY = 300
  };
  dm_message_id ids[MANY];
  h->limits.publishes_per_second = DM_UNLIMITED;
  host_reopen(h);
  h->connection = host_connect(h, "boiler");
  for (size_t i = 0; i < MANY; i++) {
    host_call *call = host_confirmed(h, "boiler");
    host_send_pending(call);
    ids[i] = call->sent.message_id;
    for (size_t j = 0; j < i; j++) {
      assert_int_not_equal(ids[i], ids[j]);
      assert_int_equal(dm_puback(h->context, h->connection, ids[j], 0, h->now),
                       DM_ERROR_STALE_HANDLE);
      assert_int_equal(dm_cancel(h->context, ids[j], h->now), DM_ERROR_STALE_HANDLE);
    }
    assert_int_equal(host_puback(h, 0), DM_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_a_puback_confirms),
      host_test(test_every_reason_code),
      host_test(test_a_puback_counts_once),
      host_test(test_pubacks_come_in_any_order),
      host_test(test_a_puback_from_another_connection_is_foreign),
      host_test(test_pubacks_of_nothing),
      host_test(test_a_puback_inside_deliver),
      host_test(test_a_rejection_inside_deliver),
      host_test(test_time_that_passes_after_a_puback_inside_deliver),
      host_test(test_a_puback_wins_over_a_refusal),
      host_test(test_a_deadline_is_kept_to_the_microsecond),
      host_test(test_until_the_tick_a_puback_is_in_time),
      host_test(test_a_tick_answers_all_that_are_due),
      host_test(test_ticking_nothing),
      host_test(test_a_late_puback_is_told),
      host_test(test_a_late_puback_counts_once),
      host_test(test_a_late_puback_from_another_connection_is_foreign),
      host_test(test_a_caller_that_goes_away),
      host_test(test_a_caller_goes_away_once),
      host_test(test_nobody_goes_away_after_the_answer),
      host_test(test_cancelling_nothing),
      host_test(test_message_ids_are_never_given_out_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
