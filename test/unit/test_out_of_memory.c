/* Tests of running out of memory: each scenario again and again, with the first, the
 * second, the third ... allocation refused, once or from there on, until none is. After
 * each refusal nobody has lost an answer or got two, nothing has leaked, and the context
 * works on. (Policies: test_policy_memory.c.)
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "dm/http.h"

/* ---- The campaign ------------------------------------------------------- */

/* No messages wait any more when it is over. */
static void assert_usable(host *h) {
  dm_connection_id id = host_connect(h, "somebody else");
  host_call *call = host_confirmed(h, "somebody else");
  host_send_pending(call);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(host_send(host_unconfirmed(h, "somebody else")), DM_SENT);
  assert_int_equal(dm_disconnected(h->context, id, DM_DISCONNECT_CONNECTION_LOST, h->now), DM_OK);
}

static void assert_one_answer_each(host *h) {
  unsigned calls = 0;
  for (host_call *call = h->calls; call != NULL; call = call->next, calls++)
    assert_int_equal(call->completions, call->sent.outcome == DM_PENDING);
  assert_int_equal(h->events - h->late_events, calls);
  host_forget_calls(h);
}

/* Runs the scenario until nothing is refused; returns how often something was. */
static size_t campaign(host *h, bool once, void (*scenario)(host *h)) {
  h->limits.max_unacknowledged = h->limits.publishes_per_second = DM_UNLIMITED;
  h->memory.once = once;
  for (size_t allowed = 0;; allowed++) {
    host_reopen(h);
    h->memory.refused = 0;
    h->memory.allowed = allowed;
    scenario(h);
    h->memory.allowed = SIZE_MAX;
    assert_usable(h);
    host_close(h);
    assert_one_answer_each(h);
    if (h->memory.refused == 0)
      return allowed;
  }
}

/* Both campaigns; the scenario must have allocated at least this often. */
static void run_campaigns(host *h, void (*scenario)(host *h), size_t at_least) {
  size_t once = campaign(h, true, scenario);
  size_t for_good = campaign(h, false, scenario);
  assert_int_equal(once, for_good);
  assert_in_range(once, at_least, 1000);
}

/* ---- Contexts ----------------------------------------------------------- */

static void test_making_a_context(void **state) {
  host *h = *state;
  size_t blocks = h->memory.blocks;
  size_t allowed = 0;
  for (dm_context *context = NULL; context == NULL; allowed++) {
    h->memory.allowed = allowed;
    int result = dm_new(&context, &h->config);
    assert_int_equal(result, context == NULL ? DM_ERROR_NO_MEMORY : DM_OK);
    if (context == NULL)
      assert_int_equal(h->memory.blocks, blocks);
    dm_free(context);
  }
  assert_in_range(allowed, 2, 10);
}

/* ---- Connections -------------------------------------------------------- */

/* Every other client has texts too long to be kept with its connection. */
static dm_connection client_of(host *h, unsigned number, char name[16]) {
  static const char principal[] = "a principal with the name of a certificate, "
                                  "0123456789abcdef0123456789abcdef0123456789abcdef";
  snprintf(name, 16, "client-%u", number);
  dm_connection given = host_connection(h, name);
  if (number % 2 == 0)
    given.principal = SPAN(principal);
  return given;
}

/* Connects; what failed has changed nothing, and works when there is memory again. */
static dm_connection_id connect_somehow(host *h, const dm_connection *given) {
  dm_connection_id id = 0;
  uint64_t connections = host_statistics(h).connections;
  int result = dm_connected(h->context, given, h->now, &id);
  if (result == DM_OK)
    return id;
  assert_int_equal(result, DM_ERROR_NO_MEMORY);
  assert_int_equal(id, 0);
  assert_int_equal(host_statistics(h).connections, connections);
  h->memory.allowed = SIZE_MAX;
  assert_int_equal(dm_connected(h->context, given, h->now, &id), DM_OK);
  return id;
}

static void connect_some(host *h) {
  char name[16];
  for (unsigned i = 0; i < 450; i++) {
    dm_connection given = client_of(h, i % 300, name);
    dm_connection_id id = connect_somehow(h, &given);
    assert_int_equal(dm_count_publish(h->context, id, h->now), DM_OK);
  }
  assert_int_equal(host_statistics(h).connections, 300);
  for (unsigned i = 0; i < 300; i++) {
    client_of(h, i, name);
    assert_int_equal(host_send(host_unconfirmed(h, name)), DM_SENT);
  }
}

