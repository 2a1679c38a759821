/* Tests of dm_send(): its limits and its answers. (The order of its checks: test_send_order.c.)
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "base/span.h"

static char letters[200000]; /* all 'x' */

/* ---- Misuse ------------------------------------------------------------- */

static void test_no_pointer_may_be_missing(void **state) {
  host *h = *state;
  host_call *call = host_unconfirmed(h, "boiler");
  dm_result *result = &call->sent;
  assert_int_equal(dm_send(NULL, &call->message, 0, result), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_send(h->context, NULL, 0, result), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_refuse(NULL, &call->message, DM_INVALID_REQUEST, NULL, 0, result),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_refuse(h->context, NULL, DM_INVALID_REQUEST, NULL, 0, result),
                   DM_ERROR_INVALID_ARGUMENT);
  call->message.payload = (dm_span){NULL, 5};
  assert_int_equal(dm_send(h->context, &call->message, 0, result), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, 0, result),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_string_equal(h->order, "");
}

static void test_a_result_is_not_needed(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(dm_send(h->context, &call->message, h->now, NULL), DM_PENDING);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_int_equal(call->completed.outcome, DM_CONFIRMED);
}

/* The host may say in its own words why it does not take a message. */
static void test_the_host_says_why(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  h->deliver_result = DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  for (int round = 0; round < 2; round++) {
    h->deliver_text = round == 0 ? "It is a test." : NULL;
    const char *text = round == 0 ? "It is a test." : dm_strerror(DM_CLIENT_ENDPOINT_NOT_WRITABLE);
    host_call *calls[] = {host_unconfirmed(h, "boiler"), host_confirmed(h, "boiler")};
    for (int i = 0; i < 2; i++) {
      assert_int_equal(host_send(calls[i]), DM_CLIENT_ENDPOINT_NOT_WRITABLE);
      assert_string_equal(calls[i]->sent.text, text);
      assert_int_equal(calls[i]->sent.retry_after, DM_SECOND);
    }
  }
}

/* ---- Sizes -------------------------------------------------------------- */

static void test_a_payload_of_exactly_the_maximum(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.payload = dm_bytes(letters, 131072);
  assert_int_equal(host_send(call), DM_SENT);
  assert_int_equal(h->delivered.payload_len, 131072);
  call->message.payload = dm_bytes(letters, 131073);
  assert_int_equal(host_send(call), DM_PAYLOAD_TOO_LARGE);
  call->message.payload = (dm_span){NULL, 0};
  assert_int_equal(host_send(call), DM_SENT);
}

static void test_a_payload_may_be_unlimited(void **state) {
  host *h = *state;
  h->limits.max_payload = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.payload = dm_bytes(letters, sizeof letters);
  assert_int_equal(host_send(call), DM_SENT);
}

/* Refused by its length alone: its bytes are not looked at. */
static void test_a_message_that_no_packet_can_hold(void **state) {
  host *h = *state;
  h->limits.max_payload = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.payload = (dm_span){letters, 268435456};
  assert_int_equal(host_send(call), DM_RECEIVER_PACKET_TOO_LARGE);
  assert_sent(call, DM_RECEIVER_PACKET_TOO_LARGE, DM_DELIVERED_NO);
}

static int send_to_level(host *h, uint8_t level, uint32_t maximum_packet_size,
                         const dm_message *message) {
  dm_connection given = host_connection(h, "boiler");
  dm_connection_id id;
  given.protocol_level = level;
  given.maximum_packet_size = maximum_packet_size;
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
  host_call *call = host_unconfirmed(h, "boiler");
  call->message = *message;
  call->message.user = call;
  int outcome = host_send(call);
  assert_int_equal(outcome == DM_RECEIVER_PACKET_TOO_LARGE, h->deliveries == 0);
  host_forget(h);
  return outcome;
}

