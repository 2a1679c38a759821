/* Tests of queries during which the world changes: calls into the library from each of their
 * callbacks, and memory that runs out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

static const char *const filters[] = {"a", "b", "c", "d/e/f", "g"};

static int setup(void **state) {
  host_setup(state);
  host *h = *state;
  h->limits.client_queries_per_second = DM_UNLIMITED;
  h->filters = filters;
  h->filter_count = 5;
  host_reopen(h);
  return 0;
}

#define query_test(function) cmocka_unit_test_setup_teardown(function, setup, host_teardown)

/* ---- What a callback may do --------------------------------------------- */

static void disconnect(host *h) {
  h->hook_result = dm_disconnected(h->context, h->connection, DM_DISCONNECT_API_INITIATED, h->now);
}

static void connect(host *h) {
  dm_connection given = host_connection(h, "boiler");
  h->hook_result = dm_connected(h->context, &given, h->now, &h->connection);
}

static void forget(host *h) {
  disconnect(h);
  h->now += 3600 * DM_SECOND;
  dm_tick(h->context, h->now);
  dm_connection given = host_connection(h, "pump");
  dm_connection_id id = 0;
  dm_connected(h->context, &given, h->now, &id);
  dm_disconnected(h->context, id, DM_DISCONNECT_CONNECTION_LOST, h->now);
}

static void stop(host *h) {
  h->hook_result = dm_stop(h->context, h->now);
}

static void end(host *h) {
  dm_free(h->context);
  h->freed = true;
}

static void get(host *h) {
  dm_connection_information known;
  h->hook_result = host_get(h, "boiler", 1, &known);
}

static void list(host *h) {
  host_page page = {0};
  h->hook_result = host_list(h, "boiler", 2, NULL, &page);
}

static void delete (host *h) {
  h->hook_result = host_delete(h, "boiler", 1, 1);
}

static void send(host *h) {
  h->hook_result = host_send(host_confirmed(h, "boiler"));
}

static const host_hook actions[] = {disconnect, connect, forget, stop, end,
                                    get,        list,    delete, send};

/* ---- Every action in every callback of every query ---------------------- */

enum {
  ACTIONS = sizeof actions / sizeof *actions,
  PLACES = 6
};

static host_hook *place(host *h, size_t which) {
  host_hook *all[PLACES] = {&h->in_policies, &h->in_session, &h->in_subscriptions,
                            &h->in_end,      &h->in_page,    &h->in_event};
  return all[which];
}

/* What is answered is one of the query's own answers, and the page, where there is one, is
 * whole. */
static void ask(host *h, size_t query, int *outcome) {
  dm_connection_information known;
  host_page page = {0};
  if (query == 0)
    *outcome = host_get(h, "boiler", 1, &known);
  else if (query == 1)
    *outcome = host_list(h, "boiler", 3, NULL, &page);
  else
    *outcome = host_delete(h, "boiler", 0, 0);
  if (query == 0 && *outcome == DM_OK) {
    assert_int_equal(known.client_id.len, 6);
    assert_memory_equal(known.client_id.ptr, "boiler", 6);
  }
  if (query == 1 && *outcome == DM_OK) {
    assert_int_equal(page.calls, 1);
    assert_int_equal(page.count, 3);
    assert_string_equal(page.filters[2], "c");
  }
}

static void run_one(host *h, size_t query, size_t where, size_t action, int session) {
  host_reopen(h);
  h->freed = false;
  h->has_session = session;
  h->connection = host_connect(h, "boiler");
  if (session)
    dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, h->now);
  int outcome = 1;
  *place(h, where) = actions[action];
  ask(h, query, &outcome);
  *place(h, where) = NULL;
  assert_true(outcome == DM_OK || outcome == DM_SHUTTING_DOWN ||
              outcome == DM_TARGET_CLIENT_ID_NOT_FOUND);
  if (h->freed)
    h->context = NULL;
  else
    ask(h, query, &outcome);
  host_close(h);
  host_forget_calls(h);
}

static void test_every_action_in_every_callback(void **state) {
  host *h = *state;
  for (size_t query = 0; query < 3; query++)
    for (size_t where = 0; where < PLACES; where++)
      for (size_t action = 0; action < ACTIONS; action++)
        for (int session = 0; session < 2; session++)
          run_one(h, query, where, action, session);
}

/* ---- Some of them exactly ----------------------------------------------- */

static void test_gone_before_it_is_described(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->connection = host_connect(h, "boiler");
  h->in_policies = disconnect;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 0);
  assert_int_equal(known.disconnect_reason, DM_DISCONNECT_API_INITIATED);
}

/* The event comes after the decision: what it does changes nothing about the answer. */
static void test_gone_after_it_was_described(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->connection = host_connect(h, "boiler");
  h->in_event = forget;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 1);
  assert_memory_equal(known.client_id.ptr, "boiler", 6);
}

