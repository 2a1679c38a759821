/* Tests of the HTTP binding from the request to its one answer, through the core.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/span.h"
#include "dm/http.h"

#define MESSAGES "/connections/boiler-7/messages"

/* ---- A host that records ------------------------------------------------ */

typedef struct host host;

/* One HTTP call of the host's. Its memory is released inside answer(), or when it has
 * been cancelled: whoever touches it afterwards is found out by AddressSanitizer. */
typedef struct request_slot {
  host *host;
  dm_http_call *call; /* NULL once released */
  int answers;
  int status;
  char header_names[8][32];
  char header_values[8][64];
  size_t header_count;
  json_t *body;
  int outcome;
  void (*on_answer)(host *host);
} request_slot;

/* What deliver() was given. */
typedef struct delivered {
  int count;
  char client_id[129], topic[257], payload[64];
  char content_type[64], response_topic[64], principal[64];
  char property_key[64], property_value[64];
  size_t property_count, correlation_len;
  int payload_format, confirmation, protocol;
  dm_duration timeout;
  dm_connection_id connection;
  dm_message_id message_id;
} delivered;

/* What event() was given last. */
typedef struct told {
  int count, outcome;
  char client_id[300], topic[300], principal[64], invocation_id[65], source_ip[46];
  char trace_id[37], text[300];
  uint16_t source_port;
  uint32_t attempt;
  int protocol;
} told;

struct host {
  dm_context *context;
  dm_policy *policy;
  int deliver_result;
  int deny; /* 1: nobody has a policy */
  int allocations_left, allocations;
  dm_connection_id boiler;
  request_slot first, second;
  delivered delivered;
  told told;
  void (*on_deliver)(host *host);
  void (*on_policies)(host *host);
  void (*on_event)(host *host);
};

static void copy(char *out, size_t size, dm_span span) {
  assert_true(span.len < size);
  if (span.len > 0)
    memcpy(out, span.ptr, span.len);
  out[span.len] = '\0';
}
#define COPY(out, span) copy((out), sizeof(out), (span))

/* Runs a hook once: it may itself lead to the callback it hangs on. */
static void run(void (**hook)(host *), host *h) {
  void (*once)(host *) = *hook;
  *hook = NULL;
  if (once != NULL)
    once(h);
}

static int host_deliver(void *user, const dm_delivery *delivery) {
  host *h = user;
  const dm_message *message = delivery->message;
  delivered *d = &h->delivered;
  d->count++;
  COPY(d->client_id, message->client_id);
  COPY(d->topic, message->topic);
  COPY(d->payload, message->payload);
  COPY(d->content_type, message->content_type);
  COPY(d->response_topic, message->response_topic);
  COPY(d->principal, message->principal);
  d->property_count = message->user_property_count;
  if (d->property_count > 0) {
    COPY(d->property_key, message->user_properties[0].key);
    COPY(d->property_value, message->user_properties[0].value);
  }
  d->correlation_len = message->correlation_data.len;
  d->payload_format = message->payload_format;
  d->confirmation = message->confirmation;
  d->protocol = message->protocol;
  d->timeout = message->timeout;
  d->connection = delivery->connection;
  d->message_id = delivery->message_id;
  run(&h->on_deliver, h);
  return h->deliver_result;
}

static int host_policies(void *user, const dm_party *party, dm_policy_list *out) {
  host *h = user;
  (void)party;
  run(&h->on_policies, h);
  *out = (dm_policy_list){(const dm_policy *const *)&h->policy, h->deny ? 0 : 1};
  return DM_OK;
}

static void host_event(void *user, const dm_event *event) {
  host *h = user;
  told *t = &h->told;
  char line[4096];
  assert_true(dm_event_log_line(event, 0, line, sizeof line) <= sizeof line);
  t->count++;
  t->outcome = event->outcome;
  COPY(t->client_id, event->client_id);
  COPY(t->topic, event->topic);
  COPY(t->principal, event->principal);
  COPY(t->invocation_id, event->invocation_id);
  COPY(t->source_ip, event->source_ip);
  COPY(t->text, dm_text(event->text));
  dm_trace_id_text(event->trace_id, t->trace_id);
  t->source_port = event->source_port;
  t->attempt = event->attempt;
  t->protocol = event->protocol;
  run(&h->on_event, h);
}

