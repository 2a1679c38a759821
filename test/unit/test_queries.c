/* Tests of the queries: what they answer.
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

static void assert_text(dm_span got, const char *expected) {
  if (expected == NULL) {
    assert_null(got.ptr);
    assert_int_equal(got.len, 0);
    return;
  }
  assert_int_equal(got.len, strlen(expected));
  assert_memory_equal(got.ptr, expected, got.len);
}

static dm_connection described_connection(host *h) {
  dm_connection given = host_connection(h, "boiler");
  given.persistent = 1;
  given.keep_alive = 60;
  given.session_expiry = 3600;
  given.thing_name = dm_text("Boiler of hall 7");
  given.source_ip = dm_text("192.0.2.7");
  given.source_port = 49152;
  given.target_ip = dm_text("2001:db8::1");
  given.target_port = 8883;
  return given;
}

static dm_connection_id connect_described(host *h) {
  dm_connection given = described_connection(h);
  dm_connection_id id = 0;
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
  return id;
}

static void assert_described(const dm_connection_information *known, bool sockets) {
  assert_text(known->client_id, "boiler");
  assert_text(known->thing_name, "Boiler of hall 7");
  assert_int_equal(known->clean_session, 0);
  assert_int_equal(known->keep_alive, 60);
  assert_int_equal(known->session_expiry, 3600);
  assert_text(known->source_ip, sockets ? "192.0.2.7" : NULL);
  assert_text(known->target_ip, sockets ? "2001:db8::1" : NULL);
  assert_int_equal(known->source_port, sockets ? 49152 : 0);
  assert_int_equal(known->target_port, sockets ? 8883 : 0);
}

/* ---- GetConnection ------------------------------------------------------ */

static void test_a_connected_client(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id id = connect_described(h);
  h->now += 1234;
  for (int sockets = 0; sockets < 2; sockets++) {
    assert_int_equal(host_get(h, "boiler", sockets, &known), DM_OK);
    assert_described(&known, sockets != 0);
    assert_int_equal(known.connected, 1);
    assert_int_equal(known.connected_for, 1234);
    assert_true(known.disconnected_for == DM_NEVER);
    assert_int_equal(h->told.event.connection, id);
  }
  assert_string_equal(h->order, "PEPE");
}

static void test_what_the_host_did_not_tell_is_absent(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 1, &known), DM_OK);
  assert_int_equal(known.clean_session, 1);
  assert_text(known.thing_name, NULL);
  assert_text(known.source_ip, NULL);
  assert_text(known.target_ip, NULL);
}

static void test_the_longest_texts(void **state) {
  host *h = *state;
  char id[DM_CLIENT_ID_MAX + 1], thing[THING_NAME_MAX + 1], ip[IP_MAX + 1];
  memset(id, 'i', sizeof id);
  memset(thing, 't', sizeof thing);
  memset(ip, 'a', sizeof ip);
  id[DM_CLIENT_ID_MAX] = thing[THING_NAME_MAX] = ip[IP_MAX] = '\0';
  dm_connection given = host_connection(h, id);
  given.thing_name = dm_text(thing);
  given.source_ip = given.target_ip = dm_text(ip);
  dm_connection_id handle = 0;
  dm_connection_information known;
  assert_int_equal(dm_connected(h->context, &given, h->now, &handle), DM_OK);
  for (int gone = 0; gone < 2; gone++) {
    assert_int_equal(host_get(h, id, 1, &known), DM_OK);
    assert_text(known.client_id, id);
    assert_text(known.thing_name, thing);
    assert_text(known.source_ip, ip);
    assert_text(known.target_ip, ip);
    dm_disconnected(h->context, handle, DM_DISCONNECT_CONNECTION_LOST, h->now);
  }
  given.thing_name.len++;
  assert_int_equal(dm_connected(h->context, &given, h->now, &handle), DM_ERROR_INVALID_ARGUMENT);
}

