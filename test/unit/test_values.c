/* Tests of what policies may ask: what the library knows, and what the host does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"

/* What values() answers, for a caller and for a receiver, and what it was told. */
static struct {
  dm_policy_value caller[DM_VALUES_MAX + 1];
  dm_policy_value receiver[DM_VALUES_MAX + 1];
  size_t caller_count, receiver_count;
  int result;
  bool ends; /* it ends the receiver's connection */
  unsigned calls;
  dm_party party;
  char principal[64];
} known;

static int values(void *user, const dm_party *party, const dm_policy_value **out, size_t *count) {
  host *h = user;
  known.calls++;
  known.party = *party;
  if (known.ends && party->connection != 0)
    dm_disconnected(h->context, party->connection, DM_DISCONNECT_CONNECTION_LOST, h->now);
  snprintf(known.principal, sizeof known.principal, "%.*s", (int)party->principal.len,
           party->principal.ptr);
  *out = party->connection == 0 ? known.caller : known.receiver;
  *count = party->connection == 0 ? known.caller_count : known.receiver_count;
  return known.result;
}

static int setup(void **state) {
  memset(&known, 0, sizeof known);
  host_setup(state);
  host *h = *state;
  h->config.values = values;
  host_reopen(h);
  return 0;
}

#define values_test(function) cmocka_unit_test_setup_teardown(function, setup, host_teardown)

static void tell(bool receiver, const char *key, const char *value) {
  dm_policy_value *to = receiver ? known.receiver : known.caller;
  size_t *count = receiver ? &known.receiver_count : &known.caller_count;
  to[(*count)++] = (dm_policy_value){dm_text(key), dm_text(value)};
}

/* Lets a principal do this on this resource, under a condition. */
static void let(host *h, const char *principal, const char *action, const char *resource,
                const char *condition) {
  char json[1024];
  int len = snprintf(json, sizeof json,
                     "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\","
                     "\"Action\": \"iot:%s\", \"Resource\": \"%s\"%s%s%s}}",
                     action, resource, condition == NULL ? "" : ", \"Condition\": {",
                     condition == NULL ? "" : condition, condition == NULL ? "" : "}");
  assert_in_range(len, 1, sizeof json - 1);
  host_policy(h, principal, json);
}

static int send_from(host *h, const char *client_id, const char *source_ip) {
  host_call *call = host_unconfirmed(h, client_id);
  call->caller.source_ip = dm_text(source_ip);
  return host_send(call);
}

static int send(host *h, const char *client_id) {
  return send_from(h, client_id, NULL);
}

static dm_connection_id connect_from(host *h, const char *client_id, const char *source_ip) {
  dm_connection given = host_connection(h, client_id);
  dm_connection_id id = 0;
  given.source_ip = dm_text(source_ip);
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
  return id;
}

#define RESOURCE(rest) "arn:aws:iot:eu-west-1:123456789012:" rest

/* ---- What the library knows --------------------------------------------- */

