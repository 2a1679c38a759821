/* The traps that others fell into, from the contract: one test for each, and those that
 * only a packet identifier can show, with a host that chooses them as a broker does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "base/span.h"

/* 1. Test the live connection, not the session. */
static void test_trap_1_an_offline_session_is_not_a_connection(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  dm_connection_id boiler;
  given.persistent = 1;
  given.session_expiry = UINT32_MAX;
  assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);
  dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now);
  h->has_session = 1;
  for (int mode = DM_MODE_SENT; mode <= DM_MODE_ACKNOWLEDGED; mode++) {
    host_call *call = host_unconfirmed(h, "boiler");
    call->message.mode = mode;
    assert_int_equal(host_send(call), DM_TARGET_CLIENT_NOT_CONNECTED);
    assert_sent(call, DM_TARGET_CLIENT_NOT_CONNECTED, DM_DELIVERED_NO);
    assert_int_equal(dm_outcome_of(call->sent.outcome)->http_status, 404);
  }
  host_connect(h, "boiler");
  assert_int_equal(h->deliveries, 0); /* nothing was queued */
}

/* 2. The receiver's policy is checked on this path too. */
static void test_trap_2_the_receivers_policy_counts(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_policy(h, "thing",
              "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"iot:Subscribe\","
              "\"Resource\": \"*\"}}");
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_int_equal(h->deliveries, 0);
}

static void acknowledge(host *h) {
  h->hook_result = host_puback(h, 0);
}

/* 3. Register the wait before the bytes are handed over. */
static void test_trap_3_the_puback_comes_inside_the_hand_over(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  h->in_deliver = acknowledge;
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_CONFIRMED);
  assert_int_equal(h->hook_result, DM_OK);
  assert_int_equal(call->completions, 0);
}

/* 4. Match an acknowledgement by connection, never by packet identifier alone. A host
 * stores the message id beside the packet identifier; here it forgets to clear its table
 * when the device comes back. */
static void test_trap_4_the_same_packet_id_after_a_reconnect(void **state) {
  host *h = *state;
  for (int takeover = 0; takeover < 2; takeover++) {
    dm_connection_id before = host_connect(h, "boiler");
    host_call *lost = host_confirmed(h, "boiler");
    host_send_pending(lost);
    dm_message_id packet_1 = h->delivered.message_id;
    if (!takeover)
      dm_disconnected(h->context, before, DM_DISCONNECT_CONNECTION_LOST, h->now);
    dm_connection_id after = host_connect(h, "boiler");
    assert_completed(lost, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);

    host_call *fresh = host_confirmed(h, "boiler");
    host_send_pending(fresh);
    assert_int_equal(dm_puback(h->context, after, packet_1, 0, h->now), DM_ERROR_STALE_HANDLE);
    assert_int_equal(dm_puback(h->context, before, packet_1, 0, h->now), DM_ERROR_STALE_HANDLE);
    assert_int_equal(dm_puback(h->context, before, h->delivered.message_id, 0, h->now),
                     DM_ERROR_STALE_HANDLE);
    assert_int_equal(fresh->completions, 0);
    assert_int_equal(h->late_events, 0);
    assert_int_equal(host_puback(h, 0), DM_OK);
    assert_completed(fresh, DM_CONFIRMED, DM_DELIVERED_YES);
  }
}

/* 5. After a timeout the packet identifier stays taken. */
static void test_trap_5_a_late_puback_confirms_no_newer_message(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  dm_connection_id boiler;
  given.receive_maximum = 1;
  assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);
  host_call *slow = host_confirmed(h, "boiler");
  host_send_pending(slow);
  host_wait(h, 5 * DM_SECOND);
  assert_completed(slow, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(dm_unacknowledged(h->context, boiler), 1);
  host_call *next = host_confirmed(h, "boiler");
  assert_int_equal(host_send(next), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);

  assert_int_equal(host_puback(h, 0), DM_OK); /* recorded as late */
  assert_int_equal(h->late_events, 1);
  assert_int_equal(h->told.event.ack_latency, 5 * DM_SECOND);
  assert_int_equal(slow->completions, 1);
  host_send_pending(next);
  assert_int_equal(next->completions, 0);
}