static void test_a_client_that_is_gone(void **state) {
  host *h = *state;
  dm_connection_information known;
  for (int reason = 0; reason <= DM_DISCONNECT_LAST; reason++) {
    dm_connection_id id = connect_described(h);
    h->now += 10;
    assert_int_equal(dm_disconnected(h->context, id, reason, h->now), DM_OK);
    h->now += 5678;
    for (int sockets = 0; sockets < 2; sockets++) {
      assert_int_equal(host_get(h, "boiler", sockets, &known), DM_OK);
      assert_described(&known, sockets != 0);
      assert_int_equal(known.connected, 0);
      assert_true(known.connected_for == DM_NEVER);
      assert_int_equal(known.disconnected_for, 5678);
      assert_int_equal(known.disconnect_reason, reason);
      assert_int_equal(h->told.event.connection, 0);
    }
  }
  assert_int_equal(h->sessions, 0);
}

static void test_a_client_is_remembered_for_half_an_hour(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id id = host_connect(h, "boiler");
  dm_disconnected(h->context, id, DM_DISCONNECT_CLIENT_INITIATED, h->now);
  h->now += 30 * 60 * DM_SECOND - 1;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  h->now += 1;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_TARGET_CLIENT_ID_NOT_FOUND);
}

static void test_only_a_session_is_known(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->has_session = 1;
  assert_int_equal(host_get(h, "boiler", 1, &known), DM_OK);
  assert_text(known.client_id, "boiler");
  assert_int_equal(known.connected, 0);
  assert_int_equal(known.clean_session, 0);
  assert_true(known.connected_for == DM_NEVER && known.disconnected_for == DM_NEVER);
  assert_text(known.thing_name, NULL);
  assert_text(known.source_ip, NULL);
  assert_string_equal(h->session_client_id, "boiler");
}

static void test_an_unknown_client(void **state) {
  host *h = *state;
  dm_connection_information known;
  host_page page = {0};
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->order, "PSEPSEPSE");
}

/* Nobody can subscribe, and nothing can be ended, for a client that is only remembered. */
static void test_a_remembered_client_is_for_get_only(void **state) {
  host *h = *state;
  host_page page = {0};
  dm_connection_information known;
  dm_connection_id id = host_connect(h, "boiler");
  dm_disconnected(h->context, id, DM_DISCONNECT_CONNECTION_LOST, h->now);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_TARGET_CLIENT_ID_NOT_FOUND);
}

static void test_coming_back_replaces_the_memory(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id id = host_connect(h, "boiler");
  dm_disconnected(h->context, id, DM_DISCONNECT_CLIENT_ERROR, h->now);
  id = host_connect(h, "boiler");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 1);
  dm_disconnected(h->context, id, DM_DISCONNECT_AUTH_ERROR, h->now);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.disconnect_reason, DM_DISCONNECT_AUTH_ERROR);
}

/* A connection that was taken over has not left its client disconnected. */
static void test_a_takeover_leaves_nothing_to_remember(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id old = host_connect(h, "boiler"), fresh = host_connect(h, "boiler");
  assert_int_equal(dm_disconnected(h->context, old, DM_DISCONNECT_DUPLICATE_CLIENTID, h->now),
                   DM_ERROR_STALE_HANDLE);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 1);
  dm_disconnected(h->context, fresh, DM_DISCONNECT_CLIENT_INITIATED, h->now);
  dm_disconnected(h->context, old, DM_DISCONNECT_DUPLICATE_CLIENTID, h->now);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.disconnect_reason, DM_DISCONNECT_CLIENT_INITIATED);
}

static void test_a_reason_that_is_none_changes_nothing(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection_id id = host_connect(h, "boiler");
  int bad[] = {-1, DM_DISCONNECT_LAST + 1, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < 4; i++) {
    assert_null(dm_disconnect_reason_text(bad[i]));
    assert_int_equal(dm_disconnected(h->context, id, bad[i], h->now), DM_ERROR_INVALID_ARGUMENT);
  }
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 1);
}

static void test_the_words_for_what_ended_a_connection(void **state) {
  (void)state;
  static const char *const words[] = {"CONNECTION_LOST",
                                      "AUTH_ERROR",
                                      "CLIENT_INITIATED_DISCONNECT",
                                      "CLIENT_ERROR",
                                      "DUPLICATE_CLIENTID",
                                      "FORBIDDEN_ACCESS",
                                      "MQTT_KEEP_ALIVE_TIMEOUT",
                                      "SERVER_ERROR",
                                      "SERVER_INITIATED_DISCONNECT",
                                      "API_INITIATED_DISCONNECT",
                                      "THROTTLED",
                                      "WEBSOCKET_TTL_EXPIRATION",
                                      "CUSTOMAUTH_TTL_EXPIRATION"};
  assert_int_equal(DM_DISCONNECT_LAST + 1, sizeof words / sizeof *words);
  for (int reason = 0; reason <= DM_DISCONNECT_LAST; reason++)
    assert_string_equal(dm_disconnect_reason_text(reason), words[reason]);
}