static void test_connecting(void **state) {
  run_campaigns(*state, connect_some, 230);
}

/* Somebody waits for the connection that is to be taken over; the old one lives on, with
 * its message, when the new one cannot be had. */
static void take_over_once(host *h, unsigned number) {
  char name[16];
  dm_connection given = client_of(h, number, name);
  dm_connection_id old = connect_somehow(h, &given), fresh = 0;
  host_call *call = host_confirmed(h, name);
  if (host_send(call) != DM_PENDING) {
    assert_sent(call, DM_INTERNAL_SERVER_ERROR, DM_DELIVERED_NO);
    h->memory.allowed = SIZE_MAX;
    host_send_pending(call = host_confirmed(h, name));
  }
  int result = dm_connected(h->context, &given, h->now, &fresh);
  if (result == DM_OK) {
    assert_completed(call, DM_RECEIVER_DISCONNECTED, DM_DELIVERED_MAYBE);
    assert_int_equal(dm_disconnected(h->context, old, DM_DISCONNECT_CONNECTION_LOST, h->now),
                     DM_ERROR_STALE_HANDLE);
    return;
  }
  assert_int_equal(result, DM_ERROR_NO_MEMORY);
  assert_int_equal(fresh, 0);
  assert_int_equal(call->completions, 0);
  assert_int_equal(dm_unacknowledged(h->context, old), 1);
  assert_int_equal(dm_puback(h->context, old, call->sent.message_id, 0, h->now), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(host_send(host_unconfirmed(h, name)), DM_SENT);
  assert_int_equal(h->delivered.connection, old);
}

static void take_over_some(host *h) {
  for (unsigned i = 0; i < 300; i++)
    take_over_once(h, i);
}

static void test_takeovers(void **state) {
  run_campaigns(*state, take_over_some, 300);
}

/* ---- Messages ----------------------------------------------------------- */

static dm_connection_id connect_boiler(host *h) {
  dm_connection given = host_connection(h, "boiler");
  return connect_somehow(h, &given);
}

/* Sends; what failed was not delivered, and works when there is memory again. */
static host_call *send_somehow(host *h) {
  unsigned deliveries = h->deliveries;
  host_call *call = host_confirmed(h, "boiler");
  if (host_send(call) == DM_PENDING)
    return call;
  assert_sent(call, DM_INTERNAL_SERVER_ERROR, DM_DELIVERED_NO);
  assert_string_equal(call->sent.text, "Out of memory.");
  assert_ptr_equal(h->told.event.text, call->sent.text);
  assert_int_equal(h->deliveries, deliveries);
  assert_int_equal(dm_unacknowledged(h->context, h->connection),
                   host_statistics(h).waiting + host_statistics(h).late);
  h->memory.allowed = SIZE_MAX;
  call = host_confirmed(h, "boiler");
  host_send_pending(call);
  return call;
}

static void send_and_acknowledge(host *h) {
  h->connection = connect_boiler(h);
  host_call *call = send_somehow(h);
  assert_int_equal(host_puback(h, 0), DM_OK);
  assert_completed(call, DM_CONFIRMED, DM_DELIVERED_YES);
}

static void test_a_message_that_is_confirmed(void **state) {
  run_campaigns(*state, send_and_acknowledge, 5);
}

static void send_and_wait(host *h) {
  h->connection = connect_boiler(h);
  host_call *call = send_somehow(h);
  host_wait(h, 5 * DM_SECOND);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  unsigned late_events = h->late_events;
  assert_int_equal(host_puback_of(call, 0), DM_OK);
  assert_int_equal(h->late_events, late_events + 1);
}

static void test_a_message_that_is_acknowledged_late(void **state) {
  run_campaigns(*state, send_and_wait, 5);
}

/* So many that every map has grown more than once; a third is acknowledged, a third runs
 * out of time, a third loses its connection. */
static void send_many(host *h) {
  enum {
    MANY = 1500
  };
  static host_call *calls[MANY];
  h->connection = connect_boiler(h);
  for (size_t i = 0; i < MANY; i++) {
    calls[i] = send_somehow(h);
    assert_int_equal(dm_unacknowledged(h->context, h->connection), i + 1);
  }
  for (size_t i = 0; i < MANY; i += 3)
    assert_int_equal(host_puback_of(calls[i], 0), DM_OK);
  for (size_t i = 1; i < MANY; i += 3)
    assert_int_equal(dm_cancel(h->context, calls[i]->sent.message_id, h->now), DM_OK);
  assert_int_equal(
      dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, h->now), DM_OK);
  static const int outcomes[] = {DM_CONFIRMED, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT,
                                 DM_RECEIVER_DISCONNECTED};
  for (size_t i = 0; i < MANY; i++)
    assert_int_equal(calls[i]->completed.outcome, outcomes[i % 3]);
}