/* Fixed header 2, topic 2 + 3, packet identifier 2, properties 1, payload 5: 15 bytes. */
static void test_a_packet_of_exactly_the_maximum(void **state) {
  host *h = *state;
  dm_message message = host_confirmed(h, "boiler")->message;
  assert_int_equal(send_to_level(h, 5, 15, &message), DM_PENDING);
  assert_int_equal(send_to_level(h, 5, 14, &message), DM_RECEIVER_PACKET_TOO_LARGE);
  assert_int_equal(send_to_level(h, 4, 14, &message), DM_PENDING);
  assert_int_equal(send_to_level(h, 4, 13, &message), DM_RECEIVER_PACKET_TOO_LARGE);
  assert_int_equal(send_to_level(h, 3, 13, &message), DM_RECEIVER_PACKET_TOO_LARGE);
  message.mode = DM_MODE_SENT;
  assert_int_equal(send_to_level(h, 5, 13, &message), DM_SENT);
  assert_int_equal(send_to_level(h, 5, 12, &message), DM_RECEIVER_PACKET_TOO_LARGE);
  assert_int_equal(send_to_level(h, 5, 1, &message), DM_RECEIVER_PACKET_TOO_LARGE);
  assert_int_equal(send_to_level(h, 5, 0, &message), DM_SENT);
  assert_int_equal(send_to_level(h, 5, UINT32_MAX, &message), DM_SENT);
}

/* Properties reach MQTT 5 receivers only, and count for those only. */
static void test_properties_count_for_mqtt_5_only(void **state) {
  host *h = *state;
  dm_property property = {SPAN("key"), SPAN("value")};
  dm_message message = host_unconfirmed(h, "boiler")->message;
  message.user_properties = &property;
  message.user_property_count = 1; /* 5 + 3 + 5 */
  message.content_type = SPAN(""); /* 3 */
  assert_int_equal(send_to_level(h, 4, 12, &message), DM_SENT);
  assert_int_equal(send_to_level(h, 5, 29, &message), DM_SENT);
  assert_int_equal(send_to_level(h, 5, 28, &message), DM_RECEIVER_PACKET_TOO_LARGE);
}

/* ---- The account's rate ------------------------------------------------- */

static void test_the_accounts_rate(void **state) {
  host *h = *state;
  h->limits.sends_per_second = 4;
  host_reopen(h);
  host_connect(h, "boiler");
  host_connect(h, "pump");
  host_call *call = host_unconfirmed(h, "boiler");
  host_call *other = host_unconfirmed(h, "pump");
  other->caller.principal = SPAN("another backend");
  assert_int_equal(host_send(call), DM_SENT);
  assert_int_equal(host_send(call), DM_SENT);
  assert_int_equal(host_send(other), DM_SENT);
  assert_int_equal(host_send(other), DM_SENT);
  assert_int_equal(host_send(call), DM_SEND_DIRECT_MESSAGE_THROTTLED);
  assert_int_equal(call->sent.retry_after, 250 * DM_MILLISECOND);
  h->now += 250 * DM_MILLISECOND - 1;
  assert_int_equal(host_send(other), DM_SEND_DIRECT_MESSAGE_THROTTLED);
  assert_int_equal(other->sent.retry_after, 1);
  h->now += 1;
  assert_int_equal(host_send(call), DM_SENT);
  assert_int_equal(call->sent.retry_after, 0);
  assert_int_equal(host_send(call), DM_SEND_DIRECT_MESSAGE_THROTTLED);
}

static void test_the_accounts_rate_may_be_unlimited(void **state) {
  host *h = *state;
  h->limits.sends_per_second = h->limits.publishes_per_second = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  for (int i = 0; i < 30000; i++)
    assert_int_equal(host_send(call), DM_SENT);
}

/* ---- The receiver's window ---------------------------------------------- */

static void fill_window(host *h, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    assert_int_equal(dm_unacknowledged(h->context, h->connection), i);
    host_send_pending(host_confirmed(h, "boiler"));
  }
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);
  assert_sent(call, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, DM_DELIVERED_NO);
  assert_int_equal(call->sent.retry_after, DM_SECOND);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), size);
}

static void connect_with_window(host *h, uint32_t receive_maximum) {
  dm_connection given = host_connection(h, "boiler");
  given.receive_maximum = receive_maximum;
  assert_int_equal(dm_connected(h->context, &given, h->now, &h->connection), DM_OK);
}

