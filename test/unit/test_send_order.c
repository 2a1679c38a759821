/* Tests of the order in which dm_send() finds what is wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include "base/span.h"

/* What may be wrong, in the order in which it must be found. */
enum {
  STOPPED,
  MALFORMED,
  SENDER_DENIED,
  PAYLOAD_TOO_LARGE,
  ACCOUNT_THROTTLED,
  NOT_CONNECTED,
  RECEIVER_DENIED,
  PACKET_TOO_LARGE,
  WINDOW_FULL,
  RECEIVER_THROTTLED,
  TOO_MANY_WAITING,
  OUT_OF_MEMORY,
  REFUSED_BY_HOST,
  FAULTS
};

static const struct {
  int outcome;
  const char *order; /* the callbacks that lead there */
} expected[FAULTS] = {
    [STOPPED] = {DM_SHUTTING_DOWN, "E"},
    [MALFORMED] = {DM_INVALID_TOPIC, "E"},
    [SENDER_DENIED] = {DM_SEND_AUTHORIZATION_FAILURE, "PE"},
    [PAYLOAD_TOO_LARGE] = {DM_PAYLOAD_TOO_LARGE, "PE"},
    [ACCOUNT_THROTTLED] = {DM_SEND_DIRECT_MESSAGE_THROTTLED, "PE"},
    [NOT_CONNECTED] = {DM_TARGET_CLIENT_ID_NOT_FOUND, "PSE"},
    [RECEIVER_DENIED] = {DM_RECEIVE_AUTHORIZATION_FAILURE, "PPE"},
    [PACKET_TOO_LARGE] = {DM_RECEIVER_PACKET_TOO_LARGE, "PPE"},
    [WINDOW_FULL] = {DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, "PPE"},
    [RECEIVER_THROTTLED] = {DM_RECEIVE_SESSION_THROTTLED, "PPE"},
    [TOO_MANY_WAITING] = {DM_SEND_DIRECT_MESSAGE_THROTTLED, "PPE"},
    [OUT_OF_MEMORY] = {DM_INTERNAL_SERVER_ERROR, "PPE"},
    [REFUSED_BY_HOST] = {DM_CLIENT_ENDPOINT_NOT_WRITABLE, "PPDE"},
};

static bool has(unsigned faults, unsigned fault) {
  return (faults >> fault & 1) != 0;
}

/* A small message that waits, to fill a limit. */
static void fill_with(host *h, const char *client_id) {
  host_call *filler = host_confirmed(h, client_id);
  filler->message.payload = SPAN("");
  host_send_pending(filler);
}

static void configure(host *h, unsigned faults) {
  h->limits.max_payload = 20;
  h->limits.sends_per_second = 3;
  h->limits.publishes_per_second = has(faults, RECEIVER_THROTTLED) ? 1 : DM_UNLIMITED;
  h->limits.max_waiting = has(faults, TOO_MANY_WAITING) ? 1 : DM_UNLIMITED;
  if (has(faults, TOO_MANY_WAITING) && has(faults, WINDOW_FULL) && !has(faults, NOT_CONNECTED))
    h->limits.max_waiting = 2;
  host_reopen(h);
}

static void connect_receiver(host *h, unsigned faults) {
  dm_connection given = host_connection(h, "boiler");
  given.receive_maximum = has(faults, WINDOW_FULL) ? 1 : 0;
  given.maximum_packet_size = has(faults, PACKET_TOO_LARGE) ? 12 : 0;
  assert_int_equal(dm_connected(h->context, &given, h->now, &h->connection), DM_OK);
  if (has(faults, WINDOW_FULL))
    fill_with(h, "boiler");
  if (has(faults, RECEIVER_THROTTLED))
    while (dm_count_publish(h->context, h->connection, h->now) == DM_OK)
      ;
}

static void use_up_the_account(host *h) {
  host_call *nobody = host_unconfirmed(h, "nobody");
  while (host_send(nobody) == DM_TARGET_CLIENT_ID_NOT_FOUND)
    ;
  assert_int_equal(nobody->sent.outcome, DM_SEND_DIRECT_MESSAGE_THROTTLED);
}

static void set_up(host *h, unsigned faults, dm_message *message) {
  configure(h, faults);
  if (!has(faults, NOT_CONNECTED))
    connect_receiver(h, faults);
  if (has(faults, TOO_MANY_WAITING)) {
    host_connect(h, "pump");
    fill_with(h, "pump");
  }
  if (has(faults, ACCOUNT_THROTTLED))
    use_up_the_account(h);
  if (has(faults, SENDER_DENIED))
    host_policy(h, "backend", NULL);
  if (has(faults, RECEIVER_DENIED))
    host_policy(h, "thing", NULL);
  if (has(faults, MALFORMED))
    message->topic = SPAN("#");
  if (has(faults, PAYLOAD_TOO_LARGE))
    message->payload = SPAN("012345678901234567890");
  if (has(faults, STOPPED))
    dm_stop(h->context, h->now);
  h->deliver_result = has(faults, REFUSED_BY_HOST) ? DM_CLIENT_ENDPOINT_NOT_WRITABLE : DM_OK;
  h->memory.allowed = has(faults, OUT_OF_MEMORY) ? 0 : SIZE_MAX;
  host_forget(h);
}

/* Every combination of faults: the earliest is the answer, and nobody is called beyond it. */
static void test_each_failure_wins_over_every_later_one(void **state) {
  host *h = *state;
  for (unsigned faults = 1; faults < 1u << FAULTS; faults++) {
    unsigned first = 0;
    while (!has(faults, first))
      first++;
    host_call *call = host_confirmed(h, "boiler");
    set_up(h, faults, &call->message);
    assert_int_equal(host_send(call), expected[first].outcome);
    assert_sent(call, expected[first].outcome, DM_DELIVERED_NO);
    assert_string_equal(h->order, expected[first].order);
    assert_int_equal(h->told.event.outcome, expected[first].outcome);
    h->deliver_result = DM_OK;
    h->memory.allowed = SIZE_MAX;
    h->table_count = 0;
  }
}

static void test_without_a_fault_it_is_sent(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  set_up(h, 0, &call->message);
  host_send_pending(call);
  assert_string_equal(h->order, "PPD");
}

static void test_what_is_wrong_or_not_allowed_costs_no_rate(void **state) {
  host *h = *state;
  h->limits.sends_per_second = 1;
  h->limits.max_payload = 20;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.topic = SPAN("#");
  assert_int_equal(host_send(call), DM_INVALID_TOPIC);
  call->message.topic = SPAN("a");
  host_policy(h, "backend", NULL);
  assert_int_equal(host_send(call), DM_SEND_AUTHORIZATION_FAILURE);
  h->table_count = 0;
  call->message.payload = SPAN("012345678901234567890");
  assert_int_equal(host_send(call), DM_PAYLOAD_TOO_LARGE);
  call->message.payload = SPAN("01234567890123456789");
  assert_int_equal(host_send(call), DM_SENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_each_failure_wins_over_every_later_one),
      host_test(test_without_a_fault_it_is_sent),
      host_test(test_what_is_wrong_or_not_allowed_costs_no_rate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
