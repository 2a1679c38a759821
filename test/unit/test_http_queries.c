/* Tests of GetConnection, ListSubscriptions and DeleteConnection over HTTP.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http_host.h"

#include "base/span.h"

#define BOILER "/connections/boiler-7"

/* Milliseconds since 1970 at the moment that http_host.h calls DM_SECOND. */
#define WALL UINT64_C(1779971696789)

/* When the boiler connects; the answer's milliseconds are whole. */
#define CONNECTED (400 * DM_MILLISECOND + 1)

/* ---- A host that offers them -------------------------------------------- */

static struct {
  size_t filters; /* how many there are: "f/000", "f/001", ... */
  int session, result;
  int clean_session, prevent_will;
  char client_id[300];
  void (*on_call)(host *h);
} offer;

static void run_hook(host *h) {
  void (*hook)(host *) = offer.on_call;
  offer.on_call = NULL;
  if (hook != NULL)
    hook(h);
}

static int subscriptions(void *user, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  int result = offer.result;
  memcpy(offer.client_id, target->client_id.ptr, target->client_id.len);
  offer.client_id[target->client_id.len] = '\0';
  for (size_t i = 0; i < offer.filters; i++) {
    char filter[] = "f/000";
    filter[2] = (char)('0' + i / 100);
    filter[3] = (char)('0' + i / 10 % 10);
    filter[4] = (char)('0' + i % 10);
    visit(visitor, dm_bytes(filter, 5), (int)(i % 2));
  }
  run_hook(user);
  return result;
}

static int end_connection(void *user, const dm_target *target, int clean_session,
                          int prevent_will) {
  (void)target;
  int result = offer.result;
  offer.clean_session = clean_session;
  offer.prevent_will = prevent_will;
  run_hook(user);
  return result;
}

static int has_session(void *user, dm_span client_id) {
  (void)user;
  (void)client_id;
  return offer.session;
}

static int begin(void **state) {
  memset(&offer, 0, sizeof offer);
  dm_limits limits = {.size = sizeof limits,
                      .client_queries_per_second = DM_UNLIMITED,
                      .queries_per_second = DM_UNLIMITED};
  dm_config config = {.subscriptions = subscriptions,
                      .end_connection = end_connection,
                      .has_session = has_session,
                      .limits = &limits};
  *state = http_host_new(&config);
  return 0;
}

#define query_test(function) cmocka_unit_test_setup_teardown(function, begin, http_host_end)

static void request(host *h, const char *method, const char *target) {
  dm_http_request given = well_formed;
  given.method = dm_text(method);
  given.target = dm_text(target);
  given.body = dm_text(NULL);
  given.wall = WALL;
  handle(h, &h->first, &given);
}

static void assert_refused(host *h, const char *method, const char *target, int operation,
                           int status, int outcome) {
  request(h, method, target);
  assert_answer(&h->first, status, outcome);
  assert_int_equal(h->told.kind, DM_EVENT_CALL);
  assert_int_equal(h->told.operation, operation);
  assert_int_equal(h->told.outcome, outcome);
}

static void assert_done(host *h, const char *method, const char *target, int operation) {
  request(h, method, target);
  assert_int_equal(h->first.answers, 1);
  assert_int_equal(h->first.status, 200);
  assert_int_equal(h->first.outcome, DM_DONE);
  assert_string_equal(header(&h->first, "x-amzn-RequestId"), h->told.trace_id);
  assert_int_equal(h->first.header_count, h->first.body == NULL ? 1 : 2);
  if (h->first.body != NULL)
    assert_string_equal(header(&h->first, "Content-Type"), "application/json");
  assert_int_equal(h->told.kind, DM_EVENT_CALL);
  assert_int_equal(h->told.operation, operation);
}

static void assert_body(const host *h, const char *expected) {
  json_t *wanted = json_loads(expected, 0, NULL);
  assert_non_null(wanted);
  if (!json_equal(h->first.body, wanted)) {
    char *got = json_dumps(h->first.body, 0);
    fail_msg("got      %s\nexpected %s", got, expected);
  }
  json_decref(wanted);
}

/* ---- GetConnection ------------------------------------------------------ */