/* ---- ListSubscriptions -------------------------------------------------- */

static const char *const filters[] = {"c/+", "a", "b/#", "$share/x", "a/b", "z", "#"};

static void test_a_page_in_order(void **state) {
  host *h = *state;
  host_page page = {0};
  dm_connection_id id = host_connect(h, "boiler");
  h->filters = filters;
  h->filter_count = 7;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
  static const char *const sorted[] = {"#", "$share/x", "a", "a/b", "b/#", "c/+", "z"};
  static const int qos[] = {0, 1, 1, 0, 0, 0, 1};
  assert_int_equal(page.count, 7);
  for (size_t i = 0; i < 7; i++) {
    assert_string_equal(page.filters[i], sorted[i]);
    assert_int_equal(page.qos[i], qos[i]);
  }
  assert_true(page.last);
  assert_int_equal(page.calls, 1);
  assert_string_equal(h->order, "PLGE");
  assert_string_equal(h->target.client_id, "boiler");
  assert_int_equal(h->target.connection, id);
  assert_ptr_equal(h->target.connection_user, h);
}

static void test_an_empty_page(void **state) {
  host *h = *state;
  host_page page = {0};
  host_connect(h, "boiler");
  assert_int_equal(host_list(h, "boiler", 1, NULL, &page), DM_OK);
  assert_int_equal(page.calls, 1);
  assert_int_equal(page.count, 0);
  assert_true(page.last);
}

static void test_the_subscriptions_of_an_offline_session(void **state) {
  host *h = *state;
  host_page page = {0};
  h->has_session = 1;
  h->filters = filters;
  h->filter_count = 1;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
  assert_string_equal(page.filters[0], "c/+");
  assert_int_equal(h->target.connection, 0);
  assert_null(h->target.connection_user);
}

static void test_twenty_by_default_and_two_hundred_at_most(void **state) {
  host *h = *state;
  char text[300][8];
  const char *many[300];
  for (int i = 0; i < 300; i++) {
    text[i][0] = 't';
    text[i][1] = (char)('0' + i / 100);
    text[i][2] = (char)('0' + i / 10 % 10);
    text[i][3] = (char)('0' + i % 10);
    text[i][4] = '\0';
    many[299 - i] = text[i];
  }
  host_page page = {0};
  host_connect(h, "boiler");
  h->filters = many;
  h->filter_count = 300;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
  assert_int_equal(page.count, 20);
  assert_string_equal(page.filters[19], "t019");
  assert_false(page.last);
  assert_int_equal(host_list(h, "boiler", 200, page.next_token, &page), DM_OK);
  assert_int_equal(page.count, 200);
  assert_string_equal(page.filters[0], "t020");
  assert_string_equal(page.filters[199], "t219");
  assert_int_equal(host_list(h, "boiler", 80, page.next_token, &page), DM_OK);
  assert_int_equal(page.count, 80);
  assert_string_equal(page.filters[79], "t299");
  assert_true(page.last);
  host_forget(h);
  assert_int_equal(host_list(h, "boiler", 201, NULL, &page), DM_INVALID_REQUEST);
  assert_string_equal(h->order, "E");
}

static void test_a_token_of_another_client_is_refused(void **state) {
  host *h = *state;
  host_page page = {0};
  host_connect(h, "boiler");
  host_connect(h, "pump");
  h->filters = filters;
  h->filter_count = 7;
  assert_int_equal(host_list(h, "boiler", 3, NULL, &page), DM_OK);
  assert_int_equal(host_list(h, "pump", 3, page.next_token, &page), DM_INVALID_REQUEST);
  assert_int_equal(page.calls, 0);
  assert_int_equal(host_list(h, "boiler", 3, "", &page), DM_INVALID_REQUEST);
  assert_int_equal(host_list(h, "boiler", 3, "AAAA", &page), DM_INVALID_REQUEST);
}

/* ---- DeleteConnection --------------------------------------------------- */