static void test_the_receivers_client_id(void **state) {
  host *h = *state;
  host_connect(h, "a/b");
  host_connect(h, "*");
  let(h, "thing", "Receive", RESOURCE("topic/${iot:ClientId}"), NULL);
  assert_int_equal(send(h, "a/b"), DM_SENT); /* the topic is a/b */
  assert_int_equal(send(h, "*"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

static void test_a_caller_has_no_client_id(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  let(h, "backend", "SendDirectMessage", "*", "\"StringLike\": {\"iot:ClientId\": \"*\"}");
  assert_int_equal(send(h, "boiler"), DM_SEND_AUTHORIZATION_FAILURE);
  let(h, "backend", "SendDirectMessage", RESOURCE("client/${iot:ClientId}"), NULL);
  assert_int_equal(send(h, "boiler"), DM_SEND_AUTHORIZATION_FAILURE);
}

static void test_the_callers_address(void **state) {
  host *h = *state;
  dm_connection_information out;
  dm_query query = host_query("boiler");
  dm_caller caller = host_caller();
  query.caller = &caller;
  host_connect(h, "boiler");
  let(h, "backend", "*", "*", "\"IpAddress\": {\"aws:SourceIp\": \"192.0.2.0/24\"}");
  assert_int_equal(send_from(h, "boiler", "192.0.2.7"), DM_SENT);
  assert_int_equal(send_from(h, "boiler", "192.0.3.7"), DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(send(h, "boiler"), DM_SEND_AUTHORIZATION_FAILURE);
  out.size = sizeof out;
  caller.source_ip = dm_text("192.0.2.8");
  assert_int_equal(dm_get_connection(h->context, &query, 0, h->now, &out, NULL), DM_OK);
  caller.source_ip = dm_text("2001:db8::1");
  assert_int_equal(dm_get_connection(h->context, &query, 0, h->now, &out, NULL),
                   DM_SEND_AUTHORIZATION_FAILURE);
}

/* Not the caller's, which is what AWS says of an MQTT connection, too. */
static void test_the_receivers_address(void **state) {
  host *h = *state;
  connect_from(h, "near", "192.0.2.7");
  connect_from(h, "far", "198.51.100.7");
  host_connect(h, "unknown");
  let(h, "thing", "Receive", "*", "\"IpAddress\": {\"aws:SourceIp\": \"192.0.2.0/24\"}");
  assert_int_equal(send_from(h, "near", "198.51.100.1"), DM_SENT);
  assert_int_equal(send_from(h, "far", "192.0.2.1"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  assert_int_equal(send_from(h, "unknown", "192.0.2.1"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

/* ---- What the host knows ------------------------------------------------ */

static void test_each_party_has_its_own_values(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  tell(false, "iot:Certificate.Subject.CommonName", "boiler");
  tell(true, "iot:Connection.Thing.ThingName", "a");
  let(h, "backend", "SendDirectMessage", RESOURCE("client/${iot:Certificate.Subject.CommonName}"),
      NULL);
  let(h, "thing", "Receive", RESOURCE("topic/${iot:Connection.Thing.ThingName}/b"), NULL);
  assert_int_equal(send(h, "boiler"), DM_SENT);
  assert_int_equal(known.calls, 2);
  known.receiver_count = 0;
  assert_int_equal(send(h, "boiler"), DM_RECEIVE_AUTHORIZATION_FAILURE);
  known.caller_count = 0;
  assert_int_equal(send(h, "boiler"), DM_SEND_AUTHORIZATION_FAILURE);
}

static void test_values_of_a_query(void **state) {
  host *h = *state;
  dm_connection_information out = {.size = sizeof out};
  dm_query query = host_query("boiler");
  dm_caller me = host_caller();
  query.caller = &me;
  host_connect(h, "boiler");
  let(h, "backend", "GetConnection", RESOURCE("client/${aws:username}"), NULL);
  assert_int_equal(dm_get_connection(h->context, &query, 0, h->now, &out, NULL),
                   DM_SEND_AUTHORIZATION_FAILURE);
  tell(false, "aws:username", "boiler");
  assert_int_equal(dm_get_connection(h->context, &query, 0, h->now, &out, NULL), DM_OK);
  assert_ptr_equal(known.party.caller, &me);
  assert_int_equal(known.party.connection, 0);
}

static void test_whose_values_are_asked_for(void **state) {
  host *h = *state;
  dm_caller me = host_caller();
  dm_connection_id boiler = host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.caller = &me;
  assert_int_equal(host_send(call), DM_SENT);
  assert_string_equal(known.principal, "thing");
  assert_int_equal(known.party.connection, boiler);
  assert_null(known.party.caller);
  host_policy(h, "backend", NULL);
  assert_int_equal(host_send(call), DM_SEND_AUTHORIZATION_FAILURE);
  assert_string_equal(known.principal, "backend");
  assert_ptr_equal(known.party.caller, &me);
  assert_null(known.party.connection_user);
}

static void test_as_many_values_as_there_may_be(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  for (size_t i = 0; i < DM_VALUES_MAX - 1; i++)
    tell(true, "iot:Certificate.AvailableKeys", "x");
  tell(true, "iot:Connection.Thing.ThingName", "a");
  let(h, "thing", "Receive", RESOURCE("topic/${iot:Connection.Thing.ThingName}/b"), NULL);
  assert_int_equal(send(h, "boiler"), DM_SENT);
  tell(true, "iot:Certificate.AvailableKeys", "x");
  assert_int_equal(send(h, "boiler"), DM_INTERNAL_SERVER_ERROR);
  known.receiver_count = 0;
  for (size_t i = 0; i <= DM_VALUES_MAX; i++)
    tell(false, "aws:username", "x");
  assert_int_equal(send(h, "boiler"), DM_INTERNAL_SERVER_ERROR);
  assert_int_equal(h->deliveries, 1);
}

static void test_a_host_that_cannot_tell(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  known.result = DM_ERROR_NO_MEMORY;
  assert_int_equal(send(h, "boiler"), DM_INTERNAL_SERVER_ERROR);
  assert_int_equal(known.calls, 1);
  assert_int_equal(h->deliveries, 0);
}

/* What the library knows is not the host's to tell: two values are none for a variable. */
static void test_a_value_that_is_told_twice(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  let(h, "thing", "Receive", RESOURCE("topic/${iot:ClientId}/b"), NULL);
  tell(true, "iot:ClientId", "a");
  assert_int_equal(send(h, "boiler"), DM_RECEIVE_AUTHORIZATION_FAILURE);
}

/* The principal, the address and the client ID of a connection that has ended are still what
 * is decided about: AddressSanitizer sees where they come from. */
static void test_the_connection_ends_inside(void **state) {
  host *h = *state;
  connect_from(h, "boiler", "192.0.2.7");
  let(h, "thing", "Receive", "*",
      "\"IpAddress\": {\"aws:SourceIp\": \"192.0.2.7\"},"
      "\"StringEquals\": {\"iot:ClientId\": \"boiler\"}");
  known.ends = true;
  assert_int_equal(send(h, "boiler"), DM_RECEIVER_DISCONNECTED);
  assert_string_equal(known.principal, "thing");
  assert_int_equal(h->deliveries, 0);
}

static void test_nothing_is_allocated(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  tell(true, "iot:Connection.Thing.ThingName", "a");
  let(h, "thing", "Receive", RESOURCE("topic/${iot:Connection.Thing.ThingName}/b"), NULL);
  h->memory.allowed = 0;
  assert_int_equal(send(h, "boiler"), DM_SENT);
  h->memory.allowed = SIZE_MAX;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      values_test(test_the_receivers_client_id),
      values_test(test_a_caller_has_no_client_id),
      values_test(test_the_callers_address),
      values_test(test_the_receivers_address),
      values_test(test_each_party_has_its_own_values),
      values_test(test_values_of_a_query),
      values_test(test_whose_values_are_asked_for),
      values_test(test_as_many_values_as_there_may_be),
      values_test(test_a_host_that_cannot_tell),
      values_test(test_a_value_that_is_told_twice),
      values_test(test_the_connection_ends_inside),
      values_test(test_nothing_is_allocated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
