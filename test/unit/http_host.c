/* A host for tests of the HTTP binding.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http_host.h"

#include <stdlib.h>

#include "base/span.h"

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
  COPY(d->principal, message->caller->principal);
  d->property_count = message->user_property_count;
  if (d->property_count > 0) {
    COPY(d->property_key, message->user_properties[0].key);
    COPY(d->property_value, message->user_properties[0].value);
  }
  d->correlation_len = message->correlation_data.len;
  d->payload_format = message->payload_format;
  d->mode = message->mode;
  d->protocol = message->caller->protocol;
  d->timeout = message->timeout;
  d->connection = delivery->connection;
  d->message_id = delivery->message_id;
  run(&h->on_deliver, h);
  return h->deliver_result;
}

static int host_policies(void *user, const dm_party *party, dm_policy_list *out) {
  host *h = user;
  if (party->connection == 0)
    h->caller = party->caller->user;
  run(&h->on_policies, h);
  *out = (dm_policy_list){(const dm_policy *const *)&h->policy, h->deny ? 0 : 1};
  return DM_OK;
}

static void host_event(void *user, const dm_event *event) {
  host *h = user;
  told *t = &h->told;
  const dm_caller nobody = {.size = sizeof nobody};
  const dm_caller *caller = event->caller == NULL ? &nobody : event->caller;
  assert_int_equal(event->caller == NULL, event->kind == DM_EVENT_LATE_PUBACK);
  char line[DM_LOG_LINE_MAX];
  assert_true(dm_event_log_line(event, 0, line, sizeof line) <= sizeof line);
  t->count++;
  t->kind = event->kind;
  t->operation = event->operation;
  t->outcome = event->outcome;
  COPY(t->client_id, event->client_id);
  COPY(t->topic, event->topic);
  COPY(t->principal, caller->principal);
  COPY(t->invocation_id, caller->invocation_id);
  COPY(t->trace_parent, caller->trace_parent);
  COPY(t->source_ip, caller->source_ip);
  COPY(t->text, dm_text(event->text));
  dm_trace_id_text(event->trace_id, t->trace_id);
  t->source_port = caller->source_port;
  t->attempt = caller->attempt;
  t->protocol = caller->protocol;
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

void http_host_answer(void *user, const dm_http_answer *answer) {
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
  assert_int_equal(slot->body == NULL, answer->body.len == 0);
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

host *http_host_new(const dm_config *base) {
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

int http_host_begin(void **state) {
  *state = http_host_new(&(dm_config){0});
  return 0;
}

static void release(request_slot *slot) {
  free(slot->call);
  slot->call = NULL;
  json_decref(slot->body);
}

int http_host_end(void **state) {
  host *h = *state;
  dm_free(h->context);
  dm_policy_free(h->policy);
  release(&h->first);
  release(&h->second);
  free(h);
  return 0;
}

/* ---- Sending requests --------------------------------------------------- */

static const dm_caller backend = {
    .size = sizeof backend,
    .principal = {"backend", 7},
    .source_ip = {"192.0.2.1", 9},
    .source_port = 4711,
};

const dm_http_request well_formed = {
    .size = sizeof well_formed,
    .method = {"POST", 4},
    .target = {MESSAGES "?topic=a", sizeof MESSAGES + 7},
    .body = {"hello", 5},
    .caller = &backend,
};

dm_http_call *call_new(request_slot *slot) {
  slot->answers = slot->status = 0;
  slot->call = calloc(1, sizeof *slot->call);
  assert_non_null(slot->call);
  *slot->call =
      (dm_http_call){.size = sizeof *slot->call, .answer = http_host_answer, .user = slot};
  return slot->call;
}

void handle(host *h, request_slot *slot, const dm_http_request *request) {
  assert_int_equal(dm_http_handle(h->context, call_new(slot), request, DM_SECOND), DM_OK);
}

void post(host *h, request_slot *slot, const char *target) {
  dm_http_request request = well_formed;
  request.target = dm_text(target);
  handle(h, slot, &request);
}

void post_confirmed(host *h, request_slot *slot) {
  post(h, slot, MESSAGES "?topic=a&confirmation=true");
}

int cancel(host *h, request_slot *slot) {
  (void)h;
  dm_http_call *call = slot->call;
  int result = dm_http_cancel(call, DM_SECOND);
  if (result == DM_OK) {
    slot->call = NULL;
    free(call);
  }
  return result;
}

void cancel_first(host *h) {
  assert_int_equal(cancel(h, &h->first), DM_OK);
}

void cancel_second(host *h) {
  assert_int_equal(cancel(h, &h->second), DM_OK);
}

void acknowledge(host *h) {
  dm_puback(h->context, h->delivered.connection, h->delivered.message_id, 0, 1500 * DM_MILLISECOND);
}

void reject(host *h) {
  dm_puback(h->context, h->delivered.connection, h->delivered.message_id, 0x97,
            1500 * DM_MILLISECOND);
}

void free_context(host *h) {
  dm_free(h->context);
  h->context = NULL;
}

void stop(host *h) {
  dm_stop(h->context, DM_SECOND);
}

void post_second(host *h) {
  post(h, &h->second, MESSAGES "?topic=second");
}

/* ---- Looking at answers ------------------------------------------------- */

const char *header(const request_slot *slot, const char *name) {
  for (size_t i = 0; i < slot->header_count; i++)
    if (strcmp(slot->header_names[i], name) == 0)
      return slot->header_values[i];
  return NULL;
}

const char *member(const request_slot *slot, const char *name) {
  return json_string_value(json_object_get(slot->body, name));
}

void assert_waiting(const request_slot *slot) {
  assert_int_equal(slot->answers, 0);
  assert_non_null(slot->call);
}

void assert_answer(const request_slot *slot, int status, int outcome) {
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

void assert_posted(host *h, const char *target, int status, int outcome) {
  post(h, &h->first, target);
  assert_answer(&h->first, status, outcome);
  assert_int_equal(h->told.outcome, outcome);
  assert_string_equal(h->told.trace_id, member(&h->first, "traceId"));
}