static void *host_resize(void *user, void *old, size_t size) {
  host *h = user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (h->allocations_left == 0)
    return NULL;
  h->allocations_left--;
  h->allocations++;
  return realloc(old, size);
}

static void host_answer(void *user, const dm_http_answer *answer) {
  request_slot *slot = user;
  assert_non_null(slot->call);
  free(slot->call);
  slot->call = NULL;
  slot->answers++;
  slot->status = answer->status;
  slot->outcome = answer->outcome;
  slot->header_count = answer->header_count;
  for (size_t i = 0; i < answer->header_count; i++) {
    COPY(slot->header_names[i], answer->headers[i].name);
    COPY(slot->header_values[i], answer->headers[i].value);
  }
  json_decref(slot->body);
  slot->body = json_loadb(answer->body.ptr, answer->body.len, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(slot->body);
  if (slot->on_answer != NULL)
    slot->on_answer(slot->host);
}

static void connect_boiler(host *h) {
  dm_connection connection = {
      .size = sizeof connection,
      .client_id = SPAN("boiler-7"),
      .principal = SPAN("device"),
      .protocol_level = 5,
  };
  assert_int_equal(dm_connected(h->context, &connection, 0, &h->boiler), DM_OK);
}

static host *host_new(const dm_config *base) {
  host *h = calloc(1, sizeof *h);
  dm_memory memory = {h, host_resize};
  const char *document = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                         "\"Action\":\"iot:*\",\"Resource\":\"*\"}]}";
  dm_config config = *base;
  config.size = sizeof config;
  config.user = h;
  config.memory = &memory;
  config.seed[0] = 1;
  config.deliver = host_deliver;
  config.policies = host_policies;
  config.event = host_event;
  h->allocations_left = INT32_MAX;
  h->first.host = h->second.host = h;
  assert_int_equal(dm_policy_parse(&h->policy, dm_text(document), 0, NULL, NULL), DM_OK);
  assert_int_equal(dm_new(&h->context, &config), DM_OK);
  connect_boiler(h);
  return h;
}

static int begin(void **state) {
  *state = host_new(&(dm_config){0});
  return 0;
}

static void release(request_slot *slot) {
  free(slot->call);
  slot->call = NULL;
  json_decref(slot->body);
}

static int end(void **state) {
  host *h = *state;
  dm_free(h->context);
  dm_policy_free(h->policy);
  release(&h->first);
  release(&h->second);
  free(h);
  return 0;
}

/* ---- Sending requests --------------------------------------------------- */

static const dm_http_request well_formed = {
    .size = sizeof well_formed,
    .method = {"POST", 4},
    .target = {MESSAGES "?topic=a", sizeof MESSAGES + 7},
    .body = {"hello", 5},
    .principal = {"backend", 7},
    .source_ip = {"192.0.2.1", 9},
    .source_port = 4711,
};

static dm_http_call *call_new(request_slot *slot) {
  slot->answers = slot->status = 0;
  slot->call = calloc(1, sizeof *slot->call);
  assert_non_null(slot->call);
  *slot->call = (dm_http_call){.size = sizeof *slot->call, .answer = host_answer, .user = slot};
  return slot->call;
}

static void handle(host *h, request_slot *slot, const dm_http_request *request) {
  assert_int_equal(dm_http_handle(h->context, call_new(slot), request, 1000), DM_OK);
}

static void post(host *h, request_slot *slot, const char *target) {
  dm_http_request request = well_formed;
  request.target = dm_text(target);
  handle(h, slot, &request);
}

static void post_confirmed(host *h, request_slot *slot) {
  post(h, slot, MESSAGES "?topic=a&confirmation=true");
}

static int cancel(host *h, request_slot *slot) {
  (void)h;
  dm_http_call *call = slot->call;
  int result = dm_http_cancel(call, 1000);
  if (result == DM_OK) {
    slot->call = NULL;
    free(call);
  }
  return result;
}

static void cancel_first(host *h) {
  assert_int_equal(cancel(h, &h->first), DM_OK);
}

static void cancel_second(host *h) {
  assert_int_equal(cancel(h, &h->second), DM_OK);
}

static void acknowledge(host *h) {
  dm_puback(h->context, h->delivered.connection, h->delivered.message_id, 0, 1500);
}

static void reject(host *h) {
  dm_puback(h->context, h->delivered.connection, h->delivered.message_id, 0x97, 1500);
}

static void free_context(host *h) {
  dm_free(h->context);
  h->context = NULL;
}

static void stop(host *h) {
  dm_stop(h->context, 1000);
}

static void post_second(host *h) {
  post(h, &h->second, MESSAGES "?topic=second");
}

/* ---- Looking at answers ------------------------------------------------- */

static const char *header(const request_slot *slot, const char *name) {
  for (size_t i = 0; i < slot->header_count; i++)
    if (strcmp(slot->header_names[i], name) == 0)
      return slot->header_values[i];
  return NULL;
}

static const char *member(const request_slot *slot, const char *name) {
  return json_string_value(json_object_get(slot->body, name));
}

static void assert_waiting(const request_slot *slot) {
  assert_int_equal(slot->answers, 0);
  assert_non_null(slot->call);
}

/* One answer of a status and an outcome, with all that every answer has. */
static void assert_answer(const request_slot *slot, int status, int outcome) {
  const dm_outcome *row = dm_outcome_of(outcome);
  assert_int_equal(slot->answers, 1);
  assert_int_equal(slot->outcome, outcome);
  assert_int_equal(slot->status, status);
  assert_string_equal(header(slot, "Content-Type"), "application/json");
  assert_string_equal(header(slot, "x-amzn-RequestId"), member(slot, "traceId"));
  assert_int_equal(strlen(member(slot, "traceId")), 36);
  assert_null(json_object_get(slot->body, "code"));
  if (status == 200) {
    assert_string_equal(member(slot, "message"), "OK");
    assert_int_equal(json_object_size(slot->body), 2);
    assert_int_equal(slot->header_count, 2);
    return;
  }
  assert_string_equal(header(slot, "x-amzn-ErrorType"), row->exception);
  assert_string_equal(member(slot, "reason"), row->reason);
  assert_true(strlen(member(slot, "message")) > 0);
  assert_int_equal(json_object_size(slot->body), outcome == DM_RECEIVER_REJECTED ? 5 : 4);
}

static void assert_posted(host *h, const char *target, int status, int outcome) {
  post(h, &h->first, target);
  assert_answer(&h->first, status, outcome);
  assert_int_equal(h->told.outcome, outcome);
  assert_string_equal(h->told.trace_id, member(&h->first, "traceId"));
}

/* ---- Success ------------------------------------------------------------ */

static void test_an_unconfirmed_message(void **state) {
  host *h = *state;
  assert_posted(h, MESSAGES "?topic=a%2Fb", 200, DM_SENT);
  assert_int_equal(h->delivered.count, 1);
  assert_string_equal(h->delivered.client_id, "boiler-7");
  assert_string_equal(h->delivered.topic, "a/b");
  assert_string_equal(h->delivered.payload, "hello");
  assert_string_equal(h->delivered.principal, "backend");
  assert_int_equal(h->delivered.confirmation, 0);
  assert_int_equal(h->delivered.protocol, DM_PROTOCOL_HTTP);
  assert_int_equal(h->told.count, 1);
  assert_string_equal(h->told.source_ip, "192.0.2.1");
  assert_int_equal(h->told.source_port, 4711);
  assert_int_equal(h->told.protocol, DM_PROTOCOL_HTTP);
}

static void test_a_confirmed_message_waits_for_its_puback(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  assert_waiting(&h->first);
  assert_int_equal(h->told.count, 0);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
  assert_string_equal(h->told.trace_id, member(&h->first, "traceId"));
  acknowledge(h);
  assert_int_equal(h->first.answers, 1);
}

static void test_a_puback_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = acknowledge;
  post_confirmed(h, &h->first);
  assert_answer(&h->first, 200, DM_CONFIRMED);
}

