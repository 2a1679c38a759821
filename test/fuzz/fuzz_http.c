/* Fuzzes the HTTP binding: whatever the request and whatever the host does meanwhile,
 * there is exactly one answer, with a body of valid JSON, unless the call is cancelled.
 *
 * The input is a byte that steers the host and chooses the method, then the target, header
 * lines, an empty line and the body. A header line that begins with '=' has its value encoded as
 * base64.
 *
 * SPDX-License-Identifier: MIT
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/span.h"
#include "dm/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  HEADERS_MAX = 16
};

typedef struct host {
  dm_context *context;
  dm_http_call *call; /* NULL once answered or cancelled */
  dm_connection_id connection;
  dm_message_id message;
  uint8_t steering;
  bool cancelled;
  unsigned answers, events;
} host;

static void check(bool holds) {
  if (!holds)
    abort();
}

/* ---- The host ----------------------------------------------------------- */

/* An answer about a connection, its subscriptions, or nothing at all once it is deleted. */
static void check_done(const json_t *body, const dm_http_answer *answer) {
  check(answer->status == 200 && (body != NULL) == (answer->body.len > 0));
  check(body == NULL || json_is_string(json_object_get(body, "clientId")) ||
        json_is_array(json_object_get(body, "subscriptions")));
}

static void check_told(const json_t *body, const dm_http_answer *answer) {
  const dm_outcome *outcome = dm_outcome_of(answer->outcome);
  check(body != NULL && outcome != NULL && outcome->http_status == answer->status);
  check(json_is_string(json_object_get(body, "message")));
  check(json_is_string(json_object_get(body, "traceId")));
  check(json_object_get(body, "code") == NULL);
  check((json_object_get(body, "reason") == NULL) == (answer->status == 200));
}

static void answered(void *user, const dm_http_answer *answer) {
  host *h = user;
  json_t *body =
      json_loadb(answer->body.ptr, answer->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
  if (answer->outcome == DM_DONE)
    check_done(body, answer);
  else
    check_told(body, answer);
  json_decref(body);
  free(h->call);
  h->call = NULL;
  h->answers++;
}

static void cancel(host *h) {
  if (h->call == NULL || dm_http_cancel(h->call, 2) != DM_OK)
    return;
  free(h->call);
  h->call = NULL;
  h->cancelled = true;
}

static void end(host *h) {
  dm_free(h->context);
  h->context = NULL;
}

static int deliver(void *user, const dm_delivery *delivery) {
  host *h = user;
  h->message = delivery->message_id;
  switch (h->steering & 7) {
  case 1:
    dm_puback(h->context, h->connection, h->message, 0, 2);
    return DM_OK;
  case 2:
    dm_puback(h->context, h->connection, h->message, 0x80, 2);
    return DM_OK;
  case 3:
    return DM_CLIENT_ENDPOINT_NOT_WRITABLE;
  case 4:
    cancel(h);
    return DM_OK;
  case 5:
    end(h);
    return DM_OK;
  case 6:
    dm_stop(h->context, 2);
    return DM_OK;
  case 7:
    dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, 2);
    return DM_OK;
  default:
    return DM_OK;
  }
}

static void act(host *h) {
  switch (h->steering & 6) {
  case 2:
    end(h);
    break;
  case 4:
    cancel(h);
    break;
  case 6:
    dm_disconnected(h->context, h->connection, DM_DISCONNECT_API_INITIATED, 2);
    break;
  default:
    break;
  }
}

static int subscriptions(void *user, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  host *h = user;
  char filter[300];
  memset(filter, 'f', sizeof filter);
  for (size_t i = 0; i < 30; i++) {
    filter[i] = (char)(unsigned char)(i * 9);
    visit(visitor, dm_bytes(filter, 1 + i * 10), (int)(i % 3));
  }
  act(h);
  return target->client_id.len == 1 ? DM_OK : DM_TARGET_CLIENT_ID_NOT_FOUND;
}

static int end_connection(void *user, const dm_target *target, int clean_session,
                          int prevent_will) {
  (void)target;
  (void)prevent_will;
  act(user);
  return clean_session ? DM_OK : DM_TARGET_CLIENT_ID_NOT_FOUND;
}

static int has_session(void *user, dm_span client_id) {
  (void)user;
  return client_id.len == 2;
}

static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  static dm_policy *policy;
  static const char document[] = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                                 "\"Action\":\"iot:*\",\"Resource\":\"*\"}}";
  (void)user;
  (void)party;
  if (policy == NULL)
    check(dm_policy_parse(&policy, SPAN(document), 0, NULL, NULL) == DM_OK);
  *out = (dm_policy_list){(const dm_policy *const *)&policy, 1};
  return DM_OK;
}