static void test_trap_5_a_late_puback_after_a_reconnect_is_nobodys(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *slow = host_confirmed(h, "boiler");
  host_send_pending(slow);
  dm_message_id packet_1 = h->delivered.message_id;
  host_wait(h, 5 * DM_SECOND);
  dm_connection_id after = host_connect(h, "boiler");
  assert_int_equal(dm_puback(h->context, after, packet_1, 0, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(h->late_events, 0);
  assert_int_equal(host_statistics(h).late, 0);
}

/* 6. A disconnect during the wait is answered at once. */
static void test_trap_6_a_disconnect_is_answered_at_once(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now);
  assert_completed(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  host_wait(h, 60 * DM_SECOND);
  assert_int_equal(call->completions, 1);
}

/* 7. A PUBACK with a reason code of 0x80 or more is not a success. */
static void test_trap_7_a_refusing_puback_is_no_success(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  assert_int_equal(host_puback(h, 0x80), DM_OK);
  assert_completed(call, DM_RECEIVER_REJECTED, DM_DELIVERED_YES);
  assert_int_equal(call->completed.puback_reason, 0x80);
  assert_int_equal(dm_outcome_of(call->completed.outcome)->http_status, 409);
}

/* 8. QoS 1 must never silently become QoS 0. */
static void test_trap_8_a_confirmed_message_is_always_qos_1(void **state) {
  host *h = *state;
  for (uint8_t level = 3; level <= 5; level++) {
    dm_connection given = host_connection(h, "boiler");
    dm_connection_id boiler;
    given.protocol_level = level;
    assert_int_equal(dm_connected(h->context, &given, h->now, &boiler), DM_OK);
    host_send_pending(host_confirmed(h, "boiler"));
    assert_int_equal(h->delivered.qos, 1);
    assert_int_not_equal(h->delivered.message_id, 0);
    assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
    assert_int_equal(h->delivered.qos, 0);
  }
}

/* 9. In-flight window full: refuse now. */
static void test_trap_9_a_full_window_is_refused_now(void **state) {
  host *h = *state;
  h->limits.max_unacknowledged = 2;
  host_reopen(h);
  host_connect(h, "boiler");
  host_send_pending(host_confirmed(h, "boiler"));
  host_send_pending(host_confirmed(h, "boiler"));
  host_forget(h);
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);
  assert_sent(call, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, DM_DELIVERED_NO);
  assert_int_equal(dm_outcome_of(call->sent.outcome)->http_status, 429);
  assert_int_not_equal(call->sent.retry_after, 0);
  assert_int_equal(h->deliveries, 0);
  assert_int_equal(host_statistics(h).waiting, 2); /* no clock runs for it */
}

/* 10. Client IDs with '/', spaces, UTF-8; of 128 and 129 bytes. */
static void test_trap_10_unusual_client_ids(void **state) {
  host *h = *state;
  char longest[130] = {0};
  memset(longest, 'x', 128);
  const char *const ids[] = {"a/subscriptions",
                             "a b",
                             "k\xC3\xBC"
                             "che",
                             "a%2Fb",
                             "+",
                             "#",
                             longest};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    host_connect(h, ids[i]);
    assert_int_equal(host_send(host_unconfirmed(h, ids[i])), DM_SENT);
    assert_string_equal(h->delivered.client_id, ids[i]);
  }
  longest[128] = 'x';
  assert_int_equal(host_send(host_unconfirmed(h, longest)), DM_MALFORMED_CLIENTID);
}

/* 11. Each request gets exactly one answer, whatever happens. test_reentry.c has every
 * combination inside callbacks, test_out_of_memory.c every failing allocation. */
static void test_trap_11_one_answer_whatever_happens_next(void **state) {
  host *h = *state;
  enum {
    ACK,
    REJECT,
    TIMEOUT,
    DISCONNECT,
    TAKEOVER,
    CANCEL,
    STOP,
    ENDS
  };
  static const int outcomes[ENDS] = {DM_CONFIRMED,
                                     DM_RECEIVER_REJECTED,
                                     DM_DELIVERY_CONFIRMATION_TIMEOUT,
                                     DM_RECEIVER_DISCONNECTED,
                                     DM_RECEIVER_DISCONNECTED,
                                     DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT,
                                     DM_SHUTTING_DOWN};
  for (unsigned first = 0; first < ENDS; first++) {
    dm_connection_id boiler = host_connect(h, "boiler");
    host_call *call = host_confirmed(h, "boiler");
    host_send_pending(call);
    for (unsigned end = first; end < first + ENDS; end++) {
      switch (end % ENDS) {
      case ACK:
        dm_puback(h->context, boiler, call->sent.message_id, 0, h->now);
        break;
      case REJECT:
        dm_puback(h->context, boiler, call->sent.message_id, 0x80, h->now);
        break;
      case TIMEOUT:
        host_wait(h, 5 * DM_SECOND);
        break;
      case DISCONNECT:
        dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now);
        break;
      case TAKEOVER:
        host_connect(h, "boiler");
        break;
      case CANCEL:
        dm_cancel(h->context, call->sent.message_id, h->now);
        break;
      default:
        dm_stop(h->context, h->now);
      }
      assert_int_equal(call->completions, 1);
      assert_int_equal(call->completed.outcome, outcomes[first]);
    }
    host_reopen(h); /* it was stopped; dm_free() answers nobody again */
    assert_int_equal(call->completions, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_trap_1_an_offline_session_is_not_a_connection),
      host_test(test_trap_2_the_receivers_policy_counts),
      host_test(test_trap_3_the_puback_comes_inside_the_hand_over),
      host_test(test_trap_4_the_same_packet_id_after_a_reconnect),
      host_test(test_trap_5_a_late_puback_confirms_no_newer_message),
      host_test(test_trap_5_a_late_puback_after_a_reconnect_is_nobodys),
      host_test(test_trap_6_a_disconnect_is_answered_at_once),
      host_test(test_trap_7_a_refusing_puback_is_no_success),
      host_test(test_trap_8_a_confirmed_message_is_always_qos_1),
      host_test(test_trap_9_a_full_window_is_refused_now),
      host_test(test_trap_10_unusual_client_ids),
      host_test(test_trap_11_one_answer_whatever_happens_next),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