static void test_messages_that_make_everything_grow(void **state) {
  run_campaigns(*state, send_many, 30);
}

/* ---- HTTP --------------------------------------------------------------- */

/* jansson has one allocator for all, without anything to tell it apart. */
static const dm_memory *jansson_memory;

static void *jansson_malloc(size_t size) {
  return jansson_memory->resize(jansson_memory->user, NULL, size);
}

static void jansson_free(void *block) {
  if (block != NULL)
    jansson_memory->resize(jansson_memory->user, block, 0);
}

typedef struct http_answer {
  unsigned answers;
  int status;
  int outcome;
} http_answer;

static void answer(void *user, const dm_http_answer *given) {
  http_answer *seen = user;
  seen->answers++;
  seen->status = given->status;
  seen->outcome = given->outcome;
}

static http_answer request_once(host *h, dm_http_call *call, const char *target) {
  /* [{"a":"1"},{"a longer key than usual":"a value of more than sixteen bytes"}] */
  const dm_http_header headers[] = {
      {SPAN("x-amz-mqtt5-user-properties"),
       SPAN("W3siYSI6IjEifSx7ImEgbG9uZ2VyIGtleSB0aGFuIHVzdWFsIjoiYSB2YWx1ZSBvZiBtb3JlIHRoYW4gc2l4"
            "dGVlbiBieXRlcyJ9XQ==")},
      {SPAN("x-amz-mqtt5-correlation-data"), SPAN("AAEC/w==")},
  };
  const dm_caller caller = {.size = sizeof caller, .principal = SPAN("backend")};
  dm_http_request request = {
      .size = sizeof request,
      .method = SPAN("POST"),
      .target = dm_text(target),
      .headers = headers,
      .header_count = 2,
      .body = SPAN("hello"),
      .caller = &caller,
  };
  http_answer *seen = call->user;
  *seen = (http_answer){0};
  assert_int_equal(dm_http_handle(h->context, call, &request, h->now), DM_OK);
  if (seen->answers == 0) {
    assert_int_equal(host_puback(h, 0), DM_OK);
    assert_int_equal(seen->outcome, DM_CONFIRMED);
  }
  assert_int_equal(seen->answers, 1);
  return *seen;
}

static void http_request(host *h) {
  char target[1200]; /* more than the library has room for on the stack */
  int len = snprintf(target, sizeof target,
                     "/connections/boiler/messages?topic=a%%2Fb&"
                     "confirmation=true&contentType=text%%2Fplain&token=");
  memset(target + len, 'x', sizeof target - 1 - (size_t)len);
  target[sizeof target - 1] = '\0';
  http_answer seen;
  dm_http_call call = {.size = sizeof call, .answer = answer, .user = &seen};
  connect_boiler(h);
  unsigned events = h->events;
  if (request_once(h, &call, target).status != 200) {
    assert_int_equal(seen.status, 500);
    assert_int_equal(seen.outcome, DM_INTERNAL_SERVER_ERROR);
    assert_int_equal(h->deliveries, 0);
    h->memory.allowed = SIZE_MAX;
    assert_int_equal(request_once(h, &call, target).status, 200);
    assert_int_equal(h->events, events + 2);
  }
  assert_string_equal(h->delivered.topic, "a/b");
  h->events = events; /* of calls that are none of the host's own */
}

static void test_an_http_request_with_user_properties(void **state) {
  host *h = *state;
  jansson_memory = &h->interface;
  json_set_alloc_funcs(jansson_malloc, jansson_free);
  run_campaigns(h, http_request, 20);
  json_set_alloc_funcs(malloc, free);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_making_a_context),
      host_test(test_connecting),
      host_test(test_takeovers),
      host_test(test_a_message_that_is_confirmed),
      host_test(test_a_message_that_is_acknowledged_late),
      host_test(test_messages_that_make_everything_grow),
      host_test(test_an_http_request_with_user_properties),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
