/* A host for tests of the core.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "core/context.h"

/* ---- Callbacks ---------------------------------------------------------- */

static void note(host *h, char letter) {
  size_t len = strlen(h->order);
  if (len + 1 < sizeof h->order)
    h->order[len] = letter;
}

static void run(host *h, host_hook *hook) {
  host_hook once = *hook;
  *hook = NULL;
  if (once != NULL)
    once(h);
}

/* Copies what fits, and a NUL; returns the copy. */
static dm_span keep(char *out, size_t capacity, dm_span text) {
  size_t len = text.len < capacity - 1 ? text.len : capacity - 1;
  if (len > 0)
    memcpy(out, text.ptr, len);
  out[len] = '\0';
  return (dm_span){out, len};
}

static int deliver(void *user, const dm_delivery *delivery) {
  host *h = user;
  host_delivery *d = &h->delivered;
  keep(d->client_id, sizeof d->client_id, delivery->message->client_id);
  keep(d->topic, sizeof d->topic, delivery->message->topic);
  keep(d->payload, sizeof d->payload, delivery->message->payload);
  d->payload_len = delivery->message->payload.len;
  d->connection = delivery->connection;
  d->connection_user = delivery->connection_user;
  d->message_id = delivery->message_id;
  d->qos = delivery->qos;
  d->protocol_level = delivery->protocol_level;
  assert_int_equal(delivery->size, sizeof *delivery);
  h->deliveries++;
  note(h, 'D');
  int result = h->deliver_result;
  assert_null(*delivery->text);
  *delivery->text = h->deliver_text;
  run(h, &h->in_deliver);
  return result;
}

static void find_policy(host *h, dm_span principal, dm_policy_list *out) {
  for (size_t i = 0; i < h->table_count; i++)
    if (strlen(h->table[i].principal) == principal.len &&
        memcmp(h->table[i].principal, principal.ptr, principal.len) == 0) {
      *out = (dm_policy_list){(const dm_policy *const *)&h->table[i].policy,
                              h->table[i].policy != NULL};
      return;
    }
  *out = (dm_policy_list){(const dm_policy *const *)&h->allow, 1};
}

/* The party is read again after the hook has run: it is borrowed for the whole call. */
static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  host *h = user;
  host_party *seen = party->connection == 0 ? &h->sender : &h->receiver;
  h->parties++;
  note(h, 'P');
  run(h, &h->in_policies);
  assert_int_equal(party->size, sizeof *party);
  assert_int_equal(party->caller == NULL, party->connection != 0);
  keep(seen->principal, sizeof seen->principal, party->principal);
  seen->caller = party->caller == NULL ? (dm_caller){.size = 0} : *party->caller;
  seen->connection = party->connection;
  seen->connection_user = party->connection_user;
  find_policy(h, party->principal, out);
  return h->policies_result;
}

static int has_session(void *user, dm_span client_id) {
  host *h = user;
  h->sessions++;
  note(h, 'S');
  run(h, &h->in_session);
  keep(h->session_client_id, sizeof h->session_client_id, client_id);
  return h->has_session;
}

static void keep_target(host *h, const dm_target *target) {
  assert_int_equal(target->size, sizeof *target);
  keep(h->target.client_id, sizeof h->target.client_id, target->client_id);
  h->target.connection = target->connection;
  h->target.connection_user = target->connection_user;
}

/* Each filter is told from a copy that is gone at once. */
static int subscriptions(void *user, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  host *h = user;
  note(h, 'L');
  keep_target(h, target);
  int result = h->subscriptions_result;
  for (size_t i = 0; i < h->filter_count; i++) {
    if (i == h->filter_count / 2)
      run(h, &h->in_subscriptions);
    size_t len = strlen(h->filters[i]);
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, h->filters[i], len);
    visit(visitor, dm_bytes(copy, len), (int)(i % 2));
    free(copy);
  }
  run(h, &h->in_subscriptions);
  return result;
}

