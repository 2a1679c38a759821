/* Tests of connections that come, go and take each other over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "base/span.h"

static int connect_as(host *h, const dm_connection *given) {
  dm_connection_id id = 0;
  int result = dm_connected(h->context, given, h->now, &id);
  assert_int_equal(id != 0, result == DM_OK);
  return result;
}

/* ---- Connecting --------------------------------------------------------- */

static void test_no_pointer_may_be_missing(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  dm_connection_id id;
  assert_int_equal(dm_connected(NULL, &given, 0, &id), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_connected(h->context, NULL, 0, &id), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_connected(h->context, &given, 0, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_disconnected(NULL, 1, DM_DISCONNECT_CONNECTION_LOST, 0),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_count_publish(NULL, 1, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_unacknowledged(NULL, 1), 0);
}

static void test_client_ids_that_no_message_can_name(void **state) {
  host *h = *state;
  char letters[129];
  memset(letters, 'x', sizeof letters);
  dm_connection given = host_connection(h, "boiler");
  given.client_id = dm_bytes(letters, 128);
  assert_int_equal(connect_as(h, &given), DM_OK);
  given.client_id = dm_bytes(letters, 129);
  assert_int_equal(connect_as(h, &given), DM_MALFORMED_CLIENTID);
  given.client_id = SPAN("");
  assert_int_equal(connect_as(h, &given), DM_MALFORMED_CLIENTID);
  given.client_id = SPAN("$sys");
  assert_int_equal(connect_as(h, &given), DM_MALFORMED_CLIENTID);
  given.client_id = SPAN("a\0b");
  assert_int_equal(connect_as(h, &given), DM_MALFORMED_CLIENTID);
  given.client_id = SPAN("\xFF");
  assert_int_equal(connect_as(h, &given), DM_MALFORMED_CLIENTID);
  given.client_id = (dm_span){NULL, 6};
  assert_int_equal(connect_as(h, &given), DM_ERROR_INVALID_ARGUMENT);
}

static void test_spans_of_a_connection(void **state) {
  host *h = *state;
  static const size_t limits[] = {256, 45, 45};
  char letters[257];
  memset(letters, 'x', sizeof letters);
  for (size_t i = 0; i < 3; i++) {
    dm_connection given = host_connection(h, "boiler");
    dm_span *const fields[] = {&given.principal, &given.source_ip, &given.target_ip};
    *fields[i] = (dm_span){NULL, 0};
    assert_int_equal(connect_as(h, &given), DM_OK);
    *fields[i] = (dm_span){NULL, 1};
    assert_int_equal(connect_as(h, &given), DM_ERROR_INVALID_ARGUMENT);
    *fields[i] = dm_bytes(letters, limits[i]);
    assert_int_equal(connect_as(h, &given), DM_OK);
    *fields[i] = dm_bytes(letters, limits[i] + 1);
    assert_int_equal(connect_as(h, &given), DM_ERROR_INVALID_ARGUMENT);
  }
}

static void test_numbers_of_a_connection(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  for (unsigned level = 0; level <= 255; level++) {
    given.protocol_level = (uint8_t)level;
    assert_int_equal(connect_as(h, &given),
                     level >= 3 && level <= 5 ? DM_OK : DM_ERROR_INVALID_ARGUMENT);
  }
  given = host_connection(h, "boiler");
  given.receive_maximum = 65535;
  assert_int_equal(connect_as(h, &given), DM_OK);
  given.receive_maximum = 65536;
  assert_int_equal(connect_as(h, &given), DM_ERROR_INVALID_ARGUMENT);
  given = host_connection(h, "boiler");
  given.persistent = 1;
  assert_int_equal(connect_as(h, &given), DM_OK);
  given.persistent = 2;
  assert_int_equal(connect_as(h, &given), DM_ERROR_INVALID_ARGUMENT);
}

static void test_a_refused_connection_changes_nothing(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  dm_connection given = host_connection(h, "boiler");
  dm_connection_id id = 77;
  given.protocol_level = 6;
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(id, 77);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_OK);
}

/* ---- How many ----------------------------------------------------------- */

static void test_no_more_than_max_connections(void **state) {
  host *h = *state;
  h->limits.max_connections = 2;
  host_reopen(h);
  dm_connection_id boiler = host_connect(h, "boiler");
  host_connect(h, "pump");
  dm_connection given = host_connection(h, "valve");
  assert_int_equal(connect_as(h, &given), DM_ERROR_LIMIT);
  assert_int_equal(host_send(host_unconfirmed(h, "valve")), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
  assert_int_equal(connect_as(h, &given), DM_OK);
}

static void test_a_takeover_needs_no_room(void **state) {
  host *h = *state;
  h->limits.max_connections = 1;
  host_reopen(h);
  dm_connection_id first = host_connect(h, "boiler");
  dm_connection_id second = host_connect(h, "boiler");
  assert_int_not_equal(first, second);
  assert_int_equal(host_statistics(h).connections, 1);
}

/* ---- Disconnecting ------------------------------------------------------ */

static void test_the_end_of_a_connection_answers_who_waits(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  host_connect(h, "pump");
  host_call *first = host_confirmed(h, "boiler");
  host_call *other = host_confirmed(h, "pump");
  host_call *second = host_confirmed(h, "boiler");
  host_send_pending(first);
  host_send_pending(other);
  host_send_pending(second);
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
  assert_completed(first, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_completed(second, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_int_equal(other->completions, 0);
  assert_int_equal(dm_unacknowledged(h->context, boiler), 0);
  assert_int_equal(host_statistics(h).waiting, 1);
}

static void test_the_event_names_the_connection_that_ended(void **state) {
  host *h = *state;
  for (int takeover = 0; takeover < 2; takeover++) {
    dm_connection_id boiler = host_connect(h, "boiler");
    host_send_pending(host_confirmed(h, "boiler"));
    if (takeover)
      host_connect(h, "boiler");
    else
      dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now);
    assert_int_equal(h->told.event.outcome, DM_RECEIVER_DISCONNECTED);
    assert_int_equal(h->told.event.connection, boiler);
    assert_string_equal(h->told.client_id, "boiler");
  }
}

static void test_a_connection_ends_once(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_unacknowledged(h->context, boiler), 0);
  assert_int_equal(dm_disconnected(h->context, 0, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_disconnected(h->context, UINT64_MAX, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_TARGET_CLIENT_ID_NOT_FOUND);
}

static void test_late_messages_end_with_their_connection(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  host_wait(h, 5 * DM_SECOND);
  assert_int_equal(host_statistics(h).late, 1);
  dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now);
  assert_int_equal(host_statistics(h).late, 0);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(h->events, 1);
  assert_int_equal(host_puback(h, 0), DM_ERROR_STALE_HANDLE);
}

/* ---- Takeover ----------------------------------------------------------- */

static void test_a_takeover_answers_who_waits_for_the_old_one(void **state) {
  host *h = *state;
  dm_connection_id old = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  dm_connection_id fresh = host_connect(h, "boiler");
  assert_completed(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_int_not_equal(old, fresh);
  assert_int_equal(dm_unacknowledged(h->context, fresh), 0);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  assert_int_equal(h->delivered.connection, fresh);
}

static void test_the_end_of_the_old_connection_afterwards_is_harmless(void **state) {
  host *h = *state;
  dm_connection_id old = host_connect(h, "boiler");
  dm_connection_id fresh = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  assert_int_equal(dm_disconnected(h->context, old, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(call->completions, 0);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(dm_disconnected(h->context, fresh, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
}

static dm_connection_id set_inside;

static void send_inside(host *h) {
  h->other = host_unconfirmed(h, "boiler");
  h->hook_result = host_send(h->other);
  assert_int_not_equal(set_inside, 0);
  assert_int_equal(h->delivered.connection, set_inside);
}

/* deliver() may be called for the new connection before dm_connected() has returned. */
static void test_the_handle_is_known_before_anybody_is_called(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_send_pending(host_confirmed(h, "boiler"));
  h->in_complete = send_inside;
  dm_connection given = host_connection(h, "boiler");
  set_inside = 0;
  assert_int_equal(dm_connected(h->context, &given, h->now, &set_inside), DM_OK);
  assert_int_equal(h->hook_result, DM_SENT);
}

static void test_a_takeover_starts_afresh(void **state) {
  host *h = *state;
  h->limits.publishes_per_second = 1;
  h->limits.max_unacknowledged = 1;
  host_reopen(h);
  dm_connection_id old = host_connect(h, "boiler");
  host_send_pending(host_confirmed(h, "boiler"));
  assert_int_equal(dm_count_publish(h->context, old, h->now), DM_RECEIVE_SESSION_THROTTLED);
  host_connect(h, "boiler");
  host_send_pending(host_confirmed(h, "boiler"));
}

/* ---- Rate --------------------------------------------------------------- */

static void test_publishes_are_counted_per_connection(void **state) {
  host *h = *state;
  h->limits.publishes_per_second = 10;
  host_reopen(h);
  dm_connection_id boiler = host_connect(h, "boiler");
  dm_connection_id pump = host_connect(h, "pump");
  for (int i = 0; i < 10; i++)
    assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_OK);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_RECEIVE_SESSION_THROTTLED);
  assert_int_equal(dm_count_publish(h->context, pump, h->now), DM_OK);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now + 100 * DM_MILLISECOND - 1),
                   DM_RECEIVE_SESSION_THROTTLED);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now + 100 * DM_MILLISECOND), DM_OK);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now + 100 * DM_MILLISECOND),
                   DM_RECEIVE_SESSION_THROTTLED);
}