static void describe_boiler(host *h) {
  dm_connection given = {
      .size = sizeof given,
      .client_id = SPAN("boiler-7"),
      .principal = SPAN("device"),
      .protocol_level = 5,
      .persistent = 1,
      .keep_alive = 60,
      .session_expiry = UINT32_MAX,
      .thing_name = SPAN("Boiler \"7\""),
      .source_ip = SPAN("192.0.2.7"),
      .target_ip = SPAN("2001:db8::1"),
      .source_port = 49152,
      .target_port = 8883,
  };
  assert_int_equal(dm_connected(h->context, &given, CONNECTED, &h->boiler), DM_OK);
}

static void test_a_connected_client(void **state) {
  host *h = *state;
  describe_boiler(h);
  static const char without[] =
      "{\"connected\": true, \"thingName\": \"Boiler \\\"7\\\"\", \"cleanSession\": false, "
      "\"keepAliveDuration\": 60, \"connectedSince\": 1779971696190, "
      "\"sessionExpiry\": 4294967295, \"clientId\": \"boiler-7\"}";
  assert_done(h, "GET", BOILER, DM_OPERATION_GET_CONNECTION);
  assert_body(h, without);
  assert_done(h, "GET", BOILER "?includeSocketInformation=False&x=%FF",
              DM_OPERATION_GET_CONNECTION);
  assert_body(h, without);
  assert_done(h, "GET", BOILER "?includeSocketInformation=TRUE", DM_OPERATION_GET_CONNECTION);
  assert_body(h, "{\"connected\": true, \"thingName\": \"Boiler \\\"7\\\"\", "
                 "\"cleanSession\": false, \"sourceIp\": \"192.0.2.7\", \"sourcePort\": 49152, "
                 "\"targetIp\": \"2001:db8::1\", \"targetPort\": 8883, "
                 "\"keepAliveDuration\": 60, \"connectedSince\": 1779971696190, "
                 "\"sessionExpiry\": 4294967295, \"clientId\": \"boiler-7\"}");
  assert_string_equal(h->told.source_ip, "192.0.2.1");
  assert_int_equal(h->told.source_port, 4711);
  assert_int_equal(h->told.protocol, DM_PROTOCOL_HTTP);
}

static void test_a_client_that_is_gone(void **state) {
  host *h = *state;
  dm_disconnected(h->context, h->boiler, DM_DISCONNECT_MQTT_KEEP_ALIVE_TIMEOUT,
                  700 * DM_MILLISECOND);
  assert_done(h, "GET", BOILER, DM_OPERATION_GET_CONNECTION);
  assert_body(h, "{\"connected\": false, \"cleanSession\": true, \"keepAliveDuration\": 0, "
                 "\"disconnectedSince\": 1779971696489, "
                 "\"disconnectReason\": \"MQTT_KEEP_ALIVE_TIMEOUT\", \"sessionExpiry\": 0, "
                 "\"clientId\": \"boiler-7\"}");
}

static void test_only_a_session_is_known(void **state) {
  host *h = *state;
  offer.session = 1;
  assert_done(h, "GET", "/connections/k%C3%BCche", DM_OPERATION_GET_CONNECTION);
  assert_body(h, "{\"connected\": false, \"cleanSession\": false, \"clientId\": \"k\xC3\xBC"
                 "che\"}");
}

/* A host that does not tell the time of day, or one before its connections began. */
static void test_no_time_is_better_than_a_wrong_one(void **state) {
  host *h = *state;
  dm_http_request given = well_formed;
  given.method = SPAN("GET");
  given.target = SPAN(BOILER);
  for (given.wall = 0; given.wall < 1002; given.wall += 500) {
    handle(h, &h->first, &given);
    const json_t *since = json_object_get(h->first.body, "connectedSince");
    assert_int_equal(since != NULL, given.wall >= 1000);
  }
}