static void test_the_window_is_the_lesser_of_the_two_limits(void **state) {
  host *h = *state;
  static const uint32_t windows[][3] = {{100, 0, 100}, {100, 1, 1}, {7, 0, 7},    {7, 6, 6},
                                        {7, 7, 7},     {7, 8, 7},   {1, 65535, 1}};
  for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
    h->limits.max_unacknowledged = windows[i][0];
    h->limits.publishes_per_second = DM_UNLIMITED;
    host_reopen(h);
    connect_with_window(h, windows[i][1]);
    fill_window(h, windows[i][2]);
  }
}

static void test_a_lifted_window_is_still_the_receive_maximum(void **state) {
  host *h = *state;
  h->limits.max_unacknowledged = DM_UNLIMITED;
  h->limits.publishes_per_second = h->limits.sends_per_second = DM_UNLIMITED;
  host_reopen(h);
  connect_with_window(h, 0);
  fill_window(h, 65535);
}

static void test_an_acknowledgement_makes_room(void **state) {
  host *h = *state;
  connect_with_window(h, 2);
  fill_window(h, 2);
  assert_int_equal(host_puback(h, 0), DM_OK);
  host_send_pending(host_confirmed(h, "boiler"));
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);
}

static void test_late_messages_fill_the_window(void **state) {
  host *h = *state;
  connect_with_window(h, 2);
  fill_window(h, 2);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(host_statistics(h).late, 2);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 2);
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);
  assert_int_equal(host_puback(h, 0), DM_OK);
  host_send_pending(host_confirmed(h, "boiler"));
}

static void test_a_rejection_makes_room(void **state) {
  host *h = *state;
  connect_with_window(h, 1);
  fill_window(h, 1);
  assert_int_equal(host_puback(h, 0x97), DM_OK);
  host_send_pending(host_confirmed(h, "boiler"));
}

static void test_unconfirmed_messages_need_no_window(void **state) {
  host *h = *state;
  connect_with_window(h, 1);
  fill_window(h, 1);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 1);
}

/* ---- How many wait ------------------------------------------------------ */

static void test_no_more_than_max_waiting(void **state) {
  host *h = *state;
  h->limits.max_waiting = 2;
  host_reopen(h);
  host_connect(h, "boiler");
  host_connect(h, "pump");
  host_send_pending(host_confirmed(h, "boiler"));
  host_call *second = host_confirmed(h, "pump");
  host_send_pending(second);
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_SEND_DIRECT_MESSAGE_THROTTLED);
  assert_int_equal(call->sent.retry_after, DM_SECOND);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  assert_int_equal(dm_cancel(h->context, second->sent.message_id, h->now), DM_OK);
  host_send_pending(call); /* late ones do not wait */
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_SEND_DIRECT_MESSAGE_THROTTLED);
}

/* ---- Timeouts ----------------------------------------------------------- */