static int end_connection(void *user, const dm_target *target, int clean_session,
                          int prevent_will) {
  host *h = user;
  note(h, 'X');
  keep_target(h, target);
  h->clean_session = clean_session;
  h->prevent_will = prevent_will;
  int result = h->end_result;
  run(h, &h->in_end);
  return result;
}

#define KEEP(seen, part, field)                                                                    \
  (seen)->part.field = keep((seen)->field, sizeof(seen)->field, (seen)->part.field)

static void event(void *user, const dm_event *told) {
  host *h = user;
  h->events++;
  h->late_events += told->kind == DM_EVENT_LATE_PUBACK;
  note(h, 'E');
  assert_int_equal(told->size, sizeof *told);
  run(h, &h->in_event);
  host_event *seen = &h->told;
  seen->event = *told;
  seen->caller = told->caller == NULL ? (dm_caller){.size = 0} : *told->caller;
  KEEP(seen, event, account);
  KEEP(seen, event, client_id);
  KEEP(seen, event, topic);
  KEEP(seen, event, action);
  KEEP(seen, event, resource);
  KEEP(seen, caller, principal);
  KEEP(seen, caller, source_ip);
  KEEP(seen, caller, invocation_id);
  KEEP(seen, caller, trace_parent);
}

static void complete(void *user, const dm_result *result) {
  host_call *call = user;
  host *h = call->host;
  call->completions++;
  h->completions++;
  note(h, 'C');
  run(h, &h->in_complete);
  call->completed = *result;
}

/* ---- Life --------------------------------------------------------------- */

static dm_policy *parse(const char *json) {
  dm_policy *policy = NULL;
  dm_policy_error error = {0};
  if (dm_policy_parse(&policy, dm_text(json), 0, NULL, &error) != DM_OK)
    fail_msg("policy refused: %u:%u: %s", error.line, error.column, error.text);
  return policy;
}

static void prepare(host *h) {
  h->memory.allowed = SIZE_MAX;
  h->interface = allocator_memory(&h->memory);
  h->now = DM_SECOND;
  h->config = (dm_config){
      .size = sizeof h->config,
      .user = h,
      .memory = &h->interface,
      .seed = {1, 2, 3},
      .account = dm_text("123456789012"),
      .region = dm_text("eu-west-1"),
      .deliver = deliver,
      .policies = policies,
      .has_session = has_session,
      .subscriptions = subscriptions,
      .end_connection = end_connection,
      .event = event,
      .limits = &h->limits,
  };
  h->limits.size = sizeof h->limits;
}

int host_setup(void **state) {
  host *h = calloc(1, sizeof *h);
  assert_non_null(h);
  *state = h;
  prepare(h);
  h->allow = parse("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", "
                   "\"Resource\": \"*\"}}");
  host_reopen(h);
  return 0;
}

/* Between calls, what is remembered is what is needed. */
static void assert_tidy(const dm_context *context) {
  const dmi_ack_tracker *tracker = &context->tracker;
  assert_int_equal(context->depth, 0);
  assert_int_equal(tracker->calls.taken, tracker->deadlines.count);
  assert_int_equal(tracker->pendings.taken, tracker->deadlines.count + tracker->late);
  assert_int_equal(context->registry.by_client_id.used, context->registry.connections.taken);
  assert_int_equal(context->remembered.index.used, context->remembered.entries.taken);
}

void host_close(host *h) {
  if (h->context != NULL)
    assert_tidy(h->context);
  dm_free(h->context);
  h->context = NULL;
  assert_int_equal(h->memory.blocks, 0);
}

void host_reopen(host *h) {
  host_close(h);
  assert_int_equal(dm_new(&h->context, &h->config), DM_OK);
  host_forget(h);
}

void host_forget_calls(host *h) {
  while (h->calls != NULL) {
    host_call *call = h->calls;
    h->calls = call->next;
    free(call);
  }
}