/* Every byte takes up six in JSON, and the whole still fits. */
static void test_the_longest_answer(void **state) {
  host *h = *state;
  char id[128], thing[128], ip[45], target[13 + 3 * 128 + 31 + 1] = "/connections/";
  memset(id, 1, sizeof id);
  memset(thing, 1, sizeof thing);
  memset(ip, 1, sizeof ip);
  for (size_t i = 0; i < sizeof id; i++)
    strcat(target, "%01");
  strcat(target, "?includeSocketInformation=true");
  dm_connection given = {.size = sizeof given,
                         .client_id = dm_bytes(id, sizeof id),
                         .protocol_level = 5,
                         .keep_alive = 65535,
                         .session_expiry = UINT32_MAX,
                         .thing_name = dm_bytes(thing, sizeof thing),
                         .source_ip = dm_bytes(ip, sizeof ip),
                         .target_ip = dm_bytes(ip, sizeof ip),
                         .source_port = 65535,
                         .target_port = 65535};
  dm_connection_id handle_of = 0;
  assert_int_equal(dm_connected(h->context, &given, CONNECTED, &handle_of), DM_OK);
  dm_disconnected(h->context, handle_of, DM_DISCONNECT_CLIENT_INITIATED, CONNECTED);
  assert_done(h, "GET", target, DM_OPERATION_GET_CONNECTION);
  assert_int_equal(json_object_size(h->first.body), 12);
  assert_int_equal(json_string_length(json_object_get(h->first.body, "clientId")), 128);
}

/* ---- ListSubscriptions -------------------------------------------------- */

static const char *filter_at(const host *h, size_t index) {
  const json_t *list = json_object_get(h->first.body, "subscriptions");
  return json_string_value(json_object_get(json_array_get(list, index), "topicFilter"));
}

static size_t list_size(const host *h) {
  return json_array_size(json_object_get(h->first.body, "subscriptions"));
}