static void test_everything_a_request_can_say(void **state) {
  host *h = *state;
  const dm_http_header headers[] = {
      {SPAN("Content-Type"), SPAN("application/octet-stream")},
      {SPAN("X-AMZ-MQTT5-USER-PROPERTIES"), SPAN("W3sidW5pdCI6IksifV0=")},
      {SPAN("x-amz-mqtt5-payload-format-indicator"), SPAN("UTF8_DATA")},
      {SPAN("x-amz-mqtt5-correlation-data"), SPAN("AAEC")},
      {SPAN("amz-sdk-invocation-id"), SPAN("0b7ab5b0")},
      {SPAN("amz-sdk-request"), SPAN("attempt=2; max=3")},
  };
  dm_http_request request = well_formed;
  request.headers = headers;
  request.header_count = sizeof headers / sizeof *headers;
  request.target = SPAN(MESSAGES "?confirmation=true&contentType=application%2Fsenml+json&"
                                 "responseTopic=r&timeout=7&topic=a%20b");
  handle(h, &h->first, &request);
  assert_string_equal(h->delivered.topic, "a b");
  assert_string_equal(h->delivered.content_type, "application/senml+json");
  assert_string_equal(h->delivered.response_topic, "r");
  assert_int_equal(h->delivered.property_count, 1);
  assert_string_equal(h->delivered.property_key, "unit");
  assert_string_equal(h->delivered.property_value, "K");
  assert_int_equal(h->delivered.payload_format, DM_PAYLOAD_FORMAT_UTF8);
  assert_int_equal(h->delivered.correlation_len, 3);
  assert_int_equal(h->delivered.timeout, 7000);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
  assert_string_equal(h->told.invocation_id, "0b7ab5b0");
  assert_int_equal(h->told.attempt, 2);
}