int host_teardown(void **state) {
  host *h = *state;
  h->memory.allowed = SIZE_MAX;
  h->in_event = h->in_complete = NULL;
  host_close(h);
  for (size_t i = 0; i < h->table_count; i++)
    dm_policy_free(h->table[i].policy);
  dm_policy_free(h->allow);
  host_forget_calls(h);
  free(h);
  return 0;
}

void host_policy(host *h, const char *principal, const char *json) {
  size_t i = 0;
  while (i < h->table_count && strcmp(h->table[i].principal, principal) != 0)
    i++;
  assert_in_range(i, 0, HOST_POLICIES - 1);
  if (i == h->table_count)
    h->table_count++;
  dm_policy_free(h->table[i].policy);
  h->table[i].principal = principal;
  h->table[i].policy = json == NULL ? NULL : parse(json);
}

void host_forget(host *h) {
  h->deliveries = h->parties = h->sessions = h->events = h->late_events = h->completions = 0;
  memset(&h->delivered, 0, sizeof h->delivered);
  memset(&h->sender, 0, sizeof h->sender);
  memset(&h->receiver, 0, sizeof h->receiver);
  memset(&h->target, 0, sizeof h->target);
  h->clean_session = h->prevent_will = -1;
  memset(&h->told, 0, sizeof h->told);
  memset(h->order, 0, sizeof h->order);
}

/* ---- Doing things ------------------------------------------------------- */

dm_connection host_connection(host *h, const char *client_id) {
  return (dm_connection){
      .size = sizeof(dm_connection),
      .user = h,
      .client_id = dm_text(client_id),
      .principal = dm_text("thing"),
      .protocol_level = 5,
  };
}

dm_connection_id host_connect(host *h, const char *client_id) {
  dm_connection given = host_connection(h, client_id);
  dm_connection_id id = 0;
  assert_int_equal(dm_connected(h->context, &given, h->now, &id), DM_OK);
  assert_int_not_equal(id, 0);
  return id;
}

static const dm_caller backend = {.size = sizeof backend, .principal = {"backend", 7}};

dm_caller host_caller(void) {
  return backend;
}

host_call *host_unconfirmed(host *h, const char *client_id) {
  host_call *call = malloc(sizeof *call);
  assert_non_null(call);
  *call = (host_call){
      .host = h,
      .next = h->calls,
      .message =
          {
              .size = sizeof(dm_message),
              .client_id = dm_text(client_id),
              .topic = dm_text("a/b"),
              .payload = dm_text("hello"),
              .complete = complete,
          },
      .caller = host_caller(),
      .sent.size = sizeof(dm_result),
  };
  call->message.user = call;
  call->message.caller = &call->caller;
  h->calls = call;
  return call;
}

host_call *host_confirmed(host *h, const char *client_id) {
  host_call *call = host_unconfirmed(h, client_id);
  call->message.mode = DM_MODE_ACKNOWLEDGED;
  return call;
}

int host_send(host_call *call) {
  int outcome = dm_send(call->host->context, &call->message, call->host->now, &call->sent);
  assert_int_equal(call->sent.outcome, outcome);
  return outcome;
}

void host_send_pending(host_call *call) {
  assert_int_equal(host_send(call), DM_PENDING);
  assert_int_equal(call->completions, 0);
}

dm_query host_query(const char *client_id) {
  return (dm_query){
      .size = sizeof(dm_query),
      .client_id = dm_text(client_id),
      .caller = &backend,
  };
}

/* A query ends in its one event, and the result says the same. */
static int asked(host *h, unsigned events_before, int outcome, const dm_result *result) {
  int said = outcome == DM_OK ? DM_DONE : outcome;
  assert_int_equal(result->outcome, said);
  assert_int_equal(result->delivered, DM_DELIVERED_NO);
  assert_int_equal(result->message_id, 0);
  assert_int_equal(result->text != NULL, outcome != DM_OK);
  assert_int_equal(result->retry_after != 0, outcome == DM_QUERY_THROTTLED);
  assert_true(h->freed || h->events > events_before);
  return outcome;
}