static void test_subscriptions(void **state) {
  host *h = *state;
  assert_done(h, "GET", BOILER "/subscriptions", DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_body(h, "{\"subscriptions\": []}");
  offer.filters = 2;
  assert_done(h, "GET", BOILER "/subscriptions?token=x", DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_body(h, "{\"subscriptions\": [{\"topicFilter\": \"f/000\", \"qos\": 0}, "
                 "{\"topicFilter\": \"f/001\", \"qos\": 1}]}");
}

static void test_pages_of_subscriptions(void **state) {
  host *h = *state;
  offer.filters = 450;
  assert_done(h, "GET", BOILER "/subscriptions", DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_int_equal(list_size(h), 20);
  char target[500] = BOILER "/subscriptions?maxResults=200&nextToken=";
  strcat(target, member(&h->first, "nextToken"));
  assert_done(h, "GET", target, DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_int_equal(list_size(h), 200);
  assert_string_equal(filter_at(h, 0), "f/020");
  assert_string_equal(filter_at(h, 199), "f/219");
  strcpy(strstr(target, "nextToken=") + 10, member(&h->first, "nextToken"));
  offer.filters = 230;
  assert_done(h, "GET", target, DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_int_equal(list_size(h), 10);
  assert_null(member(&h->first, "nextToken"));
}

static void test_a_client_id_with_a_slash(void **state) {
  host *h = *state;
  offer.session = 1;
  assert_done(h, "GET", "/connections/a%2Fsubscriptions/subscriptions",
              DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_string_equal(offer.client_id, "a/subscriptions");
  assert_done(h, "GET", "/connections/a%2Fsubscriptions", DM_OPERATION_GET_CONNECTION);
  assert_string_equal(h->told.client_id, "a/subscriptions");
  assert_done(h, "DELETE", "/connections/a%2Fmessages", DM_OPERATION_DELETE_CONNECTION);
  assert_string_equal(h->told.client_id, "a/messages");
}

/* ---- DeleteConnection --------------------------------------------------- */

static void test_deleting(void **state) {
  host *h = *state;
  static const struct {
    const char *query;
    int clean_session, prevent_will;
  } calls[] = {{"", 0, 0},
               {"?cleanSession=true", 1, 0},
               {"?preventWillMessage=True", 0, 1},
               {"?preventWillMessage=true&cleanSession=TRUE", 1, 1},
               {"?preventWillMessage=false&cleanSession=False", 0, 0}};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    char target[100] = BOILER;
    strcat(target, calls[i].query);
    offer.clean_session = offer.prevent_will = -1;
    assert_done(h, "DELETE", target, DM_OPERATION_DELETE_CONNECTION);
    assert_null(h->first.body);
    assert_int_equal(offer.clean_session, calls[i].clean_session);
    assert_int_equal(offer.prevent_will, calls[i].prevent_will);
  }
}

/* ---- Refusals ----------------------------------------------------------- */

static void test_malformed_parameters(void **state) {
  host *h = *state;
  static const struct {
    const char *method, *target;
    int operation;
  } bad[] = {
      {"GET", BOILER "?includeSocketInformation=yes", DM_OPERATION_GET_CONNECTION},
      {"GET", BOILER "?includeSocketInformation=", DM_OPERATION_GET_CONNECTION},
      {"GET", BOILER "?includeSocketInformation=true&includeSocketInformation=true",
       DM_OPERATION_GET_CONNECTION},
      {"GET", BOILER "?includeSocketInformation=%", DM_OPERATION_GET_CONNECTION},
      {"GET", BOILER "?%=1", DM_OPERATION_GET_CONNECTION},
      {"GET", BOILER "/subscriptions?maxResults=0", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=201", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=-1", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=1.0", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=4294967297", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?maxResults=1&maxResults=1", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?nextToken=", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?nextToken=abc", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"GET", BOILER "/subscriptions?nextToken=%zz", DM_OPERATION_LIST_SUBSCRIPTIONS},
      {"DELETE", BOILER "?cleanSession=1", DM_OPERATION_DELETE_CONNECTION},
      {"DELETE", BOILER "?cleanSession=true&cleanSession=true", DM_OPERATION_DELETE_CONNECTION},
      {"DELETE", BOILER "?preventWillMessage=nein", DM_OPERATION_DELETE_CONNECTION},
      {"DELETE", BOILER "?preventWillMessage", DM_OPERATION_DELETE_CONNECTION},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_refused(h, bad[i].method, bad[i].target, bad[i].operation, 400, DM_INVALID_REQUEST);
    assert_string_equal(h->told.client_id, "boiler-7");
  }
}

/* The parameters of one operation say nothing to another. */
static void test_other_parameters_are_ignored(void **state) {
  host *h = *state;
  assert_done(h, "GET", BOILER "?cleanSession=x&maxResults=x&nextToken=%",
              DM_OPERATION_GET_CONNECTION);
  assert_done(h, "DELETE", BOILER "?includeSocketInformation=x&nextToken=%",
              DM_OPERATION_DELETE_CONNECTION);
  assert_done(h, "GET", BOILER "/subscriptions?preventWillMessage=%",
              DM_OPERATION_LIST_SUBSCRIPTIONS);
}

static void test_malformed_client_ids(void **state) {
  host *h = *state;
  const char *const bad[] = {"%", "%4", "%GG", "%00", "%FF", "%24a", "$a"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char target[64] = "/connections/";
    strcat(target, bad[i]);
    assert_refused(h, "GET", target, DM_OPERATION_GET_CONNECTION, 400, DM_MALFORMED_CLIENTID);
    assert_refused(h, "DELETE", target, DM_OPERATION_DELETE_CONNECTION, 400, DM_MALFORMED_CLIENTID);
    strcat(target, "/subscriptions");
    assert_refused(h, "GET", target, DM_OPERATION_LIST_SUBSCRIPTIONS, 400, DM_MALFORMED_CLIENTID);
  }
  assert_refused(h, "GET", "/connections//subscriptions", DM_OPERATION_LIST_SUBSCRIPTIONS, 400,
                 DM_MALFORMED_CLIENTID);
  assert_refused(h, "GET", "/connections/", DM_OPERATION_SEND, 404, DM_UNKNOWN_PATH);
}

static void assert_allowed(host *h, const char *method, const char *target, int operation,
                           const char *allow) {
  assert_refused(h, method, target, operation, 405, DM_METHOD_NOT_ALLOWED);
  assert_string_equal(header(&h->first, "Allow"), allow);
}

static void test_other_methods(void **state) {
  host *h = *state;
  static const char *const methods[] = {"PUT", "PATCH", "HEAD", "get", "", "POSTS"};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    assert_allowed(h, methods[i], BOILER, DM_OPERATION_SEND, "GET, DELETE");
    assert_allowed(h, methods[i], BOILER "/subscriptions", DM_OPERATION_SEND, "GET");
    assert_allowed(h, methods[i], MESSAGES, DM_OPERATION_SEND, "POST");
  }
  assert_allowed(h, "POST", BOILER, DM_OPERATION_SEND, "GET, DELETE");
  assert_allowed(h, "DELETE", BOILER "/subscriptions", DM_OPERATION_SEND, "GET");
  assert_allowed(h, "GET", MESSAGES, DM_OPERATION_SEND, "POST");
}

static void test_what_the_host_does_not_offer(void **state) {
  (void)state;
  dm_config nothing = {.size = sizeof nothing};
  host *h = http_host_new(&nothing);
  assert_done(h, "GET", BOILER, DM_OPERATION_GET_CONNECTION);
  assert_allowed(h, "DELETE", BOILER, DM_OPERATION_DELETE_CONNECTION, "GET");
  assert_non_null(strstr(member(&h->first, "message"), "does not offer DeleteConnection"));
  assert_allowed(h, "PUT", BOILER, DM_OPERATION_SEND, "GET");
  assert_allowed(h, "GET", BOILER "/subscriptions", DM_OPERATION_LIST_SUBSCRIPTIONS, "");
  void *end = h;
  http_host_end(&end);
}

static void test_the_order_of_checks(void **state) {
  host *h = *state;
  dm_http_request given = well_formed;
  given.method = SPAN("GET");
  given.target = SPAN("/connections/unknown/subscriptions?maxResults=x");
  given.caller = NULL;
  h->deny = 1;
  handle(h, &h->first, &given);
  assert_answer(&h->first, 401, DM_AUTHENTICATION_FAILURE);
  assert_int_equal(h->told.operation, DM_OPERATION_LIST_SUBSCRIPTIONS);
  assert_string_equal(h->told.client_id, "unknown");
  given.caller = well_formed.caller;
  handle(h, &h->first, &given);
  assert_answer(&h->first, 400, DM_INVALID_REQUEST);
  given.target = SPAN("/connections/unknown/subscriptions");
  handle(h, &h->first, &given);
  assert_answer(&h->first, 403, DM_SEND_AUTHORIZATION_FAILURE);
  assert_non_null(strstr(member(&h->first, "message"), "iot:ListSubscriptions"));
  h->deny = 0;
  handle(h, &h->first, &given);
  assert_answer(&h->first, 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  offer.session = 1;
  offer.result = DM_TARGET_CLIENT_ID_NOT_FOUND;
  handle(h, &h->first, &given);
  assert_answer(&h->first, 404, DM_TARGET_CLIENT_ID_NOT_FOUND);
  offer.result = 1;
  handle(h, &h->first, &given);
  assert_answer(&h->first, 500, DM_INTERNAL_SERVER_ERROR);
}

static void test_throttling_says_when_to_come_back(void **state) {
  (void)state;
  dm_limits limits = {.size = sizeof limits, .client_queries_per_second = 1};
  dm_config config = {.limits = &limits};
  host *h = http_host_new(&config);
  assert_done(h, "GET", BOILER, DM_OPERATION_GET_CONNECTION);
  assert_refused(h, "GET", BOILER, DM_OPERATION_GET_CONNECTION, 429, DM_QUERY_THROTTLED);
  assert_string_equal(header(&h->first, "Retry-After"), "1");
  assert_string_equal(header(&h->first, "x-amzn-ErrorType"), "ThrottlingException");
  void *end = h;
  http_host_end(&end);
}

static void test_refused_by_the_server(void **state) {
  host *h = *state;
  dm_http_request given = well_formed;
  given.method = SPAN("DELETE");
  given.target = SPAN(BOILER);
  assert_int_equal(dm_http_refuse(h->context, call_new(&h->first), &given, DM_PAYLOAD_TOO_LARGE,
                                  "Too much.", DM_SECOND),
                   DM_OK);
  assert_answer(&h->first, 413, DM_PAYLOAD_TOO_LARGE);
  assert_int_equal(h->told.operation, DM_OPERATION_DELETE_CONNECTION);
  assert_string_equal(h->told.client_id, "boiler-7");
  assert_int_equal(offer.clean_session, 0);
}

/* What stands in a header for a message means nothing here, but attempts are told. */
static void test_headers(void **state) {
  host *h = *state;
  const dm_http_header headers[] = {
      {SPAN("x-amz-mqtt5-user-properties"), SPAN("malformed")},
      {SPAN("amz-sdk-invocation-id"), SPAN("0b7ab5b0")},
      {SPAN("amz-sdk-request"), SPAN("attempt=2; max=3")},
  };
  dm_http_request given = well_formed;
  given.method = SPAN("DELETE");
  given.target = SPAN(BOILER);
  given.headers = headers;
  given.header_count = 3;
  handle(h, &h->first, &given);
  assert_int_equal(h->first.status, 200);
  assert_string_equal(h->told.invocation_id, "0b7ab5b0");
  assert_int_equal(h->told.attempt, 2);
}

/* ---- What the host does meanwhile --------------------------------------- */

static void test_cancelled_meanwhile(void **state) {
  host *h = *state;
  static const char *const methods[] = {"GET", "DELETE"};
  static const char *const targets[] = {BOILER "/subscriptions", BOILER};
  for (size_t i = 0; i < 2; i++) {
    offer.on_call = cancel_first;
    request(h, methods[i], targets[i]);
    assert_int_equal(h->first.answers, 0);
    assert_null(h->first.call);
    assert_int_equal(h->told.outcome, DM_DONE);
  }
}

static void test_cancelled_from_its_event(void **state) {
  host *h = *state;
  h->on_event = cancel_first;
  request(h, "GET", BOILER);
  assert_int_equal(h->first.answers, 0);
}

static void test_freed_meanwhile(void **state) {
  host *h = *state;
  offer.filters = 300;
  offer.on_call = free_context;
  request(h, "GET", BOILER "/subscriptions?maxResults=200");
  assert_int_equal(h->first.status, 200);
  assert_int_equal(list_size(h), 200);
}

static void test_freed_from_its_event(void **state) {
  host *h = *state;
  h->on_event = free_context;
  request(h, "GET", BOILER);
  assert_int_equal(h->first.status, 200);
  assert_string_equal(member(&h->first, "clientId"), "boiler-7");
}

static void end_all(host *h) {
  free_context(h);
  h->allocations_left = 0;
}

static void test_freed_from_its_answer(void **state) {
  host *h = *state;
  offer.filters = 300;
  h->first.on_answer = end_all;
  request(h, "GET", BOILER "/subscriptions?maxResults=200");
  assert_int_equal(h->first.status, 200);
}

static void test_out_of_memory(void **state) {
  host *h = *state;
  char target[4000] = BOILER "/subscriptions?maxResults=200&ignored=";
  memset(target + strlen(target), 'x', 3000);
  offer.filters = 3;
  int needed = 0;
  for (; needed < 100; needed++) {
    h->allocations_left = needed;
    request(h, "GET", target);
    h->allocations_left = INT32_MAX;
    if (h->first.status == 200)
      break;
    assert_answer(&h->first, 500, DM_INTERNAL_SERVER_ERROR);
    assert_string_equal(member(&h->first, "message"), "Out of memory.");
    assert_int_equal(h->told.outcome, DM_INTERNAL_SERVER_ERROR);
  }
  assert_int_equal(needed, 4); /* the decoded query, and each filter */
  offer.filters = 200;
  for (needed = 200; needed < 203; needed++) { /* the filters, and then the body */
    h->allocations_left = needed;
    request(h, "GET", BOILER "/subscriptions?maxResults=200");
    assert_int_equal(h->first.status, needed == 200 ? 500 : 200);
    assert_int_equal(h->told.outcome, needed == 200 ? DM_INTERNAL_SERVER_ERROR : DM_DONE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      query_test(test_a_connected_client),
      query_test(test_a_client_that_is_gone),
      query_test(test_only_a_session_is_known),
      query_test(test_no_time_is_better_than_a_wrong_one),
      query_test(test_the_longest_answer),
      query_test(test_subscriptions),
      query_test(test_pages_of_subscriptions),
      query_test(test_a_client_id_with_a_slash),
      query_test(test_deleting),
      query_test(test_malformed_parameters),
      query_test(test_other_parameters_are_ignored),
      query_test(test_malformed_client_ids),
      query_test(test_other_methods),
      cmocka_unit_test(test_what_the_host_does_not_offer),
      query_test(test_the_order_of_checks),
      cmocka_unit_test(test_throttling_says_when_to_come_back),
      query_test(test_refused_by_the_server),
      query_test(test_headers),
      query_test(test_cancelled_meanwhile),
      query_test(test_cancelled_from_its_event),
      query_test(test_freed_meanwhile),
      query_test(test_freed_from_its_event),
      query_test(test_freed_from_its_answer),
      query_test(test_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