static void test_the_timeout_is_the_messages_or_the_default(void **state) {
  host *h = *state;
  h->limits.default_timeout = 3 * DM_SECOND;
  host_reopen(h);
  host_connect(h, "boiler");
  host_call *by_default = host_confirmed(h, "boiler");
  host_call *own = host_confirmed(h, "boiler");
  own->message.timeout = 1;
  host_send_pending(by_default);
  assert_int_equal(dm_next_deadline(h->context), h->now + 3 * DM_SECOND);
  host_send_pending(own);
  assert_int_equal(dm_next_deadline(h->context), h->now + 1);
  host_wait(h, 1);
  assert_completed(own, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(h->told.event.timeout, 1);
  host_wait(h, 3 * DM_SECOND - 2);
  assert_int_equal(by_default->completions, 0);
  host_wait(h, 1);
  assert_completed(by_default, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(h->told.event.timeout, 3 * DM_SECOND);
}

static void test_the_longest_timeout(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  call->message.timeout = 15 * DM_SECOND + 1;
  assert_int_equal(host_send(call), DM_INVALID_TIMEOUT_PARAMETER);
  assert_string_equal(call->sent.text,
                      "The timeout must be a whole number of seconds from 1 to 15.");
  call->message.timeout = 15 * DM_SECOND;
  host_send_pending(call);
  assert_int_equal(dm_next_deadline(h->context), h->now + 15 * DM_SECOND);
}

/* Whatever the limits are: a host may have shorter ones than a second. */
static void test_the_range_of_timeouts_is_told(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  call->message.timeout = 61 * DM_SECOND;
  h->limits.max_timeout = 60 * DM_SECOND;
  assert_int_equal(dm_set_limits(h->context, &h->limits), DM_OK);
  assert_int_equal(host_send(call), DM_INVALID_TIMEOUT_PARAMETER);
  assert_string_equal(call->sent.text,
                      "The timeout must be a whole number of seconds from 1 to 60.");
  h->limits.max_timeout = DM_SECOND / 2;
  assert_int_equal(dm_set_limits(h->context, &h->limits), DM_OK);
  assert_int_equal(host_send(call), DM_INVALID_TIMEOUT_PARAMETER);
  assert_string_equal(call->sent.text, dm_strerror(DM_INVALID_TIMEOUT_PARAMETER));
}

/* ---- Answers ------------------------------------------------------------ */

static void test_an_event_tells_the_whole_call(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  for (int mode = DM_MODE_SENT; mode <= DM_MODE_ACKNOWLEDGED; mode++) {
    host_call *call = host_unconfirmed(h, "boiler");
    call->message.mode = mode;
    call->message.timeout = 7 * DM_SECOND;
    call->caller.source_ip = SPAN("192.0.2.7");
    call->caller.source_port = 50000;
    call->caller.protocol = DM_PROTOCOL_HTTP;
    call->caller.invocation_id = SPAN("inv-1");
    call->caller.attempt = 2;
    host_send(call);
    if (mode == DM_MODE_ACKNOWLEDGED) {
      h->now += 42;
      assert_int_equal(host_puback(h, 0x10), DM_OK);
    }
    const dm_event *event = &h->told.event;
    const dm_result *result = mode ? &call->completed : &call->sent;
    assert_int_equal(event->kind, DM_EVENT_CALL);
    assert_int_equal(event->operation, DM_OPERATION_SEND);
    assert_int_equal(event->outcome, mode ? DM_CONFIRMED : DM_SENT);
    assert_int_equal(event->outcome, result->outcome);
    assert_int_equal(event->delivered, result->delivered);
    assert_memory_equal(&event->trace_id, &call->sent.trace_id, sizeof event->trace_id);
    assert_int_equal(event->message_id, result->message_id);
    assert_int_equal(event->connection, boiler);
    assert_string_equal(h->told.account, "123456789012");
    assert_string_equal(h->told.client_id, "boiler");
    assert_string_equal(h->told.topic, "a/b");
    assert_string_equal(h->told.principal, "backend");
    assert_string_equal(h->told.source_ip, "192.0.2.7");
    assert_string_equal(h->told.invocation_id, "inv-1");
    assert_int_equal(event->timeout, 7 * DM_SECOND);
    assert_int_equal(event->ack_latency, mode ? 42 : DM_NEVER);
    assert_int_equal(event->mode, mode);
    assert_int_equal(h->told.caller.protocol, DM_PROTOCOL_HTTP);
    assert_int_equal(h->told.caller.attempt, 2);
    assert_int_equal(h->told.caller.source_port, 50000);
    assert_int_equal(event->puback_reason, mode ? 0x10 : 0);
    assert_null(event->text);
  }
  assert_int_equal(h->events, 2);
}

static void test_an_event_of_a_refusal(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  host_send(call);
  assert_int_equal(h->told.event.connection, 0);
  assert_int_equal(h->told.event.message_id, 0);
  assert_int_equal(h->told.event.timeout, 5 * DM_SECOND);
  assert_ptr_equal(h->told.event.text, call->sent.text);
  dm_connection_id boiler = host_connect(h, "boiler");
  host_policy(h, "thing", NULL);
  host_send(call);
  assert_int_equal(h->told.event.connection, boiler);
}

static void test_a_pending_result(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  memset(&call->sent, 0x5A, sizeof call->sent);
  call->sent.size = sizeof call->sent;
  host_send_pending(call);
  assert_int_equal(call->sent.size, sizeof call->sent);
  assert_int_equal(call->sent.delivered, DM_DELIVERED_MAYBE);
  assert_int_equal(call->sent.ack_latency, DM_NEVER);
  assert_int_equal(call->sent.retry_after, 0);
  assert_int_equal(call->sent.puback_reason, 0);
  assert_null(call->sent.text);
  assert_int_equal(h->events, 0);
}

/* Whatever becomes of a call, its trace id is its own. */
static void test_each_call_has_a_trace_id_of_its_own(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  static const char *const receivers[] = {"boiler", "boiler", "nobody"};
  dm_trace_id seen[60];
  for (size_t i = 0; i < 60; i++) {
    host_call *call = host_confirmed(h, receivers[i % 3]);
    call->message.mode = i % 3 == 0;
    host_send(call);
    if (i % 3 == 0)
      assert_int_equal(host_puback(h, 0), DM_OK);
    assert_memory_equal(&h->told.event.trace_id, &call->sent.trace_id, sizeof(dm_trace_id));
    seen[i] = call->sent.trace_id;
    assert_int_equal(seen[i].bytes[6] >> 4, 4);
    for (size_t j = 0; j < i; j++)
      assert_memory_not_equal(&seen[i], &seen[j], sizeof(dm_trace_id));
  }
}

/* A UTF-8 topic, a client ID with everything in it: they arrive as they were given. */
static void test_texts_arrive_unchanged(void **state) {
  host *h = *state;
  static const char id[] = "a/b c%2F+#*\xC3\xBC", topic[] = "k\xC3\xBC"
                                                            "che/*?/ x";
  host_connect(h, id);
  host_call *call = host_unconfirmed(h, id);
  call->message.topic = SPAN(topic);
  assert_int_equal(host_send(call), DM_SENT);
  assert_string_equal(h->delivered.client_id, id);
  assert_string_equal(h->delivered.topic, topic);
}

/* ---- Memory ------------------------------------------------------------- */

static void send_some(host *h, host_call *const calls[], size_t count) {
  for (size_t i = 0; i < count; i++)
    host_send_pending(calls[i]);
  assert_int_equal(host_puback_of(calls[0], 0), DM_OK);
  host_wait(h, 5 * DM_SECOND); /* the others are late */
  for (size_t i = 1; i < count; i++)
    assert_int_equal(host_puback_of(calls[i], 0), DM_OK);
  for (size_t i = 0; i < count; i++)
    calls[i]->completions = 0;
}

static void test_nothing_is_allocated_once_it_is_warm(void **state) {
  host *h = *state;
  enum {
    MANY = 1500
  };
  static host_call *calls[MANY];
  h->limits.max_unacknowledged = h->limits.publishes_per_second = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  for (size_t i = 0; i < MANY; i++)
    calls[i] = host_confirmed(h, "boiler");
  send_some(h, calls, MANY);
  size_t blocks = h->memory.blocks;
  h->memory.allowed = 0;
  for (size_t count = MANY; count > 0; count /= 2)
    send_some(h, calls, count);
  host_call *unconfirmed = host_unconfirmed(h, "boiler");
  host_call *nobody = host_unconfirmed(h, "nobody");
  assert_int_equal(host_send(unconfirmed), DM_SENT);
  assert_int_equal(host_send(nobody), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(h->memory.blocks, blocks);
}

static void test_an_unconfirmed_message_never_allocates(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  h->memory.allowed = 0;
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
}

/* ---- dm_refuse() -------------------------------------------------------- */

static void test_a_front_end_refuses(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  int result = dm_refuse(h->context, &call->message, DM_INVALID_TIMEOUT_PARAMETER, "Not a number.",
                         h->now, &call->sent);
  assert_int_equal(result, DM_INVALID_TIMEOUT_PARAMETER);
  assert_sent(call, DM_INVALID_TIMEOUT_PARAMETER, DM_DELIVERED_NO);
  assert_string_equal(call->sent.text, "Not a number.");
  assert_string_equal(h->order, "E");
  assert_string_equal(h->told.event.text, "Not a number.");
  assert_string_equal(h->told.client_id, "boiler");
  assert_int_equal(h->told.event.connection, 0);
  assert_memory_equal(&h->told.event.trace_id, &call->sent.trace_id, sizeof(dm_trace_id));
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_INVALID_TIMEOUT_PARAMETER), 1);
}

static void test_a_refusal_has_the_outcomes_text_by_default(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  for (int outcome = DM_OUTCOME_FIRST; outcome >= DM_OUTCOME_LAST; outcome--) {
    assert_int_equal(dm_refuse(h->context, &call->message, outcome, NULL, h->now, &call->sent),
                     outcome);
    assert_string_equal(call->sent.text,
                        outcome == DM_INVALID_TIMEOUT_PARAMETER
                            ? "The timeout must be a whole number of seconds from 1 to 15."
                            : dm_strerror(outcome));
    assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, outcome), 1);
  }
}