int host_get(host *h, const char *client_id, int sockets, dm_connection_information *out) {
  dm_query query = host_query(client_id);
  dm_result result = {.size = sizeof result};
  unsigned events = h->events;
  memset(out, 0xA5, sizeof *out);
  out->size = sizeof *out;
  int outcome = dm_get_connection(h->context, &query, sockets, h->now, out, &result);
  assert_int_equal(out->size, sizeof *out);
  return asked(h, events, outcome, &result);
}

static int page(void *user, const dm_subscription *list, size_t count, dm_span next_token) {
  host_page *p = user;
  note(p->host, 'G');
  run(p->host, &p->host->in_page);
  p->calls++;
  p->count = count;
  p->last = next_token.ptr == NULL;
  keep(p->next_token, sizeof p->next_token, next_token);
  for (size_t i = 0; i < count; i++) {
    keep(p->filters[i], sizeof p->filters[i], list[i].topic_filter);
    p->qos[i] = list[i].qos;
  }
  return p->answer;
}

int host_list(host *h, const char *client_id, uint32_t max_results, const char *token,
              host_page *out) {
  dm_query query = host_query(client_id);
  dm_result result = {.size = sizeof result};
  unsigned events = h->events;
  out->host = h;
  out->calls = 0;
  int outcome = dm_list_subscriptions(h->context, &query, max_results, dm_text(token), h->now, page,
                                      out, &result);
  return asked(h, events, outcome, &result);
}

int host_delete(host *h, const char *client_id, int clean_session, int prevent_will) {
  dm_query query = host_query(client_id);
  dm_result result = {.size = sizeof result};
  unsigned events = h->events;
  int outcome =
      dm_delete_connection(h->context, &query, clean_session, prevent_will, h->now, &result);
  return asked(h, events, outcome, &result);
}

int host_puback(host *h, uint8_t reason_code) {
  return dm_puback(h->context, h->delivered.connection, h->delivered.message_id, reason_code,
                   h->now);
}

int host_puback_of(host_call *call, uint8_t reason_code) {
  host *h = call->host;
  return dm_puback(h->context, h->delivered.connection, call->sent.message_id, reason_code, h->now);
}

void host_wait(host *h, dm_duration duration) {
  h->now += duration;
  assert_int_equal(dm_tick(h->context, h->now), DM_OK);
}

/* ---- Looking at things -------------------------------------------------- */

/* What every result keeps, whatever became of the message. */
static void assert_result(const dm_result *result, int outcome, int delivered) {
  bool acknowledged = outcome == DM_CONFIRMED || outcome == DM_RECEIVER_REJECTED;
  assert_int_equal(result->outcome, outcome);
  assert_int_equal(result->delivered, delivered);
  assert_int_equal(result->size, sizeof *result);
  assert_int_equal(result->ack_latency != DM_NEVER, acknowledged);
  assert_int_equal(result->text != NULL, outcome < 0);
}

void assert_completed(const host_call *call, int outcome, int delivered) {
  assert_int_equal(call->sent.outcome, DM_PENDING);
  assert_int_equal(call->completions, 1);
  assert_result(&call->completed, outcome, delivered);
  assert_int_equal(call->completed.message_id, call->sent.message_id);
  assert_memory_equal(&call->completed.trace_id, &call->sent.trace_id, sizeof(dm_trace_id));
}

void assert_sent(const host_call *call, int outcome, int delivered) {
  assert_result(&call->sent, outcome, delivered);
  assert_int_equal(call->completions, 0);
}

dm_statistics host_statistics(const host *h) {
  dm_statistics statistics = {.size = sizeof statistics};
  assert_int_equal(dm_statistics_get(h->context, &statistics), DM_OK);
  return statistics;
}