static void test_deleting_is_the_hosts(void **state) {
  host *h = *state;
  dm_connection_id id = host_connect(h, "boiler");
  for (int flags = 0; flags < 4; flags++) {
    assert_int_equal(host_delete(h, "boiler", flags & 1, flags & 2), DM_OK);
    assert_int_equal(h->clean_session, flags & 1);
    assert_int_equal(h->prevent_will, flags >> 1);
    assert_int_equal(h->target.connection, id);
    assert_ptr_equal(h->target.connection_user, h);
    assert_int_equal(h->told.event.connection, id);
  }
  h->has_session = 1;
  assert_int_equal(host_delete(h, "pump", 1, 0), DM_OK);
  assert_string_equal(h->target.client_id, "pump");
  assert_int_equal(h->target.connection, 0);
  assert_null(h->target.connection_user);
}

static void end_boiler(host *h) {
  dm_disconnected(h->context, h->connection, DM_DISCONNECT_API_INITIATED, h->now);
}

static void test_who_waits_is_answered(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->connection = host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  h->in_end = end_boiler;
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_OK);
  assert_completed(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.disconnect_reason, DM_DISCONNECT_API_INITIATED);
}

/* ---- What the host answers ---------------------------------------------- */

static void test_what_the_callbacks_may_return(void **state) {
  host *h = *state;
  host_page page = {0};
  host_connect(h, "boiler");
  int results[] = {DM_TARGET_CLIENT_ID_NOT_FOUND, DM_INTERNAL_SERVER_ERROR, 1, -5, DM_DONE};
  for (size_t i = 0; i < 5; i++) {
    int expected = i == 0 ? DM_TARGET_CLIENT_ID_NOT_FOUND : DM_INTERNAL_SERVER_ERROR;
    h->subscriptions_result = h->end_result = results[i];
    assert_int_equal(host_list(h, "boiler", 0, NULL, &page), expected);
    assert_int_equal(page.calls, 0);
    assert_int_equal(host_delete(h, "boiler", 0, 0), expected);
  }
}

static void test_a_page_that_is_not_taken(void **state) {
  host *h = *state;
  host_page page = {.answer = -1};
  host_connect(h, "boiler");
  h->filters = filters;
  h->filter_count = 7;
  assert_int_equal(host_list(h, "boiler", 3, NULL, &page), DM_INTERNAL_SERVER_ERROR);
  assert_int_equal(h->told.event.outcome, DM_INTERNAL_SERVER_ERROR);
  assert_int_equal(page.calls, 1);
}

static void test_what_the_host_does_not_offer(void **state) {
  host *h = *state;
  host_page page = {0};
  dm_connection_information known;
  h->config.subscriptions = NULL;
  h->config.end_connection = NULL;
  host_reopen(h);
  host_connect(h, "boiler");
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_METHOD_NOT_ALLOWED);
  assert_non_null(strstr(h->told.event.text, "does not offer ListSubscriptions"));
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_METHOD_NOT_ALLOWED);
  assert_non_null(strstr(h->told.event.text, "does not offer DeleteConnection"));
  assert_string_equal(h->order, "EE");
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      query_test(test_a_connected_client),
      query_test(test_what_the_host_did_not_tell_is_absent),
      query_test(test_the_longest_texts),
      query_test(test_a_client_that_is_gone),
      query_test(test_a_client_is_remembered_for_half_an_hour),
      query_test(test_only_a_session_is_known),
      query_test(test_an_unknown_client),
      query_test(test_a_remembered_client_is_for_get_only),
      query_test(test_coming_back_replaces_the_memory),
      query_test(test_a_takeover_leaves_nothing_to_remember),
      query_test(test_a_reason_that_is_none_changes_nothing),
      query_test(test_the_words_for_what_ended_a_connection),
      query_test(test_a_page_in_order),
      query_test(test_an_empty_page),
      query_test(test_the_subscriptions_of_an_offline_session),
      query_test(test_twenty_by_default_and_two_hundred_at_most),
      query_test(test_a_token_of_another_client_is_refused),
      query_test(test_deleting_is_the_hosts),
      query_test(test_who_waits_is_answered),
      query_test(test_what_the_callbacks_may_return),
      query_test(test_a_page_that_is_not_taken),
      query_test(test_what_the_host_does_not_offer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
