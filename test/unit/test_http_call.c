/* Tests of the HTTP binding from the request to its one answer, through the core.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http_host.h"

#include "base/span.h"

/* ---- Success ------------------------------------------------------------ */

static void test_an_unconfirmed_message(void **state) {
  host *h = *state;
  assert_posted(h, MESSAGES "?topic=a%2Fb", 200, DM_SENT);
  assert_int_equal(h->delivered.count, 1);
  assert_string_equal(h->delivered.client_id, "boiler-7");
  assert_string_equal(h->delivered.topic, "a/b");
  assert_string_equal(h->delivered.payload, "hello");
  assert_string_equal(h->delivered.principal, "backend");
  assert_int_equal(h->delivered.mode, DM_MODE_SENT);
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
      {SPAN("Traceparent"), SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")},
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
  assert_int_equal(h->delivered.timeout, 7 * DM_SECOND);
  acknowledge(h);
  assert_answer(&h->first, 200, DM_CONFIRMED);
  assert_string_equal(h->told.invocation_id, "0b7ab5b0");
  assert_string_equal(h->told.trace_parent,
                      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  assert_int_equal(h->told.attempt, 2);
}

/* As W3C Trace Context says; what is none is never an error. */
static void test_what_is_no_trace_parent_is_not_told(void **state) {
  host *h = *state;
  const dm_http_header headers[] = {
      {SPAN("traceparent"), SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")},
      {SPAN("traceparent"), SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")},
      {SPAN("traceparent"), SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")},
  };
  for (size_t first = 0; first < 3; first++) {
    dm_http_request request = well_formed;
    request.headers = headers + first;
    request.header_count = 3 - first;
    handle(h, &h->first, &request);
    assert_answer(&h->first, 200, DM_SENT);
    assert_string_equal(h->told.trace_parent, "");
  }
}

/* Of queries and refused requests as well. */
static void test_the_trace_parent_of_every_call(void **state) {
  host *h = *state;
  const dm_http_header header = {SPAN("traceparent"),
                                 SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")};
  static const char *const targets[] = {"/connections/boiler-7", MESSAGES, "/elsewhere"};
  for (size_t i = 0; i < 3; i++) {
    dm_http_request request = well_formed;
    request.method = i == 0 ? SPAN("GET") : SPAN("POST");
    request.target = dm_text(targets[i]);
    request.headers = &header;
    request.header_count = 1;
    handle(h, &h->first, &request);
    assert_string_equal(h->told.trace_parent, header.value.ptr);
  }
}

static void test_the_largest_body(void **state) {
  host *h = *state;
  assert_int_equal(dm_http_body_limit(h->context, SPAN("POST"), SPAN(MESSAGES)), 131072);
  dm_limits limits = {.size = sizeof limits, .max_payload = 7};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(dm_http_body_limit(h->context, SPAN("POST"), SPAN(MESSAGES)), 7);
  assert_int_equal(dm_http_body_limit(NULL, SPAN("POST"), SPAN(MESSAGES)), 0);
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
  request.caller = NULL;
  h->deny = 1;

  handle(h, &h->first, &request);
  assert_answer(&h->first, 401, DM_AUTHENTICATION_FAILURE);

  request.caller = well_formed.caller;
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

/* Why is for the log; every stranger is answered the same. */
static void test_what_a_stranger_is_told(void **state) {
  host *h = *state;
  static const char *const reasons[] = {"The access key is not known.", NULL};
  dm_http_request request = well_formed;
  request.caller = NULL;
  for (size_t i = 0; i < 2; i++) {
    const char *text = dm_outcome_of(DM_AUTHENTICATION_FAILURE)->text;
    request.unauthenticated = reasons[i];
    handle(h, &h->first, &request);
    assert_answer(&h->first, 401, DM_AUTHENTICATION_FAILURE);
    assert_string_equal(json_string_value(json_object_get(h->first.body, "message")), text);
    assert_string_equal(h->told.text, reasons[i] == NULL ? text : reasons[i]);
    assert_string_equal(h->told.client_id, "boiler-7");
  }
  request.caller = well_formed.caller;
  handle(h, &h->first, &request);
  assert_answer(&h->first, 200, DM_SENT);
}

static void test_the_caller_is_handed_on(void **state) {
  host *h = *state;
  int me;
  dm_caller caller = *well_formed.caller;
  dm_http_request request = well_formed;
  caller.user = &me;
  request.caller = &caller;
  handle(h, &h->first, &request);
  assert_ptr_equal(h->caller, &me);
  h->caller = NULL;
  request.method = SPAN("GET");
  request.target = SPAN("/connections/boiler-7");
  handle(h, &h->first, &request);
  assert_ptr_equal(h->caller, &me);
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

/* Whoever signs or forwards the request may take dot segments away (RFC 3986 section 6.2.2.3): it
 * would go elsewhere then. */
static void test_dot_segments(void **state) {
  host *h = *state;
  static const char *const refused[] = {"/connections/./messages",
                                        "/connections/../messages",
                                        "/connections/../connections/boiler-7/messages",
                                        "/./connections/boiler-7/messages",
                                        "http://localhost/connections/./messages",
                                        "/connections/boiler-7/messages/..",
                                        "/.."};
  char target[100];
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    snprintf(target, sizeof target, "%s?topic=a", refused[i]);
    assert_posted(h, target, 400, DM_INVALID_REQUEST);
    assert_non_null(strstr(member(&h->first, "message"), "%2E"));
  }
  assert_posted(h, "/connections/%2E/messages?topic=a", 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->told.client_id, ".");
  assert_posted(h, "/connections/%2e%2E/messages?topic=a", 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_string_equal(h->told.client_id, "..");
  assert_posted(h, "/connections/.../messages?topic=a", 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  assert_posted(h, "/connections/.a/messages?topic=../b", 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
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

/* As a misspelt parameter, it would take something away from the message. */
static void test_misspelt_headers(void **state) {
  host *h = *state;
  static const struct {
    const char *name;
    int outcome;
  } cases[] = {{"x-amz-mqtt5-user-propertys", DM_INVALID_USER_PROPERTIES},
               {"X-Amz-Mqtt5-Payload-Format", DM_INVALID_PAYLOAD_FORMAT},
               {"x-amz-mqtt5-corelation-data", DM_INVALID_CORRELATION_DATA},
               {"x-amz-mqtt5-message-expiry", DM_SENT},
               {"x-amz-mqtt5-", DM_SENT},
               {"xamz-mqtt5-correlation-data", DM_SENT}};
  dm_http_request request = well_formed;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    dm_http_header one = {dm_text(cases[i].name), SPAN("W10=")};
    request.headers = &one;
    request.header_count = 1;
    handle(h, &h->first, &request);
    assert_answer(&h->first, cases[i].outcome == DM_SENT ? 200 : 400, cases[i].outcome);
    if (cases[i].outcome != DM_SENT)
      assert_non_null(strstr(member(&h->first, "message"), "misspelt: it is called x-amz-mqtt5-"));
  }
}

static void test_the_largest_payload(void **state) {
  host *h = *state;
  static char body[131073];
  dm_http_request request = well_formed;
  request.body = dm_bytes(body, 131073);
  handle(h, &h->first, &request);
  assert_answer(&h->first, 413, DM_PAYLOAD_TOO_LARGE);
}

/* ---- dm_http_refuse() --------------------------------------------------- */

static void dmi_refuse(host *h, const dm_http_request *request, int outcome, const char *text) {
  assert_int_equal(
      dm_http_refuse(h->context, call_new(&h->first), request, outcome, text, DM_SECOND), DM_OK);
}

static void test_every_failure_has_its_answer(void **state) {
  host *h = *state;
  for (int outcome = DM_OUTCOME_FIRST; outcome >= DM_OUTCOME_LAST; outcome--) {
    const dm_outcome *row = dm_outcome_of(outcome);
    if (outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT)
      continue;
    dmi_refuse(h, &well_formed, outcome, NULL);
    assert_answer(&h->first, row->http_status, outcome);
    assert_string_equal(member(&h->first, "message"),
                        outcome == DM_INVALID_TIMEOUT_PARAMETER
                            ? "The timeout must be a whole number of seconds from 1 to 15."
                            : row->text);
    bool retry = row->http_status == 429 || row->http_status == 503;
    assert_int_equal(header(&h->first, "Retry-After") != NULL, retry);
    assert_int_equal(header(&h->first, "Allow") != NULL, outcome == DM_METHOD_NOT_ALLOWED);
    assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, outcome), 1);
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
  dm_http_call call = {.size = sizeof call, .answer = http_host_answer};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(dm_http_refuse(h->context, &call, &well_formed, wrong[i], NULL, 0),
                     DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(h->told.count, 0);
}

static void test_a_refusal_knows_little(void **state) {
  host *h = *state;
  dm_http_request nothing = {.size = sizeof nothing};
  dmi_refuse(h, &nothing, DM_INVALID_REQUEST, "The \"Host\" header is missing.");
  assert_answer(&h->first, 400, DM_INVALID_REQUEST);
  assert_string_equal(member(&h->first, "message"), "The \"Host\" header is missing.");
  assert_string_equal(h->told.text, "The \"Host\" header is missing.");
}

static void test_a_long_text_is_cut(void **state) {
  host *h = *state;
  char text[300];
  memset(text, '\x01', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  dmi_refuse(h, &well_formed, DM_INVALID_REQUEST, text);
  assert_answer(&h->first, 400, DM_INVALID_REQUEST);
  assert_int_equal(strlen(member(&h->first, "message")), 256);
}

/* ---- Limits, memory, misuse --------------------------------------------- */

static void test_retry_after_is_in_whole_seconds(void **state) {
  (void)state;
  dm_limits limits = {.size = sizeof limits, .sends_per_second = 1};
  host *h = http_host_new(&(dm_config){.limits = &limits});
  void *own = h;
  assert_posted(h, MESSAGES "?topic=a", 200, DM_SENT);
  assert_posted(h, MESSAGES "?topic=a", 429, DM_SEND_DIRECT_MESSAGE_THROTTLED);
  assert_string_equal(header(&h->first, "Retry-After"), "1");
  assert_string_equal(member(&h->first, "delivered"), "no");
  http_host_end(&own);
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
  dm_http_call call = {.size = sizeof call, .answer = http_host_answer};
  assert_int_equal(dm_http_handle(h->context, &call, request, 0), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_http_refuse(h->context, &call, request, DM_INVALID_REQUEST, NULL, 0),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_null(call.own.context);
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
  dm_caller caller = *well_formed.caller;
  request.caller = &caller;
  caller.principal.ptr = NULL;
  assert_misuse(h, &request);
  caller = *well_formed.caller;
  caller.source_ip.ptr = NULL;
  assert_misuse(h, &request);
  caller = *well_formed.caller;
  caller.size--;
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
  dm_http_call call = {.size = sizeof call, .answer = http_host_answer};
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

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_an_unconfirmed_message),
      TEST(test_a_confirmed_message_waits_for_its_puback),
      TEST(test_a_puback_inside_deliver),
      TEST(test_everything_a_request_can_say),
      TEST(test_what_is_no_trace_parent_is_not_told),
      TEST(test_the_trace_parent_of_every_call),
      TEST(test_the_largest_body),
      TEST(test_a_usual_request_allocates_nothing),
      TEST(test_an_absolute_target),
      TEST(test_the_order_of_checks),
      TEST(test_what_a_stranger_is_told),
      TEST(test_the_caller_is_handed_on),
      TEST(test_client_ids),
      TEST(test_malformed_client_ids),
      TEST(test_malformed_parameters),
      TEST(test_dot_segments),
      TEST(test_malformed_headers),
      TEST(test_misspelt_headers),
      TEST(test_the_largest_payload),
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