static void test_a_usual_request_allocates_nothing(void **state) {
  host *h = *state;
  post(h, &h->first, MESSAGES "?topic=a");
  h->allocations = 0;
  post(h, &h->first, MESSAGES "?topic=some%2Flonger%2Ftopic&contentType=text%2Fplain");
  assert_answer(&h->first, 200, DM_SENT);
  assert_int_equal(h->allocations, 0);
}

static void test_an_absolute_target(void **state) {
  host *h = *state;
  assert_posted(h, "https://localhost:8443" MESSAGES "?topic=a", 200, DM_SENT);
}

/* ---- Refusals ----------------------------------------------------------- */

static void test_the_order_of_checks(void **state) {
  host *h = *state;
  dm_http_request request = well_formed;
  request.method = SPAN("GET");
  request.target = SPAN("/elsewhere");
  request.principal = (dm_span){NULL, 0};
  h->deny = 1;

  handle(h, &h->first, &request);
  assert_answer(&h->first, 401, DM_AUTHENTICATION_FAILURE);

  request.principal = SPAN("backend");
  handle(h, &h->first, &request);
  assert_answer(&h->first, 404, DM_UNKNOWN_PATH);

  request.target = SPAN(MESSAGES "?topic=%");
  handle(h, &h->first, &request);
  assert_answer(&h->first, 405, DM_METHOD_NOT_ALLOWED);
  assert_string_equal(header(&h->first, "Allow"), "POST");

  request.method = SPAN("POST");
  handle(h, &h->first, &request);
  assert_answer(&h->first, 400, DM_INVALID_TOPIC);

  request.target = SPAN(MESSAGES "?topic=a");
  handle(h, &h->first, &request);
  assert_answer(&h->first, 403, DM_SEND_AUTHORIZATION_FAILURE);
  assert_int_equal(h->told.count, 5);
}