static void test_only_failures_are_refusals(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  static const int others[] = {DM_OK,
                               DM_PENDING,
                               DM_SENT,
                               DM_CONFIRMED,
                               DM_ERROR_NO_MEMORY,
                               DM_OUTCOME_FIRST + 1,
                               DM_OUTCOME_LAST - 1};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(dm_refuse(h->context, &call->message, others[i], NULL, h->now, &call->sent),
                     DM_ERROR_INVALID_ARGUMENT);
  assert_string_equal(h->order, "");
}

/* A timeout that could not be read is unknown: the default would be a lie. */
static void test_a_refused_timeout_is_not_told_as_another(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  call->message.timeout = 0;
  dm_refuse(h->context, &call->message, DM_INVALID_TIMEOUT_PARAMETER, NULL, h->now, NULL);
  assert_int_equal(h->told.event.timeout, 0);
  dm_refuse(h->context, &call->message, DM_INVALID_TOPIC, NULL, h->now, NULL);
  assert_int_equal(h->told.event.timeout, 5 * DM_SECOND);
}

/* What is refused may be of any size and hold anything. */
static void test_a_refused_message_may_be_malformed(void **state) {
  host *h = *state;
  host_call *call = host_confirmed(h, "boiler");
  call->message.client_id = call->message.topic = call->caller.principal =
      call->caller.invocation_id = dm_bytes(letters, sizeof letters);
  call->message.mode = 77;
  call->message.payload_format = -1;
  assert_int_equal(
      dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, h->now, &call->sent),
      DM_INVALID_REQUEST);
  assert_int_equal(h->events, 1);
}