static void event(void *user, const dm_event *told) {
  host *h = user;
  char line[DM_LOG_LINE_MAX];
  size_t len = dm_event_log_line(told, 0, line, sizeof line);
  check(len <= sizeof line);
  json_t *parsed = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
  check(parsed != NULL);
  json_decref(parsed);
  h->events += told->kind != DM_EVENT_LATE_PUBACK;
}

static void *resize(void *user, void *old, size_t size) {
  host *h = user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  return h->context != NULL && (h->steering & 0x80) != 0 ? NULL : realloc(old, size);
}

static void begin(host *h) {
  dm_memory memory = {h, resize};
  dm_config config = {
      .size = sizeof config,
      .user = h,
      .memory = &memory,
      .seed = {1},
      .deliver = deliver,
      .policies = policies,
      .has_session = has_session,
      .subscriptions = subscriptions,
      .end_connection = end_connection,
      .event = event,
  };
  dm_connection connection = {
      .size = sizeof connection,
      .client_id = SPAN("a"),
      .principal = SPAN("device"),
      .protocol_level = 5,
  };
  dm_context *context = NULL;
  check(dm_new(&context, &config) == DM_OK);
  check(dm_connected(context, &connection, 1, &h->connection) == DM_OK);
  h->context = context;
  h->call = malloc(sizeof *h->call);
  check(h->call != NULL);
  *h->call = (dm_http_call){.size = sizeof *h->call, .answer = answered, .user = h};
}

/* What comes after dm_http_handle(): every way in which a wait can end. */
static void later(host *h) {
  if (h->context == NULL)
    return;
  switch (h->steering >> 3 & 3) {
  case 0:
    dm_puback(h->context, h->connection, h->message, 0, 3);
    break;
  case 1:
    dm_tick(h->context, 100 * DM_SECOND);
    break;
  case 2:
    cancel(h);
    break;
  default:
    break;
  }
  dm_free(h->context);
}

/* ---- The request -------------------------------------------------------- */

static dm_span line_next(dm_span *rest) {
  size_t end = dmi_span_find(*rest, '\n');
  dm_span line = dmi_span_head(*rest, end);
  *rest = dmi_span_tail(*rest, end < rest->len ? end + 1 : end);
  return line;
}

static dm_span base64(dm_span bytes) {
  size_t len = BASE64_ENCODED_LENGTH(bytes.len);
  char *out = malloc(len + (len == 0));
  check(out != NULL);
  dmi_base64_encode(bytes, out);
  return dm_bytes(out, len);
}

/* Reads header lines up to the empty one; those encoded are to be freed. */
static size_t dmi_headers_read(dm_span *rest, dm_http_header headers[HEADERS_MAX],
                               bool encoded[HEADERS_MAX]) {
  size_t count = 0;
  while (rest->len > 0) {
    dm_span line = line_next(rest);
    if (line.len == 0 || count == HEADERS_MAX)
      break;
    encoded[count] = line.ptr[0] == '=';
    line = dmi_span_tail(line, encoded[count] ? 1 : 0);
    size_t colon = dmi_span_find(line, ':');
    dm_span value = dmi_span_tail(line, colon < line.len ? colon + 1 : colon);
    headers[count].name = dmi_span_head(line, colon);
    headers[count].value = encoded[count] ? base64(value) : value;
    count++;
  }
  return count;
}

static dm_span method_of(uint8_t steering) {
  if ((steering & 0x40) == 0)
    return SPAN("POST");
  return (steering & 1) == 0 ? SPAN("GET") : SPAN("DELETE");
}

static void handle(host *h, dm_span input) {
  dm_http_header headers[HEADERS_MAX];
  bool encoded[HEADERS_MAX];
  const dm_caller backend = {.size = sizeof backend, .principal = SPAN("backend")};
  dm_http_request request = {
      .size = sizeof request,
      .method = method_of(h->steering),
      .wall = h->steering & 8,
      .target = line_next(&input),
      .caller = (h->steering & 0x20) == 0 ? &backend : NULL,
  };
  request.header_count = dmi_headers_read(&input, headers, encoded);
  request.headers = headers;
  request.body = input;
  check(dm_http_handle(h->context, h->call, &request, 1) == DM_OK);
  for (size_t i = 0; i < request.header_count; i++)
    if (encoded[i])
      free((void *)(uintptr_t)headers[i].value.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  host h = {.steering = data[0]};
  begin(&h);
  handle(&h, dm_bytes(data + 1, size - 1));
  later(&h);
  check(h.call == NULL && h.answers == (h.cancelled ? 0 : 1) && h.events == 1);
  return 0;
}