static void test_direct_messages_and_others_share_one_rate(void **state) {
  host *h = *state;
  h->limits.publishes_per_second = 2;
  host_reopen(h);
  dm_connection_id boiler = host_connect(h, "boiler");
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_OK);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_RECEIVE_SESSION_THROTTLED);
  assert_int_equal(call->sent.retry_after, 500 * DM_MILLISECOND);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_RECEIVE_SESSION_THROTTLED);
  h->now += 500 * DM_MILLISECOND - 1;
  assert_int_equal(host_send(call), DM_RECEIVE_SESSION_THROTTLED);
  assert_int_equal(call->sent.retry_after, 1);
  h->now += 1;
  host_send_pending(call);
}

static void test_a_rate_may_be_unlimited(void **state) {
  host *h = *state;
  h->limits.publishes_per_second = DM_UNLIMITED;
  host_reopen(h);
  dm_connection_id boiler = host_connect(h, "boiler");
  for (int i = 0; i < 10000; i++)
    assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_OK);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_no_pointer_may_be_missing),
      host_test(test_client_ids_that_no_message_can_name),
      host_test(test_spans_of_a_connection),
      host_test(test_numbers_of_a_connection),
      host_test(test_a_refused_connection_changes_nothing),
      host_test(test_no_more_than_max_connections),
      host_test(test_a_takeover_needs_no_room),
      host_test(test_the_end_of_a_connection_answers_who_waits),
      host_test(test_the_event_names_the_connection_that_ended),
      host_test(test_a_connection_ends_once),
      host_test(test_late_messages_end_with_their_connection),
      host_test(test_a_takeover_answers_who_waits_for_the_old_one),
      host_test(test_the_end_of_the_old_connection_afterwards_is_harmless),
      host_test(test_the_handle_is_known_before_anybody_is_called),
      host_test(test_a_takeover_starts_afresh),
      host_test(test_publishes_are_counted_per_connection),
      host_test(test_direct_messages_and_others_share_one_rate),
      host_test(test_a_rate_may_be_unlimited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