int main(void) {
  memset(letters, 'x', sizeof letters);
  const struct CMUnitTest tests[] = {
      host_test(test_no_pointer_may_be_missing),
      host_test(test_a_result_is_not_needed),
      host_test(test_the_host_says_why),
      host_test(test_a_payload_of_exactly_the_maximum),
      host_test(test_a_payload_may_be_unlimited),
      host_test(test_a_message_that_no_packet_can_hold),
      host_test(test_a_packet_of_exactly_the_maximum),
      host_test(test_properties_count_for_mqtt_5_only),
      host_test(test_the_accounts_rate),
      host_test(test_the_accounts_rate_may_be_unlimited),
      host_test(test_the_window_is_the_lesser_of_the_two_limits),
      host_test(test_a_lifted_window_is_still_the_receive_maximum),
      host_test(test_an_acknowledgement_makes_room),
      host_test(test_late_messages_fill_the_window),
      host_test(test_a_rejection_makes_room),
      host_test(test_unconfirmed_messages_need_no_window),
      host_test(test_no_more_than_max_waiting),
      host_test(test_the_timeout_is_the_messages_or_the_default),
      host_test(test_the_longest_timeout),
      host_test(test_the_range_of_timeouts_is_told),
      host_test(test_an_event_tells_the_whole_call),
      host_test(test_an_event_of_a_refusal),
      host_test(test_a_pending_result),
      host_test(test_each_call_has_a_trace_id_of_its_own),
      host_test(test_texts_arrive_unchanged),
      host_test(test_nothing_is_allocated_once_it_is_warm),
      host_test(test_an_unconfirmed_message_never_allocates),
      host_test(test_a_front_end_refuses),
      host_test(test_a_refused_timeout_is_not_told_as_another),
      host_test(test_a_refusal_has_the_outcomes_text_by_default),
      host_test(test_only_failures_are_refusals),
      host_test(test_a_refused_message_may_be_malformed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
