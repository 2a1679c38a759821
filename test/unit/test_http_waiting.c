/* Tests of HTTP calls that wait: how they end, are cancelled, and meet other calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http_host.h"

#include <stdlib.h>

#include "base/span.h"

/* ---- The end of a wait -------------------------------------------------- */

static void test_a_rejecting_puback(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  reject(h);
  assert_answer(&h->first, 409, DM_RECEIVER_REJECTED);
  assert_int_equal(json_integer_value(json_object_get(h->first.body, "mqttReasonCode")), 0x97);
  assert_string_equal(member(&h->first, "delivered"), "yes");
}

static void test_no_puback_in_time(void **state) {
  host *h = *state;
  post(h, &h->first, MESSAGES "?topic=a&confirmation=TRUE&timeout=7");
  dm_tick(h->context, 8 * DM_SECOND - 1);
  assert_waiting(&h->first);
  dm_tick(h->context, 8 * DM_SECOND);
  assert_answer(&h->first, 504, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  assert_string_equal(member(&h->first, "delivered"), "maybe");
}

static void test_the_receiver_goes_away(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  dm_disconnected(h->context, h->boiler, DM_DISCONNECT_CONNECTION_LOST, 1200 * DM_MILLISECOND);
  assert_answer(&h->first, 504, DM_RECEIVER_DISCONNECTED);
}

static void test_the_host_refuses_the_message(void **state) {
  host *h = *state;
  h->deliver_result = DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  assert_posted(h, MESSAGES "?topic=a&confirmation=true", 429, DM_CLIENT_ENDPOINT_NOT_WRITABLE);
  assert_string_equal(header(&h->first, "Retry-After"), "1");
  assert_string_equal(member(&h->first, "delivered"), "no");
}

static void test_the_end_of_the_context(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  free_context(h);
  assert_answer(&h->first, 503, DM_SHUTTING_DOWN);
  assert_string_equal(header(&h->first, "Retry-After"), "1");
  assert_string_equal(member(&h->first, "delivered"), "maybe");
}

static void test_the_context_ends_inside_callbacks(void **state) {
  host *h = *state;
  h->on_deliver = free_context;
  post_confirmed(h, &h->first);
  assert_answer(&h->first, 503, DM_SHUTTING_DOWN);
}

static void test_the_context_ends_inside_the_event(void **state) {
  host *h = *state;
  h->on_event = free_context;
  post(h, &h->first, "/elsewhere");
  assert_answer(&h->first, 404, DM_UNKNOWN_PATH);
}

static void test_the_context_ends_inside_the_answer(void **state) {
  host *h = *state;
  h->first.on_answer = free_context;
  post(h, &h->first, MESSAGES "?topic=a");
  assert_answer(&h->first, 200, DM_SENT);
}

static void test_the_context_ends_inside_a_late_answer(void **state) {
  host *h = *state;
  h->first.on_answer = free_context;
  post_confirmed(h, &h->first);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
}

static void test_the_context_stops_inside_callbacks(void **state) {
  host *h = *state;
  h->on_policies = stop;
  post_confirmed(h, &h->first);
  assert_answer(&h->first, 503, DM_SHUTTING_DOWN);
  assert_string_equal(member(&h->first, "delivered"), "no");
  post(h, &h->first, MESSAGES "?topic=a");
  assert_answer(&h->first, 503, DM_SHUTTING_DOWN);
}

/* ---- Cancelling --------------------------------------------------------- */

static void assert_cancelled(const host *h) {
  assert_int_equal(h->first.answers, 0);
  assert_null(h->first.call);
}

static void test_a_waiting_call_is_cancelled(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  cancel_first(h);
  assert_int_equal(h->told.count, 1);
  assert_int_equal(h->told.outcome, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  acknowledge(h);
  assert_cancelled(h);
}

static void test_what_does_not_wait_cannot_be_cancelled(void **state) {
  host *h = *state;
  dm_http_call call = {.size = sizeof call, .answer = http_host_answer};
  assert_int_equal(dm_http_cancel(&call, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_http_cancel(NULL, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(h->told.count, 0);
}

static void test_a_cancelled_call_can_be_used_again(void **state) {
  host *h = *state;
  dm_http_call *call = call_new(&h->first);
  dm_http_request request = well_formed;
  request.target = SPAN(MESSAGES "?topic=a&confirmation=true");
  assert_int_equal(dm_http_handle(h->context, call, &request, DM_SECOND), DM_OK);
  assert_int_equal(dm_http_handle(h->context, call, &request, DM_SECOND),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_http_cancel(call, DM_SECOND), DM_OK);
  assert_int_equal(dm_http_cancel(call, DM_SECOND), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_http_handle(h->context, call, &request, DM_SECOND), DM_OK);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
}

static void test_cancelled_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = cancel_first;
  post(h, &h->first, MESSAGES "?topic=a");
  assert_cancelled(h);
  assert_int_equal(h->told.outcome, DM_SENT);

  h->on_deliver = cancel_first;
  post_confirmed(h, &h->first);
  assert_cancelled(h);
  assert_int_equal(h->told.outcome, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  assert_int_equal(h->told.count, 2);
  acknowledge(h);
  assert_cancelled(h);
}

static void test_cancelled_inside_policies(void **state) {
  host *h = *state;
  h->on_policies = cancel_first;
  post_confirmed(h, &h->first);
  assert_cancelled(h);
  assert_int_equal(h->told.count, 1);
}

static void test_cancelled_inside_the_event_of_a_refusal(void **state) {
  host *h = *state;
  h->on_event = cancel_first;
  post(h, &h->first, "/elsewhere");
  assert_cancelled(h);
}

static void cancel_too_late(host *h) {
  assert_int_equal(cancel(h, &h->first), DM_ERROR_STALE_HANDLE);
}

static void test_cancelled_inside_the_event_of_its_answer(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  h->on_event = cancel_too_late;
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
}

static void cancel_and_free(host *h) {
  cancel_first(h);
  free_context(h);
}

static void test_cancelled_and_freed_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = cancel_and_free;
  post_confirmed(h, &h->first);
  assert_cancelled(h);
}

static void test_another_call_is_cancelled_inside_an_answer(void **state) {
  host *h = *state;
  void (*const ends[])(host *) = {stop, free_context};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    host *own = http_host_new(&(dm_config){0});
    void *own_state = own;
    post_confirmed(own, &own->first);
    post_confirmed(own, &own->second);
    own->first.on_answer = cancel_second;
    ends[i](own);
    assert_answer(&own->first, 503, DM_SHUTTING_DOWN);
    assert_int_equal(own->second.answers, 0);
    http_host_end(&own_state);
  }
  assert_int_equal(h->told.count, 0);
}

/* A host that settles the message behind the binding's back. */
static void cancel_message(host *h) {
  dm_cancel(h->context, h->delivered.message_id, DM_SECOND);
}

static void test_the_message_is_cancelled_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = cancel_message;
  post_confirmed(h, &h->first);
  assert_waiting(&h->first);
  assert_int_equal(h->told.outcome, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  assert_int_equal(dm_http_cancel(h->first.call, DM_SECOND), DM_ERROR_STALE_HANDLE);
}

/* ---- Requests inside requests ------------------------------------------- */

static void test_a_request_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = post_second;
  post_confirmed(h, &h->first);
  assert_answer(&h->second, 200, DM_SENT);
  assert_waiting(&h->first);
}

static void test_a_request_inside_an_answer(void **state) {
  host *h = *state;
  h->first.on_answer = post_second;
  post_confirmed(h, &h->first);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
  assert_answer(&h->second, 200, DM_SENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_a_rejecting_puback),
      TEST(test_no_puback_in_time),
      TEST(test_the_receiver_goes_away),
      TEST(test_the_host_refuses_the_message),
      TEST(test_the_end_of_the_context),
      TEST(test_the_context_ends_inside_callbacks),
      TEST(test_the_context_ends_inside_the_event),
      TEST(test_the_context_ends_inside_the_answer),
      TEST(test_the_context_ends_inside_a_late_answer),
      TEST(test_the_context_stops_inside_callbacks),
      TEST(test_a_waiting_call_is_cancelled),
      TEST(test_what_does_not_wait_cannot_be_cancelled),
      TEST(test_a_cancelled_call_can_be_used_again),
      TEST(test_cancelled_inside_deliver),
      TEST(test_cancelled_inside_policies),
      TEST(test_cancelled_inside_the_event_of_a_refusal),
      TEST(test_cancelled_inside_the_event_of_its_answer),
      TEST(test_cancelled_and_freed_inside_deliver),
      TEST(test_another_call_is_cancelled_inside_an_answer),
      TEST(test_the_message_is_cancelled_inside_deliver),
      TEST(test_a_request_inside_deliver),
      TEST(test_a_request_inside_an_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