static void test_connected_while_its_session_is_asked_for(void **state) {
  host *h = *state;
  dm_connection_information known;
  h->in_session = connect;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.connected, 1);
  disconnect(h);
  h->now += 3600 * DM_SECOND;
  h->in_session = connect;
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_OK);
  assert_int_equal(h->target.connection, h->connection);
}

static void test_stopped_meanwhile(void **state) {
  host *h = *state;
  host_page page = {0};
  h->connection = host_connect(h, "boiler");
  h->in_policies = stop;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_SHUTTING_DOWN);
  assert_string_equal(h->order, "PE");
  host_reopen(h);
  h->has_session = 1;
  h->in_session = stop;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_SHUTTING_DOWN);
  assert_string_equal(h->order, "PSE");
}

static void test_freed_while_it_lists(void **state) {
  host *h = *state;
  host_page page = {0};
  host_connect(h, "boiler");
  h->in_subscriptions = end;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
  assert_int_equal(page.count, 5);
  h->context = NULL;
}

static void refuse_a_query(host *h) {
  dm_query query = host_query("boiler");
  end(h);
  h->hook_result = dm_refuse_query(h->context, &query, DM_OPERATION_GET_CONNECTION,
                                   DM_AUTHENTICATION_FAILURE, NULL, h->now, NULL);
}

static void test_refusing_works_while_it_is_freed(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  h->in_end = refuse_a_query;
  assert_int_equal(host_delete(h, "boiler", 0, 0), DM_OK);
  assert_int_equal(h->hook_result, DM_AUTHENTICATION_FAILURE);
  assert_int_equal(h->events, 2);
  h->context = NULL;
}

/* ---- Out of memory ------------------------------------------------------ */

/* Each allocation of a listing is refused once: then the query fails, and nothing is lost. */
static void test_a_page_without_memory(void **state) {
  host *h = *state;
  host_page page = {0};
  host_connect(h, "boiler");
  size_t blocks = h->memory.blocks;
  for (size_t allowed = 0; allowed < 5; allowed++) {
    h->memory.allowed = allowed;
    h->memory.once = true;
    assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_INTERNAL_SERVER_ERROR);
    assert_string_equal(h->told.event.text, "Out of memory.");
    assert_int_equal(page.calls, 0);
    h->memory.allowed = SIZE_MAX;
    assert_int_equal(h->memory.blocks, blocks);
  }
  h->memory.allowed = 5;
  assert_int_equal(host_list(h, "boiler", 0, NULL, &page), DM_OK);
}

/* Whatever is refused, the connection ends; at worst it is not remembered. */
static void test_a_client_that_goes_without_memory(void **state) {
  host *h = *state;
  char thing[] = "a name so long that the text does not fit into the place beside it";
  for (size_t allowed = 0; allowed < 6; allowed++) {
    host_reopen(h);
    dm_connection given = host_connection(h, "boiler");
    given.thing_name = dm_text(thing);
    dm_connection_id id = 0;
    assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
    h->memory.allowed = allowed;
    assert_int_equal(dm_disconnected(h->context, id, DM_DISCONNECT_CLIENT_ERROR, h->now), DM_OK);
    bool refused = h->memory.allowed == 0;
    h->memory.allowed = SIZE_MAX;
    assert_int_equal(host_statistics(h).connections, 0);
    dm_connection_information known;
    int outcome = host_get(h, "boiler", 0, &known);
    assert_true(outcome == DM_OK || (refused && outcome == DM_TARGET_CLIENT_ID_NOT_FOUND));
    assert_true(allowed > 0 || outcome != DM_OK);
    assert_true(allowed < 5 || outcome == DM_OK);
  }
}

/* A connection that cannot be entered takes nothing from the memory of its client. */
static void test_a_reconnect_without_memory(void **state) {
  host *h = *state;
  dm_connection_information known;
  dm_connection given = host_connection(h, "boiler");
  char principal[200];
  memset(principal, 'p', sizeof principal);
  given.principal = dm_bytes(principal, sizeof principal);
  dm_connection_id id = host_connect(h, "boiler");
  dm_disconnected(h->context, id, DM_DISCONNECT_CLIENT_ERROR, h->now);
  h->memory.allowed = 0;
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_ERROR_NO_MEMORY);
  h->memory.allowed = SIZE_MAX;
  assert_int_equal(host_get(h, "boiler", 0, &known), DM_OK);
  assert_int_equal(known.disconnect_reason, DM_DISCONNECT_CLIENT_ERROR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      query_test(test_every_action_in_every_callback),
      query_test(test_gone_before_it_is_described),
      query_test(test_gone_after_it_was_described),
      query_test(test_connected_while_its_session_is_asked_for),
      query_test(test_stopped_meanwhile),
      query_test(test_freed_while_it_lists),
      query_test(test_refusing_works_while_it_is_freed),
      query_test(test_a_page_without_memory),
      query_test(test_a_client_that_goes_without_memory),
      query_test(test_a_reconnect_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