static void test_client_ids(void **state) {
  host *h = *state;
  char target[600] = "/connections/";
  for (size_t i = 0; i < 128; i++)
    strcat(target, "%61");
  strcat(target, "/messages?topic=a");
  assert_posted(h, target, 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_int_equal(strlen(h->told.client_id), 128);
  memmove(target + 14, target + 13, strlen(target) - 12);
  target[13] = 'b';
  assert_posted(h, target, 400, DM_MALFORMED_CLIENTID);

  assert_posted(h, "/connections/a%2Fsubscriptions/messages?topic=a", 404,
                DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->told.client_id, "a/subscriptions");
  assert_posted(h, "/connections/k%C3%BCche%201/messages?topic=a", 404,
                DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->told.client_id, "k\xC3\xBC"
                                         "che 1");
  assert_posted(h, "/connections/a+b/messages?topic=a", 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->told.client_id, "a+b");
}

static void test_malformed_client_ids(void **state) {
  host *h = *state;
  const char *const bad[] = {"", "%", "%4", "%GG", "%00", "%FF", "%C3", "%ED%A0%80", "$a", "%24a"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char target[64] = "/connections/";
    strcat(target, bad[i]);
    strcat(target, "/messages?topic=known");
    assert_posted(h, target, 400, DM_MALFORMED_CLIENTID);
    assert_string_equal(h->told.topic, "known");
  }
}

static void test_malformed_parameters(void **state) {
  host *h = *state;
  assert_posted(h, MESSAGES, 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=%C3", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=a%00", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=a%2F%23", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=a+b", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=a&topic=a", 400, DM_INVALID_TOPIC);
  assert_posted(h, MESSAGES "?topic=a&contentType=%FF", 400, DM_INVALID_CONTENT_TYPE);
  assert_posted(h, MESSAGES "?topic=a&responseTopic=%23", 400, DM_INVALID_RESPONSE_TOPIC);
  assert_posted(h, MESSAGES "?topic=a&responseTopic=", 400, DM_INVALID_RESPONSE_TOPIC);
  assert_posted(h, MESSAGES "?topic=a&confirmation=maybe", 400, DM_INVALID_CONFIRMATION_PARAMETER);
  assert_posted(h, MESSAGES "?topic=a&confirmation=true&timeout=16", 400,
                DM_INVALID_TIMEOUT_PARAMETER);
  assert_posted(h, MESSAGES "?topic=a&confirmation=true&timeout=0", 400,
                DM_INVALID_TIMEOUT_PARAMETER);
  assert_posted(h, MESSAGES "?topic=a#b", 400, DM_INVALID_REQUEST);
  assert_posted(h, MESSAGES "?topic=a b", 400, DM_INVALID_REQUEST);
  assert_posted(h, MESSAGES "?topic=\xC3\xBC", 400, DM_INVALID_REQUEST);
  assert_posted(h, "", 404, DM_UNKNOWN_PATH);
  assert_int_equal(h->delivered.count, 0);
}

static void test_malformed_headers(void **state) {
  host *h = *state;
  dm_http_header one = {SPAN("x-amz-mqtt5-user-properties"), SPAN("e30=")};
  dm_http_request request = well_formed;
  request.headers = &one;
  request.header_count = 1;
  handle(h, &h->first, &request);
  assert_answer(&h->first, 400, DM_INVALID_USER_PROPERTIES);
  assert_string_equal(h->told.client_id, "boiler-7");
  assert_string_equal(h->told.topic, "a");

  one = (dm_http_header){SPAN("x-amz-mqtt5-payload-format-indicator"), SPAN("UTF8_DATA")};
  request.body = SPAN("\xFF");
  handle(h, &h->first, &request);
  assert_answer(&h->first, 400, DM_INVALID_PAYLOAD_FORMAT);
}

static void test_the_largest_payload(void **state) {
  host *h = *state;
  static char body[131073];
  dm_http_request request = well_formed;
  request.body = dm_bytes(body, 131073);
  handle(h, &h->first, &request);
  assert_answer(&h->first, 413, DM_PAYLOAD_TOO_LARGE);
}

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
  dm_tick(h->context, 7999);
  assert_waiting(&h->first);
  dm_tick(h->context, 8000);
  assert_answer(&h->first, 504, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  assert_string_equal(member(&h->first, "delivered"), "maybe");
}

static void test_the_receiver_goes_away(void **state) {
  host *h = *state;
  post_confirmed(h, &h->first);
  dm_disconnected(h->context, h->boiler, 1200);
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
  dm_http_call call = {.size = sizeof call, .answer = host_answer};
  assert_int_equal(dm_http_cancel(&call, 0), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_http_cancel(NULL, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(h->told.count, 0);
}

static void test_a_cancelled_call_can_be_used_again(void **state) {
  host *h = *state;
  dm_http_call *call = call_new(&h->first);
  dm_http_request request = well_formed;
  request.target = SPAN(MESSAGES "?topic=a&confirmation=true");
  assert_int_equal(dm_http_handle(h->context, call, &request, 1000), DM_OK);
  assert_int_equal(dm_http_handle(h->context, call, &request, 1000), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_http_cancel(call, 1000), DM_OK);
  assert_int_equal(dm_http_cancel(call, 1000), DM_ERROR_STALE_HANDLE);
  assert_int_equal(dm_http_handle(h->context, call, &request, 1000), DM_OK);
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
    host *own = host_new(&(dm_config){0});
    void *own_state = own;
    post_confirmed(own, &own->first);
    post_confirmed(own, &own->second);
    own->first.on_answer = cancel_second;
    ends[i](own);
    assert_answer(&own->first, 503, DM_SHUTTING_DOWN);
    assert_int_equal(own->second.answers, 0);
    end(&own_state);
  }
  assert_int_equal(h->told.count, 0);
}

/* A host that settles the message behind the binding's back. */
static void cancel_message(host *h) {
  dm_cancel(h->context, h->delivered.message_id, 1000);
}

static void test_the_message_is_cancelled_inside_deliver(void **state) {
  host *h = *state;
  h->on_deliver = cancel_message;
  post_confirmed(h, &h->first);
  assert_waiting(&h->first);
  assert_int_equal(h->told.outcome, DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
  assert_int_equal(dm_http_cancel(h->first.call, 1000), DM_ERROR_STALE_HANDLE);
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

/* ---- dm_http_refuse() --------------------------------------------------- */

static void refuse(host *h, const dm_http_request *request, int outcome, const char *text) {
  assert_int_equal(dm_http_refuse(h->context, call_new(&h->first), request, outcome, text, 1000),
                   DM_OK);
}

static void test_every_failure_has_its_answer(void **state) {
  host *h = *state;
  for (int outcome = DM_OUTCOME_FIRST; outcome >= DM_OUTCOME_LAST; outcome--) {
    const dm_outcome *row = dm_outcome_of(outcome);
    if (outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT)
      continue;
    refuse(h, &well_formed, outcome, NULL);
    assert_answer(&h->first, row->http_status, outcome);
    assert_string_equal(member(&h->first, "message"), row->text);
    bool retry = row->http_status == 429 || row->http_status == 503;
    assert_int_equal(header(&h->first, "Retry-After") != NULL, retry);
    assert_int_equal(header(&h->first, "Allow") != NULL, outcome == DM_METHOD_NOT_ALLOWED);
    assert_int_equal(dm_count(h->context, outcome), 1);
    assert_string_equal(h->told.client_id, "boiler-7");
    assert_string_equal(h->told.topic, "a");
  }
}

static void test_only_failures_with_a_status_can_refuse(void **state) {
  host *h = *state;
  const int wrong[] = {DM_OK,
                       DM_PENDING,
                       DM_SENT,
                       DM_CONFIRMED,
                       -1,
                       DM_OUTCOME_FIRST + 1,
                       DM_OUTCOME_LAST - 1,
                       DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT};
  dm_http_call call = {.size = sizeof call, .answer = host_answer};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(dm_http_refuse(h->context, &call, &well_formed, wrong[i], NULL, 0),
                     DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(h->told.count, 0);
}

static void test_a_refusal_knows_little(void **state) {
  host *h = *state;
  dm_http_request nothing = {.size = sizeof nothing};
  refuse(h, &nothing, DM_INVALID_REQUEST, "The \"Host\" header is missing.");
  assert_answer(&h->first, 400, DM_INVALID_REQUEST);
  assert_string_equal(member(&h->first, "message"), "The \"Host\" header is missing.");
  assert_string_equal(h->told.text, "The \"Host\" header is missing.");
}

static void test_a_long_text_is_cut(void **state) {
  host *h = *state;
  char text[300];
  memset(text, '\x01', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  refuse(h, &well_formed, DM_INVALID_REQUEST, text);
  assert_answer(&h->first, 400, DM_INVALID_REQUEST);
  assert_int_equal(strlen(member(&h->first, "message")), 256);
}

/* ---- Limits, memory, misuse --------------------------------------------- */

static void test_retry_after_is_in_whole_seconds(void **state) {
  (void)state;
  host *h = host_new(&(dm_config){.sends_per_second = 1});
  void *own = h;
  assert_posted(h, MESSAGES "?topic=a", 200, DM_SENT);
  assert_posted(h, MESSAGES "?topic=a", 429, DM_SEND_DIRECT_MESSAGE_THROTTLED);
  assert_string_equal(header(&h->first, "Retry-After"), "1");
  assert_string_equal(member(&h->first, "delivered"), "no");
  end(&own);
}

static void test_out_of_memory(void **state) {
  host *h = *state;
  static char target[4000] = MESSAGES "?topic=a&token=";
  memset(target + strlen(target), 'x', sizeof target - 1 - strlen(target));
  h->allocations_left = 0;
  post(h, &h->first, target);
  assert_answer(&h->first, 500, DM_INTERNAL_SERVER_ERROR);
  assert_string_equal(member(&h->first, "message"), "Out of memory.");
  h->allocations_left = 1;
  post(h, &h->first, target);
  assert_answer(&h->first, 200, DM_SENT);
}

static void assert_misuse(host *h, const dm_http_request *request) {
  dm_http_call call = {.size = sizeof call, .answer = host_answer};
  assert_int_equal(dm_http_handle(h->context, &call, request, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_http_refuse(h->context, &call, request, DM_INVALID_REQUEST, NULL, 0),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_null(call.context);
}

static void test_misuse_has_no_answer(void **state) {
  host *h = *state;
  dm_http_header header = {SPAN("a"), {NULL, 1}};
  dm_http_request request = well_formed;
  assert_misuse(h, NULL);
  request.size--;
  assert_misuse(h, &request);
  request = well_formed;
  request.method.ptr = NULL;
  assert_misuse(h, &request);
  request = well_formed;
  request.target.ptr = NULL;
  assert_misuse(h, &request);
  request = well_formed;
  request.body.ptr = NULL;
  assert_misuse(h, &request);
  request = well_formed;
  request.principal.ptr = NULL;
  assert_misuse(h, &request);
  request = well_formed;
  request.source_ip.ptr = NULL;
  assert_misuse(h, &request);
  request = well_formed;
  request.header_count = 1;
  assert_misuse(h, &request);
  request.headers = &header;
  assert_misuse(h, &request);
  header = (dm_http_header){{NULL, 1}, SPAN("a")};
  assert_misuse(h, &request);
  assert_int_equal(h->told.count, 0);
}

static void assert_call_misuse(host *h, dm_http_call *call) {
  assert_int_equal(dm_http_handle(h->context, call, &well_formed, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_http_refuse(h->context, call, &well_formed, DM_INVALID_REQUEST, NULL, 0),
                   DM_ERROR_INVALID_ARGUMENT);
}

static void test_misuse_of_calls(void **state) {
  host *h = *state;
  dm_http_call call = {.size = sizeof call, .answer = host_answer};
  assert_int_equal(dm_http_handle(NULL, &call, &well_formed, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_call_misuse(h, NULL);
  call.size--;
  assert_call_misuse(h, &call);
  call = (dm_http_call){.size = sizeof call};
  assert_call_misuse(h, &call);
  assert_int_equal(h->told.count, 0);
}

static void test_larger_structures_of_newer_hosts(void **state) {
  host *h = *state;
  struct {
    dm_http_request request;
    uint64_t newer;
  } larger = {well_formed, 0};
  larger.request.size = sizeof larger;
  handle(h, &h->first, &larger.request);
  assert_answer(&h->first, 200, DM_SENT);
  larger.newer = 1;
  assert_misuse(h, &larger.request);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_an_unconfirmed_message),
      TEST(test_a_confirmed_message_waits_for_its_puback),
      TEST(test_a_puback_inside_deliver),
      TEST(test_everything_a_request_can_say),
      TEST(test_a_usual_request_allocates_nothing),
      TEST(test_an_absolute_target),
      TEST(test_the_order_of_checks),
      TEST(test_client_ids),
      TEST(test_malformed_client_ids),
      TEST(test_malformed_parameters),
      TEST(test_malformed_headers),
      TEST(test_the_largest_payload),
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
      TEST(test_every_failure_has_its_answer),
      TEST(test_only_failures_with_a_status_can_refuse),
      TEST(test_a_refusal_knows_little),
      TEST(test_a_long_text_is_cut),
      TEST(test_retry_after_is_in_whole_seconds),
      TEST(test_out_of_memory),
      TEST(test_misuse_has_no_answer),
      TEST(test_misuse_of_calls),
      TEST(test_larger_structures_of_newer_hosts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
